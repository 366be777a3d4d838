"""tools/build_pages.py: the page's sources become responses that fit the board."""

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from page_rig import WWW, Tags, load, split

from tools import build, build_pages
from tools.errors import UserError

BESIDE = Path(sys.executable).with_name("micropython")
MICROPYTHON = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")
BLOCK = 16  # bytes, of the chip's heap; a bytes object takes one besides its data


@pytest.fixture
def pages():
    return load()


@pytest.fixture
def responses(pages):
    """Path -> the whole response."""
    return {"/": pages.render(b"switch", False), **pages.PAGES}


def test_every_response_fits_one_send_with_room_for_the_fin(responses):
    assert {path: len(data) for path, data in responses.items() if len(data) > 1071} == {}


def test_the_page_leaves_the_heap_to_the_rest(responses):
    taken = [BLOCK + -(-(len(data) + 1) // BLOCK) * BLOCK for data in responses.values()]
    assert sum(taken) <= 3 * 1024


def test_a_client_knows_where_each_response_ends(responses):
    for data in responses.values():
        status, fields, body = split(data)
        assert status == "HTTP/1.1 200 OK"
        assert int(fields["content-length"]) == len(body)
        assert fields["connection"] == "close"


def test_style_and_script_are_fetched_once(pages):
    for data in pages.PAGES.values():
        assert int(split(data)[1]["cache-control"].removeprefix("max-age=")) > 7e6


def test_a_changed_style_gets_a_new_address(tmp_path):
    before = build_pages.assets(WWW)
    shutil.copytree(WWW, tmp_path / "www")
    (tmp_path / "www" / "style.css").write_text("p { margin: 0 }\n")
    after = build_pages.assets(tmp_path / "www")
    assert before["style.css"][0] != after["style.css"][0]
    assert before["page.js"] == after["page.js"]


def test_a_browser_gets_the_style_and_the_script_that_were_written(pages):
    for path, data in pages.PAGES.items():
        _, fields, body = split(data)
        assert fields["content-encoding"] == "gzip"
        (source,) = WWW.glob("*" + Path(path).suffix)
        assert gzip.decompress(body).decode() == build_pages.squeeze(
            source.read_text(), source.suffix
        )


def test_the_same_sources_make_the_same_bytes_on_every_day_and_system(pages):
    for data in pages.PAGES.values():
        assert split(data)[2][:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    assert build_pages.render(WWW, "1") == build_pages.render(WWW, "1")


def test_a_page_that_has_grown_too_big_is_named(tmp_path):
    shutil.copytree(WWW, tmp_path / "www")
    with open(tmp_path / "www" / "index.html", "a") as file:
        file.write("<p>" + 300 * "x" + "</p>")
    with pytest.raises(UserError, match=r"index.html: makes \d+ bytes .*1071"):
        build_pages.render(tmp_path / "www", "1")


def test_a_page_that_lost_a_field_is_named(tmp_path):
    shutil.copytree(WWW, tmp_path / "www")
    index = tmp_path / "www" / "index.html"
    index.write_text(index.read_text().replace("{state}", "Off"))
    with pytest.raises(UserError, match=r"index.html: .*{name}, {checked}, {state}"):
        build_pages.render(tmp_path / "www", "1")


@pytest.mark.parametrize(
    ("source", "suffix", "squeezed"),
    [
        ('a = "b  // c"; // d\ne( `f ; ${ g }` );\n', ".js", 'a="b  // c";e(`f ; ${ g }`);'),
        ("// it's \"so\nif (a) {\n  b = [1, 2,];\n}\n", ".js", "if(a){b=[1,2]}"),
        ("let a\nlet b\n", ".js", "let a\nlet b"),
        ("/* a */\nb > c::d,\ne {\n  f: 0.5em calc(1px + 2px);\n}\n", ".css",
         "b>c::d,e{f:.5em calc(1px + 2px)}"),
        ("<p>\n  <!-- a\n b -->\n  c d\n</p>\n", ".html", "<p>\nc d\n</p>"),
    ],
)  # fmt: skip
def test_squeezing_takes_only_what_means_nothing(source, suffix, squeezed):
    assert build_pages.squeeze(source, suffix) == squeezed


@pytest.mark.skipif(not MICROPYTHON, reason="needs micropython")
@pytest.mark.parametrize("suffix", [".py", ".mpy"])
def test_the_board_s_interpreter_fills_the_page_in_as_the_pc_does(pages, tmp_path, suffix):
    text = build_pages.render(WWW, "0123abcd")
    code = build.compile_source("pages.py", text) if suffix == ".mpy" else text.encode()
    (tmp_path / ("pages" + suffix)).write_bytes(code)
    (tmp_path / "main.py").write_text(
        "import pages, sys\nsys.stdout.buffer.write(pages.render(b'lamp', True))\n"
    )
    done = subprocess.run([MICROPYTHON, "main.py"], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == pages.render(b"lamp", True)
    shown = Tags(split(done.stdout)[2].decode())
    assert shown.text["h1"].strip() == "lamp"
    assert shown.one("button")["aria-checked"] == "true"
