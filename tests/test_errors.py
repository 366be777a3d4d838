import pytest

from tools.errors import UserError, main


def status_of(tool) -> object:
    with pytest.raises(SystemExit) as end:
        main(tool)
    return end.value.code


def test_what_is_wrong_and_what_to_do_come_in_one_line_without_a_traceback(capsys):
    def tool():
        raise UserError("the cable\n  is out", "plug it\nin")

    assert status_of(tool) == 1
    assert capsys.readouterr() == ("", "error: the cable is out; plug it in\n")


def test_a_tool_that_ends_well_or_says_how_it_ended_keeps_its_status(capsys):
    assert status_of(lambda: None) in (None, 0)
    assert status_of(lambda: 2) == 2
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_ends_with_one_line_too(capsys):
    def tool():
        raise KeyboardInterrupt

    assert status_of(tool) == 1
    out, err = capsys.readouterr()
    assert err.startswith("error: interrupted; ") and err.count("\n") == 1


def test_a_fault_of_the_tool_itself_is_not_hidden_as_the_users():
    def tool():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main(tool)
