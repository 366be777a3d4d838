"""mpremote's transport over WebREPL: nothing is lost on the way, and the session ends well."""

import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import client
import pytest

from tools.board import connection
from tools.board.webrepl import WebreplTransport
from tools.virtual_board.board import VirtualBoard


def log_in(board: VirtualBoard) -> WebreplTransport:
    return WebreplTransport(urlsplit(board.webrepl).netloc, client.PASSWORD)


@pytest.fixture
def transport(board: VirtualBoard) -> Iterator[WebreplTransport]:
    """At the raw REPL."""
    with connection.raw_repl(log_in(board)) as transport:
        yield transport


@pytest.mark.parametrize("size", [1, 127, 128, 200, *range(225, 245), 500, 3000])
def test_a_program_of_any_length_arrives_whole(transport, size):
    # Its input ring takes 255 bytes; raw paste by itself would send 256 and Ctrl-D.
    assert transport.exec(f"print(len({'x' * size!r}))") == f"{size}\n".encode()


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 1025, 9999])
def test_a_file_arrives_whole_between_two_programs(transport, size):
    content = random.Random(size).randbytes(size)
    assert transport.exec("print(1)") == b"1\n"
    transport.fs_writefile("/file", content)
    assert transport.exec("print(open('/file', 'rb').read())").strip() == repr(content).encode()


def test_a_syntax_error_ends_the_program_and_not_the_session(transport):
    with pytest.raises(connection.TransportExecError, match="SyntaxError"):
        transport.exec("if:\n" + "x = 1\n" * 200)
    assert transport.exec("print(2)") == b"2\n"


def test_what_was_printed_before_the_connection_ended_is_read(board):
    transport = log_in(board)
    transport.serial.write(b"print('last ' + 'words')\r")
    # What a reset finds unsent is lost, on the chip too: Nagle's rule holds it back.
    board.wait_for(
        lambda chip: (
            b"last words\r\n>>> " in board.printed_since(0)
            and not any(pcb.output for pcb in chip.stack.pcbs)
        )
    )
    board.do(lambda chip: chip.hard_reset())
    assert transport.serial.read_until(b"last words\n").endswith(b"last words\n")
    with pytest.raises(OSError, match="closed the connection"):
        transport.serial.read_until(b"more")
    transport.close()


def test_the_one_session_is_free_for_the_next_client_at_once(board):
    for _ in range(5):
        log_in(board).close()
        assert board.do(lambda chip: chip.terminal.session) is None
