"""Modules that are frozen into the chip's firmware do what they are for: ntptime, requests,
webrepl_setup."""

import datetime
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fault_rig import log_in
from network_rig import ADDRESS, WIFI, Programs, programs

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.udp.peer import Peer

FROM_1900 = datetime.datetime(1900, 1, 1)
SERVER = "192.168.1.7"


class Pages(http.server.BaseHTTPRequestHandler):
    """Answers a GET with its path, and a POST with its body."""

    def do_GET(self) -> None:
        self._answer(self.path.encode())

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def repl(tmp_path: Path) -> Iterator[Programs]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hosts = {
        "pool.ntp.org": (SERVER, {}),
        "pages.lan": (ADDRESS, {80: server.server_port}),
    }
    with programs(tmp_path, boot=WIFI, hosts=hosts) as board:
        yield board
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("year", [2026, 2040])
def test_ntptime_sets_the_date_by_a_time_server(repl: Programs, year: int) -> None:
    now = datetime.datetime(year, 11, 28, 13, 14, 15)
    with Peer(repl.board, 123, SERVER) as server:

        def answer() -> None:
            query, port = server.receive()
            assert len(query) == 48 and query[0] & 7 == 3  # a client's
            seconds = int((now - FROM_1900).total_seconds()) % 2**32
            packet = bytes([0x24]) + bytes(39) + seconds.to_bytes(4, "big") + bytes(4)
            server.send(packet, to=port, unicast=True)

        thread = threading.Thread(target=answer)
        thread.start()
        repl.run("import ntptime, time, machine\nntptime.timeout = 10\nntptime.settime()")
        thread.join()
    assert repl.value("time.localtime()[:5]") == (year, 11, 28, 13, 14)
    assert repl.value("machine.RTC().datetime()[3]") == now.weekday()


def test_ntptime_gives_up_where_nobody_answers(repl: Programs) -> None:
    repl.run("import ntptime\nntptime.timeout = 0.2")
    assert repl.value("attempt(ntptime.settime)") == 110


@pytest.mark.parametrize("module", ["requests", "urequests"])
def test_requests_gets_and_posts(repl: Programs, module: str) -> None:
    repl.run(f"import {module} as r")
    assert repl.value("r.get('http://pages.lan/path').text") == "/path"
    posted = "r.post('http://pages.lan/', json={'on': True}).json()"
    assert repl.value(posted) == {"on": True}


def test_requests_says_that_the_virtual_board_has_no_tls(repl: Programs) -> None:
    said = repl.run(
        "import requests\n"
        "try:\n requests.get('https://pages.lan/')\nexcept ImportError as e:\n print(e)"
    )
    assert said.startswith("the virtual board has no '")


def answered(board: VirtualBoard, *dialogue: tuple[str, str]) -> None:
    """At the prompt, webrepl_setup's questions end like this, and get these answers."""
    mark = typed(board, "\2import webrepl_setup")
    for question, answer in dialogue:
        asked(board, mark, question.encode())
        mark = typed(board, answer)


def typed(board: VirtualBoard, keys: str) -> int:
    """How much had been printed before."""
    mark = len(board.console)
    board.do(lambda chip: chip.terminal.put(keys.encode() + b"\r"))
    return mark


def asked(board: VirtualBoard, mark: int, end: bytes) -> None:
    board.wait_for(lambda chip: board.printed_since(mark).endswith(end))


def test_webrepl_setup_enables_webrepl_and_disables_it(
    make_board: Callable[..., VirtualBoard],
) -> None:
    def bare(tree: Path) -> None:
        (tree / "boot.py").write_text("import gc\n# import webrepl\n# webrepl.start()\n")
        (tree / "main.py").write_text("")
        (tree / "webrepl_cfg.py").unlink()

    board = make_board(bare)
    boots = board.do(lambda chip: chip.boots)
    answered(
        board,
        ("quits: ", "E"),
        ("chars): ", "abc"),
        ("chars): ", "pass1"),
        ("password: ", "pass2"),
        ("chars): ", "pass1"),
        ("password: ", "pass1"),
        ("(y/n) ", "y"),
    )
    board.wait_for(lambda chip: chip.boots > boots)
    log_in(board, "pass1").close()
    answered(board, ("quits: ", "D"), ("(y/n) ", "y"))
    board.wait_for(lambda chip: chip.boots > boots + 1)
    assert board.do(lambda chip: chip.stack.open_sockets) == 0


def test_webrepl_setup_soft_resets_where_there_is_nothing_to_do(
    make_board: Callable[..., VirtualBoard],
) -> None:
    board = make_board(lambda tree: (tree / "main.py").write_text(""))
    boots = board.do(lambda chip: chip.boots)
    answered(board, ("quits: ", ""))
    board.wait_for(lambda chip: chip.boots > boots)
    assert "No further action required" in board.console
