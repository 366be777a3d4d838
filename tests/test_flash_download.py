"""`make flash` without FIRMWARE=, with a local server in the place of micropython.org."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from firmware_images import SMALL, micropython
from rom_loader import RomLoader

from tools import flash, flash_download
from tools.errors import UserError

NAME = "ESP8266_GENERIC-{}-{}-v{}.bin"
ROMFS, ONE = "FLASH_2M_ROMFS", "FLASH_1M"
NEWEST = NAME.format(ROMFS, "20260401", "1.28.0")
KNOWN = NAME.format(ROMFS, "20251209", "1.27.0")
# As the page lists them: standard and variants, releases and previews, the newest not the first.
LISTED = [
    "ESP8266_GENERIC-20260401-v1.28.0.bin",
    NAME.format(ROMFS, "20260501", "1.29.0-preview.12.gfedcba9876"),
    NAME.format(ROMFS, "20250911", "1.9.0"),
    KNOWN,
    NEWEST,
    NAME.format(ONE, "20260401", "1.28.0"),
    NAME.format("FLASH_512K", "20260401", "1.28.0"),
]
PAGE = "<html>" + "".join(
    f'<a href="/resources/firmware/{name}">{name}</a> <a href="/x.map">[.map]</a>'
    for name in LISTED
)


class Site:
    """What the server has, path -> content, and the paths that it was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"/download/ESP8266_GENERIC/": PAGE.encode()}
        self.asked: list[str] = []

    def has(self, name: str, content: bytes) -> bytes:
        """Offer a file of firmware."""
        self.files["/resources/firmware/" + name] = content
        return content

    def downloads(self) -> list[str]:
        """The names of the files that were asked for."""
        return [path.rpartition("/")[2] for path in self.asked if path.endswith(".bin")]


@pytest.fixture
def site(tmp_path, monkeypatch) -> Iterator[Site]:
    """It is there as long as the test runs; FIRMWARE is not set, and nothing is cached."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            content = site.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(flash_download, "SITE", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(flash_download, "CACHE", tmp_path / "firmware")
    monkeypatch.delenv("FIRMWARE", raising=False)
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def board(monkeypatch) -> Iterator:
    """board(size of its flash): a board that is the only one here."""
    chips = []

    def make(size: int) -> RomLoader:
        chips.append(RomLoader(size=size))
        chips[-1].__enter__()
        monkeypatch.setenv("PORT", chips[-1].port)
        return chips[-1]

    yield make
    for chip in chips:
        chip.__exit__()


@pytest.mark.parametrize(
    ("size", "name", "content"),
    [
        (4 << 20, NEWEST, micropython(system=b"MicroPython v1.28.0 FLASH_2M_ROMFS")),
        (2 << 20, NEWEST, micropython()),
        (1 << 20, NAME.format(ONE, "20260401", "1.28.0"), micropython(SMALL)),
    ],
)
def test_without_a_file_the_newest_release_for_the_boards_flash_is_written(
    site, board, capsys, size, name, content
):
    chip = board(size)
    site.has(name, content)
    flash.run()
    assert chip.flash[4 : len(content)] == content[4:]
    assert site.downloads() == [name]
    shown = capsys.readouterr().out
    assert name in shown and "make configure" in shown
    assert ("runs from flash" in shown) == (b"ROMFS" in content)


def test_what_was_downloaded_once_is_written_again_without_another_download(site, board):
    content = site.has(NEWEST, micropython())
    for _ in range(2):
        chip = board(4 << 20)
        flash.run()
        assert chip.flash[4 : len(content)] == content[4:]
    assert site.downloads() == [NEWEST]
    site.files.clear()  # and without a network, the newest that is there
    assert flash_download.fetch(4 << 20) == content


def test_a_cached_file_that_was_damaged_is_fetched_again(site):
    content = site.has(NEWEST, micropython())
    flash_download.CACHE.mkdir()
    (flash_download.CACHE / NEWEST).write_bytes(content[:-1])
    assert flash_download.fetch(4 << 20) == content


@pytest.mark.parametrize("page", [b"<html>All new!</html>", None])
def test_where_the_page_cannot_be_understood_a_known_release_is_taken(site, page):
    site.files.clear()
    if page:
        site.files["/download/ESP8266_GENERIC/"] = page
    content = site.has(KNOWN, micropython())
    assert flash_download.fetch(4 << 20) == content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "Not Found"),
        (b"<html>moved</html>", "is a web page"),
        (micropython()[:-1], "damaged or cut short"),
        (bytes((2 << 20) + 1), "too long"),
    ],
)
def test_where_it_cannot_be_had_the_board_keeps_its_firmware_and_the_guide_is_shown(
    site, board, capsys, content, why
):
    chip = board(4 << 20)
    if content:
        site.has(NEWEST, content)
    with pytest.raises(UserError, match=f"{why}.*; run make flash FIRMWARE=") as raised:
        flash.run()
    assert "\n" not in str(raised.value)
    shown = capsys.readouterr().out
    assert "https://micropython.org/download/ESP8266_GENERIC/" in shown
    assert re.search(f"2 MiB.*{ROMFS}.*\n.*1 MiB.*{ONE}.*\n.*512 KiB.*none", shown)
    assert "erase_flash" not in chip.commands
    assert not list(flash_download.CACHE.iterdir())


def test_a_board_with_too_little_flash_is_told_so(site, board, capsys):
    chip = board(1 << 19)
    with pytest.raises(UserError, match="less than 1 MiB"):
        flash.run()
    assert "erase_flash" not in chip.commands and not site.asked


def test_with_a_file_of_ones_own_nothing_is_asked_of_the_network(
    site, board, tmp_path, monkeypatch
):
    chip = board(4 << 20)
    content = micropython()
    (tmp_path / "own.bin").write_bytes(content)
    monkeypatch.setenv("FIRMWARE", str(tmp_path / "own.bin"))
    flash.run()
    assert chip.flash[4 : len(content)] == content[4:]
    assert not site.asked
