"""The way to a working switch, in README and the documents, command by command as printed."""

import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import client
import pytest
from deploy_rig import BLANK, Files, Target
from firmware_images import micropython
from readme_rig import FIRMWARE, README, WAY, Desk, commands, section

from tools.virtual_board.board import VirtualBoard


@pytest.fixture
def desk(make_target: Callable[[Files | bytes], Target], tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path, make_target(BLANK))


def test_every_command_on_the_way_does_what_it_is_there_for(desk: Desk) -> None:
    typed = commands(section(WAY, "Flashing MicroPython", "## By hand"))
    for command in typed:
        getattr(desk, command.split()[1])(command)
    targets = [command.split()[1] for command in typed]
    first = list(dict.fromkeys(targets))
    assert first == ["flash", "repl", "info", "configure", "deploy", "watch", "webrepl"]
    assert targets[-3:] == ["info", "deploy", "flash"]  # recovery


def test_the_short_way_in_readme_leads_there_too(desk: Desk) -> None:
    typed = commands(section(README, "Quick start: with a board"))
    for command in typed:
        getattr(desk, command.split()[1])(command)
    assert [command.split()[1] for command in typed] == [
        *("flash", "configure", "deploy"),
        *("watch", "repl"),
    ]


def test_the_way_by_hand_needs_no_make(desk: Desk) -> None:
    (desk.project / "webrepl_cfg.py").write_text(client.CONFIG)
    desk.firmware = micropython(byte_23=0)  # with 1, esptool's own command fails, as WAY says
    (desk.project / FIRMWARE).write_bytes(desk.firmware)
    for command in commands(section(WAY, "By hand"), "[.>].+"):
        desk.by_hand(command)
    assert client.led(desk.target.board.http) is False


def test_the_first_request_in_readme_switches_the_light(board: VirtualBoard) -> None:
    (line,) = commands(section(README, "Quick start: no board"), "curl .+")
    subprocess.run(
        [*shlex.split(line.replace("http://127.0.0.1:8080/", board.http)), "-sf"], check=True
    )
    assert client.led(board.http) is True


def test_the_line_for_the_prompt_toggles_the_light(desk: Desk) -> None:
    lines = [*commands(README.read_text(), ">>> .+"), *commands(WAY.read_text(), ">>> .+led.+")]
    assert len(lines) == 2
    desk.configure("make configure")
    desk.deploy("make deploy")
    for line in lines:
        before = client.led(desk.target.board.http)
        desk.at_the_prompt(line)
        assert client.led(desk.target.board.http) is not before
