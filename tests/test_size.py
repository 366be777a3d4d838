"""`make size`: what it measures on MicroPython's WebAssembly build."""

import json
import shutil

import pytest

from tools import build
from tools.errors import UserError
from tools.size import __main__ as size
from tools.size import board, kept, pieces, wasm


def test_without_node_a_line_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(wasm.Missing, match="node is missing; install Node"):
        wasm.install()


def test_the_package_is_pinned_by_its_hash_and_comes_from_anybodys_registry():
    text = (wasm._HERE / "package-lock.json").read_text()
    _, package = json.loads(text)["packages"].values()
    assert package["integrity"].startswith("sha512-")
    assert "://" not in text


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node and npm")
def test_a_program_that_needs_much_in_one_piece_is_found_out(tmp_path):
    wasm.install()
    tree = build.build(tmp_path / "board")
    (tree / build.CONFIG).write_text(board.CONFIG)
    small, large = pieces.of_programs(tree, ["pass", "bytearray(1000)"], allowed=512)
    assert small.bytes == 512  # what the parser begins with
    assert 1000 <= large.bytes <= 1024


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node and npm")
def test_the_bundle_in_romfs_keeps_half_the_heap_and_settings_count(tmp_path):
    wasm.install()
    tree = build.build(tmp_path / "board")
    (tree / build.CONFIG).write_text(board.CONFIG)
    base = kept.both(tree, "")
    more = kept.both(tree, 'HTTP_PASSWORD = "correct horse"\n')
    assert base["ROMFS"].heap < base["files"].heap // 2
    for kind in base:
        assert base[kind].heap < more[kind].heap < base[kind].heap + 200


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node and npm")
def test_a_bundle_that_does_not_serve_is_not_measured(tmp_path):
    wasm.install()
    tree = build.build(tmp_path / "board")
    (tree / build.CONFIG).write_text(board.CONFIG)
    (tree / "device" / "http.mpy").unlink()
    with pytest.raises(UserError, match="does not run"):
        kept.serving(tree)


def test_a_module_that_the_lists_do_not_know_stops_make_size(tmp_path):
    tree = build.build(tmp_path / "board")
    size._refuse_unknown(tree)
    (tree / "device" / "fan.mpy").write_bytes(b"")
    with pytest.raises(UserError, match="fan"):
        size._refuse_unknown(tree)
    (tree / "device" / "fan.mpy").rename(tree / "device" / "led.mpy")
    (tree / "device" / "wifi.mpy").unlink()
    with pytest.raises(UserError, match="wifi"):
        size._refuse_unknown(tree)
