"""The virtual board's raw mode, which mpremote and other tools talk to."""

import pytest
from virtual_prompt import HELLO, RAW, Prompt

from tools.virtual_board.prompt.repl import SOFT_REBOOT, Execute


@pytest.fixture
def raw():
    prompt = Prompt()
    assert prompt.type(b"\x01") == b"\r\n" + RAW
    return prompt


def test_a_tool_gets_output_and_no_traceback_from_raw_mode(raw):
    raw.prints = b"2\r\n"
    assert raw.type(b"print(1+1)\x04") == b"OK2\r\n\x04\x04>"
    assert raw.ran == [Execute(b"print(1+1)", single=False)]


def test_a_tool_can_tell_a_traceback_from_output(raw):
    raw.prints, raw.raises = b"a", b"Traceback\r\n"
    assert raw.type(b"x\x04") == b"OKa\x04Traceback\r\n\x04>"


def test_raw_mode_takes_any_byte_and_echoes_none(raw):
    every = bytes(b for b in range(256) if b not in (1, 2, 3, 4))
    assert raw.type(every) == b""
    raw.type(b"\x04")
    assert raw.last() == every


def test_ctrl_c_in_raw_mode_forgets_what_was_typed(raw):
    assert raw.type(b"junk\x03x\x04") == b"OK\x04\x04>"
    assert raw.last() == b"x"


def test_mpremote_finds_raw_mode_again_after_its_soft_reset(raw):
    assert raw.type(b"\x04") == b"OK\r\n" + SOFT_REBOOT + RAW
    assert raw.repl.raw


def test_raw_mode_is_left_with_ctrl_b(raw):
    assert raw.type(b"\r\x02") == b"\r\n" + HELLO
    assert not raw.repl.raw


def test_sys_exit_in_raw_mode_ends_the_answer_before_the_reset(raw):
    raw.system_exit = True
    assert raw.type(b"exit()\x04") == b"OK\x04\x04" + SOFT_REBOOT + RAW


def test_raw_paste_asks_for_more_after_every_window(raw):
    assert raw.type(b"\x05A\x01") == b"R\x01\x80\x00\x01"
    assert raw.type(b"#" * 127) == b""
    assert raw.type(b"#") == b"\x01"
    assert raw.type(b"#" * 256) == b"\x01\x01"
    raw.prints = b"ran"
    assert raw.type(b"\x04") == b"\x04ran\x04\x04>"
    assert raw.ran == [Execute(b"#" * 384, single=False, pasted=True)]


def test_raw_paste_can_be_abandoned(raw):
    raw.type(b"\x05A\x01print(")
    assert raw.type(b"\x03") == b"\x04\x04KeyboardInterrupt: \r\n\x04>"
    assert raw.ran == []


def test_an_empty_raw_paste_is_a_program_and_no_reset(raw):
    raw.type(b"\x05A\x01")
    assert raw.type(b"\x04") == b"\x04\x04\x04>"
    assert raw.resets == 0


def test_a_newer_tool_learns_that_its_command_is_not_known(raw):
    assert raw.type(b"\x05B\x01") == b"R\x00>"
