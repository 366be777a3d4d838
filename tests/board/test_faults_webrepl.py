"""WebREPL's worst clients: the switch goes on serving, and its owner gets in after them."""

import contextlib
import re
import socket
import time
from urllib.parse import urlsplit

import client
import pytest
from fault_rig import Victim, answers, connections, log_in, prompt_answers, reset

from tools.board.webrepl import Busy
from tools.errors import UserError
from tools.virtual_board.tcp.sockets import POLLERR

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
WRONG = 100


def typed(keys: bytes) -> bytes:
    """Up to 125 of them as a frame, whose mask is zeros."""
    return bytes((0x81, 0x80 | len(keys), 0, 0, 0, 0)) + keys


# What it prints fills the client's window, lwIP's buffer and more. Then it reads from flash.
PRINTS = typed(b"x = [print('line', i) for i in range(900)];x = open('boot.py').read(9)\r")


def text(sock: socket.socket, end: bytes) -> bytes:
    """What comes in frames, up to `end`."""
    data = b""
    with sock.makefile("rb") as file:
        while not data.endswith(end):
            size = file.read(2)[1]
            if size == 126:
                size = int.from_bytes(file.read(2), "big")
            data += file.read(size)
    return data


def vanishing(url: str, said: bytes = b"", window: int = 1 << 16) -> socket.socket:
    """A logged-in client that says nothing any more and never will; `window` bytes fit into it."""
    sock = socket.socket()
    sock.settimeout(client.TIMEOUT)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    sock.connect(("127.0.0.1", urlsplit(url).port))
    sock.sendall(HANDSHAKE)
    seen = b""
    while not seen.endswith(b"Password: "):
        seen += sock.recv(100)
    sock.sendall(typed(client.PASSWORD.encode() + b"\r"))
    while not seen.endswith(b">>> "):
        seen += sock.recv(100)
    sock.sendall(said)
    return sock


@pytest.mark.parametrize("said", [b"", HANDSHAKE[:1], HANDSHAKE[:-2]], ids=["no", "1", "most"])
@pytest.mark.parametrize("count", [1, 6])
def test_handshakes_that_are_never_finished_hold_nobody_up(
    victim: Victim, said: bytes, count: int
) -> None:
    with victim.suffers() as board:
        with connections(board.webrepl, count) as socks:
            for sock in socks:
                with contextlib.suppress(OSError):  # it may have had to make room
                    sock.sendall(said)
            assert answers(board) is True
            prompt_answers(board)


def test_a_trickling_handshake_and_silent_browsers_hold_nobody_up(victim: Victim) -> None:
    with victim.suffers() as board:
        with connections(board.webrepl, 2) as (_silent, trickling), connections(board.http, 6):
            for byte in HANDSHAKE[:8]:
                with contextlib.suppress(OSError):
                    trickling.sendall(bytes([byte]))
                assert answers(board) is True


def test_a_session_whose_client_has_vanished_is_taken_over_after_a_minute(
    victim: Victim,
) -> None:
    with victim.suffers() as board:
        with vanishing(board.webrepl):
            assert answers(board) is True
            with pytest.raises(Busy):
                log_in(board)
            board.do(lambda chip: chip.clock.advance(60_000))
            prompt_answers(board)


def test_output_that_nobody_takes_holds_up_nothing_but_the_program_that_prints(
    victim: Victim,
) -> None:
    with victim.suffers() as board:
        with vanishing(board.webrepl, PRINTS, 2048) as sock:
            board.wait_for(lambda chip: chip.terminal.blocked())
            for _ in range(3):
                assert answers(board) is True
            assert board.do(lambda chip: chip.terminal.blocked())
            printed = text(sock, b"line 899\r\n>>> ")
        assert [int(n) for n in re.findall(rb"line (\d+)\r\n", printed)] == list(range(900))


def test_a_session_whose_client_vanished_in_the_middle_of_output_is_taken_over_by_the_second_try(
    victim: Victim,
) -> None:
    with victim.suffers() as board:
        with vanishing(board.webrepl, PRINTS, 2048):
            board.wait_for(lambda chip: chip.terminal.blocked())
            board.do(lambda chip: chip.clock.advance(60_000))
            # The write that fails now frees the slot, whoever is in it (os_dupterm.c).
            with contextlib.suppress(UserError):
                log_in(board).close()
            prompt_answers(board)


def test_ctrl_c_over_the_cable_ends_a_session_that_holds_the_program_up(victim: Victim) -> None:
    with victim.suffers() as board:
        with vanishing(board.webrepl, PRINTS, 2048):
            board.wait_for(lambda chip: chip.terminal.blocked())
            mark = len(board.console)
            board.do(lambda chip: chip.terminal.put(b"\x03"))
            board.wait_for(lambda chip: b">>> " in board.printed_since(mark))
            prompt_answers(board)


@pytest.mark.parametrize("said", [b"", b"\x81"], ids=["between", "within"])
def test_a_session_that_is_reset_between_or_within_frames_makes_way_at_once(
    victim: Victim, said: bytes
) -> None:
    with victim.suffers() as board:
        sock = vanishing(board.webrepl, said)
        answers(board)
        reset(sock)
        prompt_answers(board)


def test_the_console_shows_a_reset_session_when_the_next_one_begins(victim: Victim) -> None:
    with victim.suffers() as board:
        mark = len(board.printed_since(0))
        session = vanishing(board.webrepl)
        board.wait_for(lambda chip: chip.at_rest)  # or a tick of the handshake's finds the reset
        reset(session)
        board.wait_for(lambda chip: bool(chip.stack.poll(chip.terminal.sock) & POLLERR))
        assert b"dupterm" not in board.printed_since(mark)
        prompt_answers(board)
        told = b"Exception in read() method, deactivating: OSError: [Errno 104] ECONNRESET\r\n"
        assert b"dupterm: " + told in board.printed_since(mark)


def test_a_session_that_ends_without_goodbye_makes_way_at_once(victim: Victim) -> None:
    with victim.suffers() as board:
        vanishing(board.webrepl).close()
        board.wait_for(lambda chip: chip.terminal.session is None)
        prompt_answers(board)


def test_a_hundred_wrong_passwords_lock_nobody_out(victim: Victim) -> None:
    with victim.suffers() as board:
        for _ in range(WRONG):
            with client.connect(board.webrepl) as sock:
                sock.sendall(HANDSHAKE)
                seen = b""
                while not seen.endswith(b"Password: "):
                    seen += sock.recv(100)
                sock.sendall(typed(b"wrong567\r"))
                assert b"Access denied" in client.read_all(sock)
        prompt_answers(board)


def test_whoever_guesses_is_refused(victim: Victim) -> None:
    with victim.suffers() as board, pytest.raises(UserError, match="wrong WebREPL password"):
        log_in(board, "wrong567")


def test_who_types_without_end_at_the_password_prompt_keeps_nobody_out(
    victim: Victim,
) -> None:
    with victim.suffers() as board:
        with client.connect(board.webrepl) as sock:
            sock.sendall(HANDSHAKE)
            seen = b""
            while not seen.endswith(b"Password: "):
                seen += sock.recv(100)
            sock.settimeout(0.2)
            end = time.monotonic() + 1
            with contextlib.suppress(TimeoutError):
                while time.monotonic() < end:
                    sock.sendall(typed(b"x" * 125) * 100)
            assert answers(board) is True
        # What is under way is still read, at the chip's speed.
        board.wait_for(lambda chip: chip.terminal.session is None, 20)
        prompt_answers(board)
