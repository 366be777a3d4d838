"""mpremote's transport over WebREPL: nothing is lost on the way, and the session ends well."""

import random
import time
from collections.abc import Iterator

import pytest
from fault_rig import HOME, log_in
from mpremote.transport import TransportExecError

from tools.board import session, websocket_serial
from tools.board.webrepl import Busy, WebreplTransport
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air


@pytest.fixture
def transport(board: VirtualBoard) -> Iterator[WebreplTransport]:
    """At the raw REPL."""
    with session.raw_repl(log_in(board)) as transport:
        yield transport


def program(size):
    """Prints `size`, which so many characters of it make up: no text of more than 500."""
    texts = [repr("x" * min(500, size - i)) for i in range(0, size, 500)]
    return "+".join(f"len({text})" for text in texts).join(("print(", ")"))


@pytest.mark.parametrize("size", [1, 127, 128, 200, *range(225, 245), 500, 3000])
def test_a_program_of_any_length_arrives_whole(transport, size):
    # Its input ring takes 255 bytes; raw paste by itself would send 256 and Ctrl-D.
    assert transport.exec(program(size)) == f"{size}\r\n".encode()


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 1025, 9999])
def test_a_file_arrives_whole_between_two_programs(transport, size):
    content = random.Random(size).randbytes(size)
    assert transport.exec("print(1)") == b"1\r\n"
    transport.fs_writefile("/file", content)
    # Piece by piece, for a board's heap.
    told = "print(__import__('binascii').hexlify(d).decode())"
    read = f"f = open('/file', 'rb')\nwhile d := f.read(64):\n {told}\nf.close()"
    assert bytes.fromhex(transport.exec(read).decode()) == content


def test_a_syntax_error_ends_the_program_and_not_the_session(transport):
    with pytest.raises(TransportExecError, match="SyntaxError"):
        transport.exec("if:\n" + "x = 1\n" * 200)
    assert transport.exec("print(2)") == b"2\r\n"


def slow_down(monkeypatch, printed: bytes):
    """For a board's `printed`: it is slow to print that, and the PC is slow to send."""
    send = websocket_serial.WebsocketSerial._send

    def slow_send(self, data, text):
        send(self, data, text)
        time.sleep(0.015)

    monkeypatch.setattr(websocket_serial.WebsocketSerial, "_send", slow_send)
    return lambda data: time.sleep(0.03) if data == printed else None


def test_a_program_arrives_whole_though_it_comes_while_the_board_asks_for_more(
    make_board, monkeypatch
):
    # What asks for more is \1. A board that sends it twice is sent more than its ring holds.
    printed = slow_down(monkeypatch, b"\1")
    with session.raw_repl(log_in(make_board(air=Air(HOME), printed=printed))) as transport:
        assert transport.exec(program(3000)) == b"3000\r\n"


def test_keys_that_come_while_the_board_echoes_those_before_are_run(make_board, monkeypatch):
    printed = slow_down(monkeypatch, b"Q")
    keys = log_in(make_board(air=Air(HOME), printed=printed)).serial
    keys.write(b"print('Q' + 'one')\r")
    keys.write(b"print('t' + 'wo')\r")
    assert keys.read_until(b"\ntwo\r\n>>> ").endswith(b"\ntwo\r\n>>> ")


def test_ctrl_c_gets_through_to_a_program_that_sleeps(board):
    keys = log_in(board).serial
    keys.write(b"import time; exec(\"print('g' + 'o')\\nwhile True: time.sleep(.2)\")\r")
    assert keys.read_until(b"\ngo\r\n").endswith(b"\ngo\r\n")
    keys.write(b"\x03")
    assert keys.read_until(b"Interrupt: \r\n>>> ").endswith(b"Interrupt: \r\n>>> ")


def test_somebody_else_at_the_door_disturbs_no_program(board, transport):
    for n in range(3):
        with pytest.raises(Busy):
            log_in(board)
        assert transport.exec(f"print({n})") == f"{n}\r\n".encode()


def test_what_was_printed_before_the_connection_ended_is_read(board):
    transport = log_in(board)
    transport.serial.write(b"print('last ' + 'words')\r")
    # What a reset finds unsent is lost, on the chip too: Nagle's rule holds it back.
    board.wait_for(
        lambda chip: (
            b"last words\r\n>>> " in board.printed_since(0)
            and not any(pcb.send_buffer for pcb in chip.stack.pcbs)
        )
    )
    board.do(lambda chip: chip.hard_reset())
    assert transport.serial.read_until(b"last words\r\n").endswith(b"last words\r\n")
    with pytest.raises(OSError, match="was reset"):
        transport.serial.read_until(b"more")
    transport.close()


def test_the_one_session_is_free_for_the_next_client_at_once(board):
    for _ in range(5):
        log_in(board).close()
        assert board.do(lambda chip: chip.terminal.session) is None
