"""`make run` is reached by loopback's names alone, and its password is nobody else's."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import client
import pytest
from run_rig import ROOT, Run
from websockets.sync.client import connect

from tools import build, settings
from tools.virtual_board import image as images
from tools.virtual_board import passwords

EXAMPLE = str(settings.read((ROOT / settings.EXAMPLE).read_text())["PASS"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A board that runs: what it printed, by each line's first word, and "flash", its image."""
    path = tmp_path_factory.mktemp("run") / "flash.img"
    run = Run(path)
    lines = run.until("ready")
    yield {"flash": str(path), **dict(line.split(" ", 1) for line in lines[:-1])}
    run.end()


def status(url: str, head: str) -> int:
    """The status that this head of a request gets."""
    with client.connect(url) as sock:
        sock.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        return int(client.read_all(sock).split()[1])


@pytest.mark.parametrize("port", ["http", "webrepl"])
@pytest.mark.parametrize(
    "host", ["switch.lan", "switch", "192.168.1.7", "evil.example", "0.0.0.0"]
)
def test_no_other_name_leads_to_it(running: dict[str, str], port: str, host: str) -> None:
    assert status(running[port], f"GET / HTTP/1.1\nHost: {host}") == 421
    assert status(running[port], f"GET http://{host}/ HTTP/1.1\nHost: localhost") == 421


def test_a_name_that_comes_in_pieces_does_not_lead_to_it(running: dict[str, str]) -> None:
    with client.connect(running["http"]) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"GET /led HTTP/1.1\r\nHo", b"st: swi", b"tch.lan\r\n", b"\r\n"):
            try:
                sock.sendall(piece)
            except OSError:
                break  # it was refused already
        answer = client.read_all(sock)
    assert answer.startswith(b"HTTP/1.1 421 ") or not answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LocalHost:8080", None])
def test_names_of_loopback_lead_to_it(running: dict[str, str], host: str | None) -> None:
    version = "1.1\nHost: " + host if host else "1.0"
    assert status(running["http"], f"GET /led HTTP/{version}") == 200


def hears(url: str, password: str, origin: str) -> str:
    """What a page of this origin hears that sends this password to WebREPL."""
    heard = ""
    with connect(url, origin=origin, compression=None) as session:
        while not heard.endswith("Password: "):
            heard += session.recv(5, decode=True)
        session.send(password + "\r")
        while not heard.endswith((">>> ", "denied\r\n")):
            heard += session.recv(5, decode=True)
    return heard


def test_a_sandboxed_page_does_not_get_in_with_the_password_that_everybody_knows(
    running: dict[str, str],
) -> None:
    assert hears(running["webrepl"], EXAMPLE, "null").endswith("Access denied\r\n")
    # The stock client opened from a file has that origin, too, and its user knows the password.
    assert hears(running["webrepl"], running["password"], "null").endswith(">>> ")


def test_each_image_has_a_password_of_its_own_and_keeps_it(
    running: dict[str, str], tmp_path: Path
) -> None:
    shown = []
    for _ in range(2):
        run = Run(tmp_path / "flash.img")
        shown.append(next(line for line in run.until("ready") if line.startswith("password ")))
        run.end()
    assert shown[0] == shown[1] != f"password {running['password']}"
    assert re.fullmatch("password [a-zA-Z2-9]{9}", shown[0])


def test_an_image_with_the_password_that_everybody_knows_gets_another(tmp_path: Path) -> None:
    path = tmp_path / "flash.img"
    images.create(path, build.build(tmp_path / "board", config=ROOT / settings.EXAMPLE))
    run = Run(path)
    lines = run.until("ready")
    run.end()
    assert passwords.of(path) != EXAMPLE and f"password {passwords.of(path)}" in lines


def test_nobody_else_on_the_pc_reads_the_passwords_in_an_image(running: dict[str, str]) -> None:
    assert Path(running["flash"]).stat().st_mode & 0o077 == 0
