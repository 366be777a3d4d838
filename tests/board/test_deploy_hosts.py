"""`make deploy` as a program: several boards at once, one line an error, no secret anywhere."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import client
import pytest
from deploy_rig import KINDS, Files, Target, changed, module
from tool_rig import Tool, copy_project, run, way

from tools import build, rom
from tools.board.webrepl import WebreplTransport
from tools.deploy import __main__ as tool
from tools.virtual_board.hardware.flash import VARIANTS

Make = Callable[..., Target]
SECRETS = ("horse", "sesame", client.PASSWORD)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project, with what Target and client.CONFIG have as its settings."""
    return copy_project(tmp_path / "project")


def host(target: Target) -> str:
    return urlsplit(target.board.webrepl).netloc


def test_boards_of_every_firmware_at_once_each_get_what_fits_it(
    files: Files, make_target: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    led = (build.ROOT / "device" / "led.py").read_text() + "\n_OLD = 1\n"
    stale = changed(files, **{"main.py": b"old", "device/led.mpy": module(led)})
    boards = [make_target(stale, variant) for variant in VARIANTS]
    monkeypatch.setenv("HOSTS", " ".join(map(host, boards)))
    shown: list[str] = []
    monkeypatch.setattr(tool.Rows, "say", lambda rows, line, stream=None: shown.append(line))
    assert tool.run() == 0
    for board in boards:
        for said in ("~ device/led.mpy", "~ main.py", f"running at {board.board.http}"):
            assert f"{host(board)}: {said}" in shown
        assert board.files() == files and board.serves()
    assert [rom.RECORD in board.flash_files() for board in boards] == [True, False, False]
    written = [board.writes() for board in boards]
    assert tool.run() == 0
    assert {f"{host(board)}: = {len(files)} unchanged" for board in boards} < {*shown}
    assert [board.writes() for board in boards] == written


def test_three_boards_at_once_of_which_one_cannot_be_reached(
    files: Files, make_target: Make, project: Path
) -> None:
    stale = changed(files, **{"main.py": b"old"})
    boards = [make_target(stale), make_target(stale)]
    hosts = [host(boards[0]), "127.0.0.1:9", host(boards[1])]
    status, shown = run("deploy", project, TERM="dumb", HOSTS=" ".join(hosts))
    assert status == 1
    lines = shown.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1 and hosts[1] in errors[0]
    for board in boards:
        name = host(board)
        own = [line for line in lines if line.startswith(f"{name}: ")]
        assert own[0] == f"{name}: ~ main.py"
        assert own[-1] == f"{name}: running at {board.board.http}"
        assert board.files()["/main.py"] != b"old" and board.serves()
    assert len(lines) == 1 + 2 * 3


def test_on_a_terminal_each_board_has_a_row_that_says_what_goes_on(
    files: Files, make_target: Make, project: Path
) -> None:
    boards = [make_target(changed(files, **{"main.py": b"old"})) for _ in range(2)]
    hosts = " ".join(map(host, boards))
    with Tool("deploy", project, HOSTS=hosts, TERM="xterm", COLUMNS="150") as tool:
        tool.expect("restarting the board")
        for _ in boards:
            tool.expect("running at ")
        assert tool.ended() == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", tool.shown.decode())
    for board in boards:
        assert re.search(rf"{host(board)} +\S+ restarting the board", plain)
        assert f"{host(board)}: running at {board.board.http}" in plain


def test_without_a_terminal_there_is_nothing_but_lines(
    files: Files, make_target: Make, project: Path
) -> None:
    boards = [make_target(files) for _ in range(2)]
    hosts = " ".join(map(host, boards))
    command = [sys.executable, "-m", "tools.deploy"]
    env = {**os.environ, "HOSTS": hosts, "TERM": "xterm"}
    shown = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert shown.returncode == 0 and "\x1b" not in shown.stdout and not shown.stderr
    assert len(shown.stdout.splitlines()) == 4


def test_a_board_whose_webrepl_is_in_use_is_left_alone(
    files: Files, make_target: Make, project: Path
) -> None:
    target, other = make_target(changed(files, **{"main.py": b"old"})), make_target(files)
    user = WebreplTransport(host(target), client.PASSWORD)
    status, shown = run("deploy", project, TERM="dumb", HOSTS=f"{host(target)} {host(other)}")
    user.close()
    assert status == 1
    error = [line for line in shown.splitlines() if "error" in line]
    assert len(error) == 1 and host(target) in error[0] and "another" in error[0]
    assert f"{host(other)}: running at {other.board.http}" in shown
    assert target.writes() == 0


def test_a_dry_run_over_several_says_with_its_status_whether_one_would_change(
    files: Files, make_target: Make, project: Path
) -> None:
    target, same = make_target(changed(files, **{"main.py": b"old"})), make_target(files)
    hosts = f"{host(target)} {host(same)}"
    status, shown = run("deploy", project, TERM="dumb", HOSTS=hosts, DRY_RUN="1")
    assert status == 2 and f"{host(target)}: ~ main.py" in shown
    assert target.writes() == same.writes() == 0
    assert run("deploy", project, TERM="dumb", HOSTS=host(same), DRY_RUN="1")[0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_settings_go_up_and_nobody_reads_them_on_the_way(
    files: Files, make_target: Make, project: Path, kind: str
) -> None:
    target = make_target(files)
    with open(project / "webrepl_cfg.py", "a") as f:
        f.write("HTTP_PASSWORD = 'sesame'\n")
    status, shown = run("deploy", project, **way(target.board, kind))
    assert status == 0 and "~ webrepl_cfg.py" in shown
    assert not [secret for secret in SECRETS if secret in shown]
    assert client.request(target.board.http, "GET", "/led")[0] == 401
    assert not [secret for secret in SECRETS if secret in target.board.console]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_does_not_compile_is_named_and_the_board_not_touched(
    files: Files, make_target: Make, project: Path, kind: str
) -> None:
    target = make_target(files)
    with open(project / "device" / "led.py", "a") as f:
        f.write("def (:\n")
    status, shown = run("deploy", project, **way(target.board, kind))
    assert status == 1 and shown.startswith("error: device/led.py:") and shown.count("\n") == 1
    assert target.writes() == 0


def test_the_examples_password_never_gets_onto_a_board(make_target: Make, project: Path) -> None:
    example = (project / "webrepl_cfg.py.example").read_text()
    (project / "webrepl_cfg.py").write_text(example + "LED_PIN = 4\n")
    status, shown = run("deploy", project, PORT="/dev/null")
    assert status == 1 and "make configure" in shown and shown.count("\n") == 1


def test_on_a_new_virtual_board_there_is_nothing_to_deploy(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "fresh", config=None)
    ports = {"HTTP_PORT": "0", "WEBREPL_PORT": "0"}
    with Tool("virtual_board", project, FLASH=str(tmp_path / "flash.img"), **ports) as board:
        serial = board.expect(r"serial (\S+)\n")[1].decode()
        url = board.expect(r"http (http://[\d.:]+/)\n")[1].decode()
        address = board.expect(r"webrepl ws://([\d.:]+)/\n")[1].decode()
        board.expect("\nready")
        ways = ("HOST", address), ("PORT", serial)
        done = [run("deploy", project, **{kind: at}) for kind, at in ways]
        board.interrupt()
        board.ended()
    for status, shown in done:
        unchanged, running = shown.splitlines()
        assert status == 0 and unchanged.startswith("= ") and running == f"running at {url}"
