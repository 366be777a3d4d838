"""A tool, called in the test's process: its imports are not loaded again for each call."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tools import errors


def call(
    tool: Callable[[], int | None], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess:
    """Run `tool` as `python -m` would, in `folder` and without a terminal.

    An exception that would end it with a traceback fails the test.
    """
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, open(os.devnull) as nothing:
        patch.chdir(folder)
        patch.setattr(sys, "stdin", nothing)
        patch.setattr(os, "environ", dict(environment))
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            with pytest.raises(SystemExit) as end:
                errors.main(tool)
    status = end.value.code or 0
    return subprocess.CompletedProcess([], status, stdout.getvalue(), stderr.getvalue())
