"""docs/second-output.md: the change that it describes applies, and does what it says."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import client
from tool_rig import ROOT, copy_project

from tools import build
from tools.virtual_board.board import VirtualBoard

DOCUMENT = ROOT / "docs" / "second-output.md"
FAN = 5  # its pin


def fenced(language: str) -> str:
    """The document's only block of code in this language."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return text


def test_a_second_output_can_be_added_as_described(
    make_board: Callable[..., VirtualBoard], tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (project / "device" / "fan.py").write_text(fenced("python"))
    subprocess.run(["git", "apply", "-"], cwd=project, input=fenced("diff"), text=True, check=True)

    def add_the_fan(tree: Path) -> None:
        for name in ("api", "fan", "switch"):
            source = (project / "device" / f"{name}.py").read_text()
            code = build.compile_source(f"{name}.py", source)
            (tree / "device" / f"{name}.mpy").write_bytes(code)

    board = make_board(add_the_fan)
    assert not board.do(lambda chip: chip.gpio.level(FAN))
    lines = re.findall("^    (curl .*)$", DOCUMENT.read_text(), re.MULTILINE)
    answers = []
    for line in lines:
        words = shlex.split(line.replace("http://127.0.0.1:8080/", board.http))
        done = subprocess.run([*words, "-sf", "-m", "10"], capture_output=True, text=True)
        answers.append(json.loads(done.stdout)["on"])
    assert answers == [False, True, True, False]
    assert board.do(lambda chip: chip.gpio.level(FAN))
    again = client.request(board.http, "GET", "/fan")
    assert again == client.request(board.http, "GET", "/fan") == (200, b'{"on": true}')
