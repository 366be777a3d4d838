"""The virtual board's prompt, against what shared/runtime/pyexec.c and readline.c print."""

import pytest
from virtual_prompt import HELLO, Prompt

from tools.virtual_board.prompt.continuation import needs_more
from tools.virtual_board.prompt.repl import SOFT_REBOOT, Execute

UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"


@pytest.fixture
def prompt():
    return Prompt()


def test_a_user_is_greeted_with_banner_and_prompt(prompt):
    assert prompt.hello == HELLO


def test_a_line_is_echoed_run_as_an_expression_and_followed_by_a_prompt(prompt):
    prompt.prints = b"2\r\n"
    assert prompt.type(b"1+1\r") == b"1+1\r\n2\r\n>>> "
    assert prompt.ran == [Execute(b"1+1", single=True)]


@pytest.mark.parametrize("newline", [b"\r", b"\n", b"\r\n", b"\n\r"])
def test_every_terminals_enter_key_ends_a_line_once(prompt, newline):
    assert prompt.type(b"x" + newline) == b"x\r\n>>> "
    assert prompt.type(b"y" + newline) == b"y\r\n>>> "


def test_a_traceback_at_the_prompt_has_no_protocol_bytes_in_it(prompt):
    prompt.raises = b"Traceback\r\n"
    assert prompt.type(b"1/0\r") == b"1/0\r\nTraceback\r\n>>> "


def test_a_compound_statement_is_indented_and_ends_with_an_empty_line(prompt):
    assert prompt.type(b"if x:\r") == b"if x:\r\n...     "
    assert prompt.type(b"f(\r") == b"f(\r\n...     "
    assert prompt.type(b")\r\x08\r") == b")\r\n...     \b\b\b\b\x1b[K\r\n>>> "
    assert prompt.last() == b"if x:\n    f(\n    )\n"


def test_indentation_stops_after_two_lines_left_blank(prompt):
    prompt.type(b"def f():\rpass\r\r")
    assert prompt.type(b"\r") == b"\r\n... "
    prompt.type(b"\r")
    assert prompt.last() == b"def f():\n    pass\n    \n    \n"


def test_a_space_after_indentation_takes_most_of_it_back(prompt):
    assert prompt.type(b"if x:\r ") == b"if x:\r\n...     \b\b\b"
    prompt.type(b"y\r\r")
    assert prompt.last() == b"if x:\n y\n"


def test_ctrl_d_runs_an_unfinished_statement_and_ctrl_c_drops_it(prompt):
    prompt.type(b"while x: y\r\x04")
    assert prompt.last() == b"while x: y\n"
    assert prompt.type(b"while x: z\r\x03").endswith(b"... \r\n>>> ")
    assert len(prompt.ran) == 1


def test_backspace_delete_and_cursor_keys_edit_the_line(prompt):
    assert prompt.type(b"abd") == b"abd"
    assert prompt.type(LEFT + b"c") == b"\bcd\b"
    assert prompt.type(b"\x7f") == b"\b\x1b[Kd\b"
    assert prompt.type(b"\x1b[H\x1b[3~") == b"\b\b\x1b[Kbd\b\b"
    assert prompt.type(RIGHT + b"\x05!") == b"bd!"
    assert prompt.type(b"\x01_\r") == b"\b\b\b_bd!\b\b\b\r\n>>> "
    assert prompt.last() == b"_bd!"


def test_a_long_way_back_is_one_terminal_command(prompt):
    prompt.type(b"abcdef")
    assert prompt.type(b"\x01") == b"\x1b[6D"


def test_tab_after_a_space_indents_and_elsewhere_does_nothing(prompt):
    assert prompt.type(b"\tx\ty \tz\r") == b"xy     z\r\n>>> "


def test_eight_lines_can_be_called_back(prompt):
    for line in b"123456789":
        prompt.type(bytes([line]) + b"\r")
    prompt.type(b"9\r")
    prompt.type(UP * 10 + b"\r")
    assert prompt.last() == b"2"
    prompt.type(UP + UP + DOWN + b"\r")
    assert prompt.last() == b"2"


def test_history_is_gone_after_a_reset(prompt):
    prompt.type(b"secret\r\x04")
    assert prompt.type(UP) == b""


def test_ctrl_c_abandons_a_line(prompt):
    assert prompt.type(b"1+\x03") == b"1+\r\n>>> "
    assert prompt.type(b"\x03") == b"\r\n>>> "
    assert prompt.ran == []


def test_ctrl_b_shows_the_banner_again(prompt):
    assert prompt.type(b"\x02") == b"\r\n" + HELLO


def test_ctrl_d_on_an_empty_line_and_only_there_soft_resets(prompt):
    prompt.type(b"x\x04")
    assert prompt.resets == 0
    prompt.type(b"\x03")
    assert prompt.type(b"\x04") == b"\r\n" + SOFT_REBOOT + HELLO


def test_sys_exit_at_the_prompt_soft_resets(prompt):
    prompt.system_exit = True
    assert prompt.type(b"exit()\r") == b"exit()\r\n" + SOFT_REBOOT + HELLO


def test_a_paste_is_taken_as_it_is_and_runs_as_a_file(prompt):
    assert prompt.type(b"\x05") == b"\r\npaste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== "
    assert prompt.type(b"if x:\r y\r\x04") == b"if x:\r\n===  y\r\n=== \r\n>>> "
    assert prompt.ran == [Execute(b"if x:\r y\r", single=False)]


def test_a_paste_can_be_cancelled(prompt):
    prompt.type(b"\x05x = 1")
    assert prompt.type(b"\x03") == b"\r\n>>> "
    assert prompt.ran == []


@pytest.mark.parametrize(
    "source",
    ["if x:", "async def f(): pass", "@d", "f(", "[1,", "{", "x = '''a", 'x = """', "x = \\"]
    + ["for x in y:\n    z", "'''it's", "#("],
)
def test_the_prompt_waits_for_the_rest_of(source):
    assert needs_more(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x",
        "iffy",
        "format(x)",
        "'(",
        '"it\'s"',
        "'''a'''",
        "if x: y\n",
        "')'",
        ")",
        "x'\\'(",
        "f())",
    ],
)
def test_the_prompt_does_not_wait_after(source):
    assert not needs_more(source.encode())
