"""The switch behind nginx, at a name and under a path; and under a name that a router gives it."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import client
import pytest
from fault_rig import HOME
from nginx_rig import NAME, PLACES, allow, needs_nginx, nginx

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.wlan import Air

Make = Callable[..., VirtualBoard]


class Site:
    """Asks nginx as a browser does whose page is at `place`."""

    def __init__(self, port: int, place: str) -> None:
        name, _, path = place.partition("/")
        self._port = port
        self.page = f"http://{name}:{port}/{path}"

    def ask(self, method: str, link: str, body: bytes = b"", **more: str) -> tuple:
        """(response, body) behind a link of the page."""
        parts = urlsplit(urljoin(self.page, link))
        fields = {"Host": parts.netloc, "Cookie": "x" * 2000, "Accept-Encoding": "gzip"}
        if method != "GET":
            fields |= {"Origin": f"http://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=client.TIMEOUT)
        connection.request(method, parts.path, body, fields | more)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response, answer


@pytest.fixture(params=PLACES)
def site(make_board: Make, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    board = make_board(allow, air=Air(HOME))
    with nginx(tmp_path, board.http) as port:
        yield Site(port, request.param)


@needs_nginx
def test_page_and_api_work_behind_nginx(site: Site) -> None:
    response, page = site.ask("GET", "")
    assert response.status == 200
    links = re.findall(r"(?:href|src|action)=([^\s>]+)", page.decode())
    assert len(links) == 5
    for link in links:
        if link not in ("data:,", "toggle"):
            assert site.ask("GET", link)[0].status == 200, link
    assert site.ask("PUT", "led", b'{"on": true}')[1] == b'{"on": true}'
    assert json.loads(site.ask("GET", "status")[1])["hostname"] == "lamp"


@needs_nginx
def test_the_form_leads_back_to_the_page_behind_nginx(site: Site) -> None:
    response, _ = site.ask("POST", "toggle")
    assert response.status == 303
    assert urljoin(urljoin(site.page, "toggle"), response.headers["Location"]) == site.page
    assert b">On " in site.ask("GET", "")[1]


def test_without_host_names_the_refusal_names_the_setting(board: VirtualBoard) -> None:
    told = b"Host is not a name of this switch: see HOST_NAMES\n"
    with client.connect(board.http) as sock:
        sock.sendall(f"GET /led HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        answer = client.read_response(sock)
    assert answer.startswith(b"HTTP/1.1 421 ") and answer.endswith(b"\r\n\r\n" + told)


def test_webrepl_s_page_works_under_the_further_names(make_board: Make) -> None:
    board = make_board(allow, air=Air(HOME))
    head = (
        f"GET / HTTP/1.1\r\nHost: {NAME}:8266\r\nOrigin: http://{NAME}:8266\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n"
    )
    with client.connect(board.webrepl) as sock:
        sock.sendall(head.encode())
        assert sock.recv(12) == b"HTTP/1.1 101"
