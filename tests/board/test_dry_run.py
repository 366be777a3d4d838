"""`make deploy DRY_RUN=1`: what it finds is no error of make's; a script sees it by the tool."""

import shutil
import sys

from tool_rig import ROOT, copy_project, run, way


def test_a_dry_run_that_finds_work_is_no_error_of_make(board, tmp_path):
    project = copy_project(tmp_path / "project")
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, project)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (project / ".venv" / "bin" / "python").chmod(0o755)
    (project / ".venv" / ".installed").touch()
    here = way(board, "PORT")
    assert run("make -s deploy", project, **here, DRY_RUN="1")[0] == 0  # the manifest is new
    (project / "main.py").write_text("# mine\n" + (project / "main.py").read_text())
    status, shown = run("make deploy", project, **here, DRY_RUN="1")
    assert status == 0 and "~ main.py" in shown and "Error" not in shown
    assert run("deploy", project, **here, DRY_RUN="1")[0] == 2
    status, shown = run("make deploy", project, PORT="/dev/none", DRY_RUN="1")
    assert status == 2 and "error: there is no serial port" in shown
