"""Home Assistant switches the light, configured as docs/home-assistant.md says.

Its RESTful switch (homeassistant/components/rest/switch.py, commit e5e74ba) is imitated here: what
it sends, byte for byte, through either of the two HTTP clients that it has had, and what it makes
of the answers.
"""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import client
import pytest
import yaml

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

DOCUMENT = Path(__file__).parents[2] / "docs" / "home-assistant.md"
PASSWORD = "s3cret: %"
# The head of a request after its first two lines, in the order in which each client writes it.
HTTPX = (
    "Accept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n"
    "User-Agent: HomeAssistant/2025.2.5 httpx/0.28.1 Python/3.13\r\n{headers}{length}{auth}\r\n"
)
AIOHTTP = (
    "User-Agent: HomeAssistant/2026.8.1 aiohttp/3.14.5 Python/3.14\r\n{headers}Accept: */*\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n{auth}{length}{octets}\r\n"
)


def documented() -> dict:
    """The switch's configuration in docs/home-assistant.md: its first block of YAML."""
    text = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0]
    (switch,) = yaml.safe_load(text)["switch"]
    return switch


class RestSwitch:
    """Home Assistant's: `is_on` is what it shows, None for unknown."""

    def __init__(self, board: VirtualBoard, head: str, config: dict) -> None:
        self._url, self._head, self._config = board.http, head, config
        self.is_on: bool | None = None

    def _ask(self, method: str, body: str | None = None) -> tuple[int, str]:
        config = self._config
        auth = ""
        if "username" in config:
            credentials = f"{config['username']}:{config['password']}".encode()
            auth = f"Authorization: Basic {base64.b64encode(credentials).decode()}\r\n"
        headers = config.get("headers", {})
        head = f"{method} {urlsplit(config['resource']).path} HTTP/1.1\r\n"
        head += f"Host: {urlsplit(self._url).netloc}\r\n" + self._head.format(
            headers="".join(f"{name}: {value}\r\n" for name, value in headers.items()),
            length="" if body is None else f"Content-Length: {len(body)}\r\n",
            octets="" if body is None or headers else "Content-Type: application/octet-stream\r\n",
            auth=auth,
        )
        with client.connect(self._url) as sock:
            sock.sendall(head.encode())
            if body is not None:
                sock.sendall(body.encode())  # on its own, as both clients write it
            answer = client.read_response(sock)
        status, _, text = answer.decode().partition("\r\n\r\n")
        return int(status.split()[1]), text

    def turn(self, on: bool) -> None:
        """The user presses."""
        body = self._config["body_on" if on else "body_off"]
        status, _ = self._ask(self._config["method"].upper(), body)
        assert 200 <= status < 300  # else it logs an error
        self.is_on = on

    def update(self) -> None:
        """Every scan_interval, and at first, when an error keeps the switch from being set up."""
        status, text = self._ask("GET")
        assert status < 400
        if "is_on_template" in self._config:
            assert self._config["is_on_template"] == "{{ value_json.on }}"
            text = str(json.loads(text)["on"]).lower()
            self.is_on = {"true": True, "false": False}.get(text)
        else:
            states = {self._config["body_on"]: True, self._config["body_off"]: False}
            self.is_on = states.get(text)


def lit(board: VirtualBoard) -> bool:
    return board.do(lambda chip: chip.gpio.led())


@pytest.mark.parametrize("left_out", [(), ("headers", "is_on_template")], ids=["", "bare"])
@pytest.mark.parametrize("head", [HTTPX, AIOHTTP], ids=["httpx", "aiohttp"])
def test_home_assistant_shows_and_switches_the_light(
    board: VirtualBoard, head: str, left_out: tuple[str, ...]
) -> None:
    config = {name: value for name, value in documented().items() if name not in left_out}
    switch = RestSwitch(board, head, config)
    switch.update()
    assert switch.is_on is False
    for on in (True, True, False):
        switch.turn(on)
        assert lit(board) is on
        switch.update()
        assert switch.is_on is on
    client.set_led(board.http, True)  # by somebody else
    switch.update()
    assert switch.is_on is True


@pytest.mark.parametrize("head", [HTTPX, AIOHTTP], ids=["httpx", "aiohttp"])
def test_home_assistant_gets_in_with_the_password(
    make_board: Callable[..., VirtualBoard], head: str
) -> None:
    def protect(tree: Path) -> None:
        with open(tree / "webrepl_cfg.py", "a", encoding="utf-8") as file:
            file.write(f"HTTP_PASSWORD = {PASSWORD!r}\n")

    board = make_board(protect, air=Air({"home": "correct horse"}))
    switch = RestSwitch(board, head, documented() | {"username": "home", "password": PASSWORD})
    switch.update()
    switch.turn(True)
    assert lit(board)
    assert client.request(board.http, "GET", "/led")[0] == 401
