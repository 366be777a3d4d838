"""The virtual board's WebREPL, against recorded conversations and extmod/modwebrepl.c."""

import json
from pathlib import Path

import pytest
from virtual_session import CONNECTED, GET, GET_VERSION, PUT, WB, Board, frames, masked, request

from tools.virtual_board.webrepl.exception_text import printed
from tools.virtual_board.webrepl.session import Session
from tools.virtual_board.webrepl.websocket import BINARY, TEXT, encode

RECORDED = Path(__file__).parent / "board" / "webrepl.jsonl"
CONVERSATIONS = {
    talk["name"]: talk["log"] for talk in map(json.loads, RECORDED.read_text().splitlines())
}


def joined(sent):
    """The same, with neighbours of one kind joined, but for line ends (CR LF)."""
    found = []
    for opcode, payload in sent:
        alike = found and found[-1][0] == opcode
        if alike and b"\r\n" not in (payload, found[-1][1]):
            payload = found.pop()[1] + payload
        found.append((opcode, payload))
    return found


def turns(log):
    """Each pair (what the client sent, what the board sent until the client spoke again)."""
    found = []
    for who, text in log:
        if who == "client":
            if not found or found[-1][1]:
                found.append(([], []))
            found[-1][0].append(bytes.fromhex(text))
        elif text:
            found[-1][1].append(text if text == "eof" else bytes.fromhex(text))
    return found


@pytest.mark.parametrize(
    "name",
    ["login-and-eval", "wrong-password", "getver", "put-1536", "get-missing"]
    + ["raw-repl", "interrupt"],
)
def test_a_client_of_the_real_webrepl_hears_the_same_in(name):
    conversation = turns(CONVERSATIONS[name])
    _, (handshake,) = conversation.pop(0)
    board = Board()
    assert board.sent() == handshake.split(b"\r\n\r\n")[1]
    for client, answers in conversation:
        answer = joined(frames(board.receive(*client)))
        expected = b"".join(a for a in answers if a != "eof")
        assert answer == joined(frames(expected))
        assert board.ended == ("eof" in answers)


def test_no_output_reaches_a_stranger():
    board = Board()
    board.sent()
    board.session.output(b"secret")
    assert board.sent() == b""


@pytest.mark.parametrize("typed", [b"secret1\r", b"secret123\r", b"secret12xyz\r", b"\r", b"\n"])
def test_a_stranger_is_sent_away_after(typed):
    board = Board()
    board.sent()
    assert board.receive(masked(TEXT, typed)) == encode(TEXT, b"\r\nAccess denied\r\n")
    assert board.ended
    assert board.session.reason == "dupterm: EOF received, deactivating\n"


def test_a_password_may_come_a_byte_at_a_time_and_keys_behind_it_count():
    board = Board(b"abcd")
    board.sent()
    stream = masked(TEXT, b"abc") + masked(TEXT, b"d\n1+1\r")
    answer = board.receive(*[stream[i : i + 1] for i in range(len(stream))])
    assert answer.startswith(CONNECTED)
    assert b"".join(text for _, text in frames(answer)).endswith(b"1+1\r\n2\r\n>>> ")


def test_a_client_that_goes_away_ends_its_session():
    board = Board().login()
    board.receive(b"")
    assert board.ended
    assert board.session.step() == ("end",)


def test_ctrl_c_stops_reading_until_the_next_event():
    board = Board().login()
    board.receive(masked(TEXT, b"while True: pass\r\r"))
    assert b"KeyboardInterrupt" in board.receive(masked(TEXT, b"\x03" + b"1+1\r"))
    board.event()
    assert encode(TEXT, b"2") + encode(TEXT, b"\r\n") in board.sent()


def test_a_file_written_is_the_file_read_whatever_the_segments():
    content = bytes(range(256)) * 7 + b"tail"
    board = Board().login()
    stream = masked(BINARY, request(PUT, b"/a.py", len(content)))
    for at in range(0, len(content), 1000):
        stream += masked(BINARY, content[at : at + 1000])
    assert board.receive(*[stream[i : i + 536] for i in range(0, len(stream), 536)]) == WB + WB
    assert board.files == {"/a.py": content}
    assert max(len(o[1]) for o in board.operations if o[0] == "write") <= 512
    assert board.receive(masked(BINARY, request(GET, b"/a.py"))) == WB
    fetched = b""
    for _ in range(9):
        (answer, *rest) = frames(board.receive(masked(BINARY, b"\0")))
        assert int.from_bytes(answer[1][:2], "little") == len(answer[1]) - 2 <= 256
        fetched += answer[1][2:]
    assert (fetched, rest) == (content, [(BINARY, b"WB\0\0")])


def test_an_empty_file_can_be_put():
    board = Board().login()
    assert board.receive(masked(BINARY, request(PUT, b"empty"))) == WB + WB
    assert board.files == {"empty": b""}


def test_a_full_disk_is_reported_as_success_as_on_the_chip():
    board = Board().login()
    board.full = True
    answer = board.receive(masked(BINARY, request(PUT, b"a", 3)), masked(BINARY, b"abc"))
    assert answer == WB + WB
    assert board.files == {}


def test_a_lone_byte_of_an_upload_is_lost_as_on_the_chip():
    board = Board().login()
    board.receive(masked(BINARY, request(PUT, b"a", 4)), masked(BINARY, b"x"))
    assert board.receive(masked(BINARY, b"abc")) == WB
    assert board.files == {"a": b"abc"}


@pytest.mark.parametrize("name", [b"missing", b"\xff", b"n" * 64])
def test_a_file_that_cannot_be_opened_ends_the_session(name):
    board = Board().login()
    assert board.receive(masked(BINARY, request(GET, name))) == b""
    assert board.ended
    assert board.session.reason.startswith("dupterm: Exception in read() method, deactivating: ")


def test_the_console_says_why_a_transfer_failed():
    board = Board().login()
    board.receive(masked(BINARY, request(GET, b"missing")))
    assert board.session.reason.endswith("OSError: [Errno 2] ENOENT\n")


def test_an_error_without_a_name_in_the_firmware_is_a_number_on_the_console():
    assert printed(OSError(104, "reset")) == "OSError: [Errno 104] ECONNRESET\n"
    assert printed(OSError(28, "full")) == "OSError: 28\n"


def test_the_console_says_that_the_client_was_reset_where_it_reads_again():
    board = Board().login()
    board.receive(masked(TEXT, b"1+1\r"), OSError(104, "reset"))
    assert board.ended
    assert board.session.reason == (
        "dupterm: Exception in read() method, deactivating: OSError: [Errno 104] ECONNRESET\n"
    )


def test_an_unknown_request_leaves_the_prompt_alive():
    board = Board().login()
    board.files["a"] = b""
    assert board.receive(masked(BINARY, request(7, b"a"))) == WB
    assert board.receive(masked(BINARY, request(GET_VERSION))) == b""
    assert encode(TEXT, b"2") in board.receive(masked(TEXT, b"1+1\r"))


def test_a_vanished_client_does_not_stop_a_transfer_but_stops_output():
    def send(data):
        raise OSError(104)

    session = Session(b"a", send, lambda byte: None, b"")
    session.received(masked(TEXT, b"a\r") + masked(BINARY, request(PUT, b"f")))
    assert session.step() == ("open", "f", "wb")
    assert session.step(True) == ("close",)
    assert session.step(True) == ("idle",)
    with pytest.raises(OSError):
        session.output(b"text")
