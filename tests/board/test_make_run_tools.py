"""The tools find the password of `make run`'s board by themselves, and a deploy leaves it."""

import re
from collections.abc import Iterator
from pathlib import Path

import client
import pytest
from tool_rig import ROOT, Tool, copy_project, run

from tools import settings
from tools.virtual_board import passwords


class Running:
    """`make run` in a copy of the project, and how to reach it."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self.project, self.flash = folder / "project", folder / "flash.img"
        self.ways = {"PORT": tool.expect(r"serial (\S+)\n")[1].decode()}
        self.ways["HOST"] = tool.expect(r"webrepl ws://([\d.:]+)/\n")[1].decode()
        tool.expect("ready\n")

    def tool(self, name: str, way: str, stdin: bytes = b"") -> tuple[int, str]:
        return run(name, self.project, stdin, **{way: self.ways[way]})


@pytest.fixture
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    """Its parameter is the webrepl_cfg.py; None for no such file."""
    copy_project(tmp_path / "project", config=getattr(request, "param", None))
    ports = {"HTTP_PORT": "0", "WEBREPL_PORT": "0", "FLASH": str(tmp_path / "flash.img")}
    with Tool("virtual_board", tmp_path / "project", **ports) as tool:
        yield Running(tool, tmp_path)
        tool.interrupt()
        tool.ended()
    assert list((tmp_path / "project" / "build" / "running").iterdir()) == []


def test_the_tools_get_in_without_being_told_the_password(running: Running) -> None:
    status, shown = running.tool("repl", "HOST", b"print(6 * 7)\n")
    assert status == 0 and "42" in shown, shown
    status, shown = running.tool("webrepl_page", "HOST")
    assert f"password {passwords.of(running.flash)}" in shown


@pytest.mark.parametrize("way", ["HOST", "PORT"])
def test_a_deploy_leaves_the_boards_password(running: Running, way: str) -> None:
    before = passwords.of(running.flash)
    with open(running.project / "device" / "led.py", "a") as file:
        file.write("\n_CHANGED = 1\n")
    for expected in ("~ device/led.mpy", "= "):
        status, shown = running.tool("deploy", way)
        assert status == 0 and expected in shown and "webrepl_cfg" not in shown, shown
    assert passwords.of(running.flash) == before


EXAMPLE = (ROOT / settings.EXAMPLE).read_text()


@pytest.mark.parametrize("running", [EXAMPLE + "LED_PIN = 4\n"], indirect=True)
def test_settings_with_the_examples_password_are_used_but_for_that(running: Running) -> None:
    assert passwords.of(running.flash) not in ("", settings.read(EXAMPLE)["PASS"])
    status, shown = running.tool("deploy", "HOST")
    assert status == 0 and "webrepl_cfg" not in shown, shown


@pytest.mark.parametrize("running", [client.CONFIG], indirect=True)
def test_a_password_of_the_users_own_is_used_and_not_shown(running: Running) -> None:
    assert passwords.of(running.flash) == client.PASSWORD
    status, shown = running.tool("webrepl_page", "HOST")
    assert "password" not in shown and client.PASSWORD not in shown
    own = "Other-77"
    (running.project / "webrepl_cfg.py").write_text(client.CONFIG.replace(client.PASSWORD, own))
    status, shown = running.tool("deploy", "PORT")
    assert status == 0 and "~ webrepl_cfg.py" in shown, shown
    assert passwords.of(running.flash) == own


def test_settings_that_changed_since_the_flash_was_made_are_told_and_taken_over(
    tmp_path: Path,
) -> None:
    project = copy_project(tmp_path / "project")
    ports = {"HTTP_PORT": "0", "WEBREPL_PORT": "0", "FLASH": str(tmp_path / "flash.img")}
    seen = []
    for hostname in ("lamp", "fan", "fan"):
        text = client.CONFIG.replace("lamp", hostname)
        (project / "webrepl_cfg.py").write_text(text)
        with Tool("virtual_board", project, **ports) as tool:
            tool.expect("ready\n")
            note = re.search(
                rb"note: webrepl_cfg.py has changed.*`make (deploy) (HOST)=(\S+)`", tool.shown
            )
            seen.append(bool(note))
            if note:
                name, kind, address = (word.decode() for word in note.groups())
                status, shown = run(name, project, **{kind: address})
                assert status == 0 and "~ webrepl_cfg.py" in shown, shown
            tool.interrupt()
            tool.ended()
    assert seen == [False, True, False]
