"""`make run` as a new user types it: what it prints, how it ends, what it says of bad input."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import client
import pytest
from run_rig import ROOT, Run
from tool_rig import Tool, copy_project, run

from tools.virtual_board import variant_note
from tools.virtual_board.hardware.flash import DEFAULT, VARIANTS


@pytest.fixture
def image(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "flash.img"


def test_a_fresh_clone_prints_where_the_board_is_and_shows_its_light(image: Path) -> None:
    run = Run(image)
    lines = [
        line
        for line in run.until("ready")
        if line.split(" ")[0] in ("serial", "http", "webrepl", "ready")
    ]
    assert [line.split()[0] for line in lines] == ["serial", "http", "webrepl", "ready"]
    assert lines[0].startswith("serial /dev/pts/") and lines[2].startswith(
        "webrepl ws://127.0.0.1:"
    )
    url = lines[1].split()[1]
    client.set_led(url, True)
    assert "LED on" in run.until("GPIO2")[-1]
    client.set_led(url, False)
    assert "LED off" in run.until("GPIO2")[-1]
    assert run.end() == 0


def test_ctrl_c_leaves_no_process_behind(image: Path) -> None:
    run = Run(image)
    run.until("ready")
    children = run.children()
    assert children
    run.end()
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_what_was_written_is_there_at_the_next_run(image: Path) -> None:
    run = Run(image)
    run.until("ready")
    run.end()
    first = image.read_bytes()
    run = Run(image)
    run.until("ready")
    run.end()
    assert image.read_bytes() == first


def refused(image: Path, **environment: str) -> str:
    """The one line that it says; status 1."""
    run = Run(image, **environment)
    output, _ = run.process.communicate(timeout=20)
    assert run.process.returncode == 1
    assert output.count("\n") == 1 and output.startswith("error: "), output
    return output


def test_a_port_that_is_taken_is_named(image: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        shown = refused(image, HTTP_PORT=port)
        assert port in shown and "Errno" not in shown


@pytest.mark.parametrize(
    "port", ["eighty", "-1", "65536", "²", pytest.param("9" * 5000, id="long")]
)
def test_a_port_that_is_none_is_named(image: Path, port: str) -> None:
    assert port in refused(image, HTTP_PORT=port)


SIZE = VARIANTS[DEFAULT].size


@pytest.mark.parametrize("content", [b"not an image", b"\0" * SIZE, b"littlefs" * (SIZE // 8)])
def test_a_corrupt_image_is_refused_and_left_alone(image: Path, content: bytes) -> None:
    image.write_bytes(content)
    refused(image)
    assert image.read_bytes() == content


def test_an_image_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file" / "flash.img")


def test_an_image_that_cannot_be_looked_for_is_one_line(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300) / "flash.img")


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    refused(tmp_path)


def test_two_boards_do_not_share_an_image(image: Path) -> None:
    run = Run(image)
    run.until("ready")
    assert "in use" in refused(image)
    assert run.end() == 0


def test_a_reader_of_its_output_that_leaves_ends_it_with_one_line(image: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "tools.virtual_board"],
        cwd=ROOT,
        env={**os.environ, "FLASH": str(image), "HTTP_PORT": "0", "WEBREPL_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout and run.stderr
    run.stdout.readline()
    run.stdout.close()
    shown = run.stderr.read()
    assert run.wait(20) == 1
    assert shown.startswith("error: cannot write the output") and shown.count("\n") == 1, shown


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [("generic", "romfs", "has device/ as"), ("romfs", "generic", "has device/ in an image")],
)
def test_a_flash_of_other_firmware_is_told_with_the_deploy_that_makes_it_fit(
    tmp_path: Path, before: str, now: str, what: str
) -> None:
    project, flash = copy_project(tmp_path / "project"), tmp_path / "flash.img"
    ports = {"HTTP_PORT": "0", "WEBREPL_PORT": "0", "FLASH": str(flash)}
    with Tool("virtual_board", project, FIRMWARE_VARIANT=before, **ports) as tool:
        tool.expect("ready\n")
        assert b"note: this flash" not in tool.shown
        tool.interrupt()
        assert tool.ended() == 0
    with Tool("virtual_board", project, FIRMWARE_VARIANT=now, **ports) as tool:
        url = tool.expect(r"http (http://\S+)\n")[1].decode()
        port = tool.expect(f"flash {what}.*; `make deploy PORT=(.*)` in")[1].decode()
        tool.expect("ready\n")
        status, shown = run("deploy", project, PORT=port)
        assert status == 0 and f"running at {url}" in shown, shown
        assert client.led(url) is False
        tool.interrupt()
        assert tool.ended() == 0
    assert not variant_note.note(flash, now, port)


def test_a_variant_that_is_none_is_named(image: Path) -> None:
    assert "choose one of romfs, generic, 1m" in refused(image, FIRMWARE_VARIANT="esp32")


def test_a_flash_of_another_size_is_refused_and_left_alone(image: Path) -> None:
    image.write_bytes(b"\xff" * VARIANTS["1m"].size)
    assert "move it away to get a new one" in refused(image)
    assert image.stat().st_size == VARIANTS["1m"].size


def test_setup_plays_a_board_that_knows_no_network(image: Path) -> None:
    run = Run(image, SETUP="1")
    lines = run.until("ready")
    url = next(line.split()[1] for line in lines if line.startswith("http "))
    assert any("home (password correct horse)" in line for line in lines)
    status, page = client.request(url, "GET", "/")
    assert status == 200 and b"<option>home" in page
    assert run.end() == 0
