"""`make size`: what it measures on MicroPython's WebAssembly build."""

import json
import shutil

import pytest

from tools import build
from tools.size import board, pieces, wasm


def test_without_node_a_line_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(wasm.Missing, match="node is missing; install Node"):
        wasm.install()


def test_the_package_is_pinned_by_its_hash_and_comes_from_anybodys_registry():
    text = (wasm._HERE / "package-lock.json").read_text()
    _, package = json.loads(text)["packages"].values()
    assert package["integrity"].startswith("sha512-")
    assert "://" not in text


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node and npm")
def test_a_program_that_needs_much_in_one_piece_is_found_out(tmp_path):
    wasm.install()
    tree = build.build(tmp_path / "board")
    (tree / build.CONFIG).write_text(board.CONFIG)
    small, large = pieces.of_programs(tree, ["pass", "bytearray(1000)"], allowed=512)
    assert small.bytes == 512  # what the parser begins with
    assert 1000 <= large.bytes <= 1024
