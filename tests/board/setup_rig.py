"""A phone at a board that needs a network."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import client

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

AP = "4.3.2.1"
PASSWORD = "correct horse"
NETWORKS = {"home": PASSWORD, "Caf\u00e9 & <b>Bar": "espresso 100%+", "open": ""}
# No network is known.
CONFIG = f'PASS = {client.PASSWORD!r}\nHOSTNAME = "lamp"\nAP_PASSWORD = "let me in"\n'


def put(text: str) -> Callable[[Path], None]:
    """A change for make_board: these settings."""

    def change(tree: Path) -> None:
        (tree / "webrepl_cfg.py").write_text(text)

    return change


def air() -> Air:
    """The networks, which a scan finds at once."""
    return Air(dict(NETWORKS), scan_ms=1)


class Phone:
    """Asks as a phone's browser does. `host` is whom it means to ask."""

    def __init__(self, board: VirtualBoard) -> None:
        self.board = board
        self.token = ""

    def ask(
        self, method: str, path: str, form: dict | None = None, host: str = AP, **fields: str
    ) -> tuple[int, dict[str, str], str]:
        """(status, fields, body)"""
        body = b"" if form is None else urlencode(form).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded"]
            lines += [f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        with client.connect(self.board.http) as sock:
            sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            answer = client.read_response(sock)
        assert len(answer) <= 1071
        head, _, body = answer.partition(b"\r\n\r\n")
        status, *rest = head.decode().split("\r\n")
        return int(status.split()[1]), dict(line.split(": ", 1) for line in rest), body.decode()

    def open(self) -> str:
        """The setup page, of which the token is kept."""
        status, _, page = self.ask("GET", "/")
        assert status == 200, page
        if found := re.search(r"name=token type=hidden value=(\w+)", page):
            self.token = found[1]
        return page

    def enter(self, ssid: str, password: str, **more: str) -> None:
        """Send the form, as if `ssid` were chosen from the list."""
        form = {"ssid": ssid, "other": "", "password": password, "token": self.token} | more
        status, fields, _ = self.ask("POST", "/wifi", form)
        assert (status, fields["Location"]) == (303, "/wifi")

    def line(self) -> str:
        """What the page says of it, wherever it leads."""
        status, fields, page = self.ask("GET", "/wifi")
        if status == 303:
            assert fields["Location"] == "/"
            page = self.open()
        return re.findall(r"role=status>(.*?)</p>", page)[0]

    def wait_for(self, part: str) -> str:
        """The page, once it says that. The chip's clock runs faster meanwhile."""
        for _ in range(200):
            if part in (line := self.line()):
                return line
            self.board.do(lambda chip: chip.clock.advance(300))
        raise AssertionError(f"not said: {part}; but {line}")
