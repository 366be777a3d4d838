"""mpremote's own tests: shell scripts, each with the output that it is to have.

The scripts are the checkout's; the mpremote is the one in .venv.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .rig import Checkout, fresh_board

_LIMIT = 300  # s for a script, of which one calls mpremote a hundred times


def run(checkout: Checkout, suite: str, files: str, folder: Path, results: Path) -> dict[str, str]:
    """Test -> pass, fail or skip; `results` keeps what a failed test printed."""
    results.mkdir(parents=True, exist_ok=True)
    report = {}
    scripts = checkout.path / "tools" / "mpremote" / "tests"
    for script in sorted(scripts.glob(files or "test_*.sh")):
        with fresh_board(folder, {}) as board:
            output = _output(script, board.serial)
        result = "fail"
        if b"SKIP\n" in output:
            result = "skip"
        elif output == Path(f"{script}.exp").read_bytes():
            result = "pass"
        else:
            (results / f"{script.name}.out").write_bytes(output)
        report[f"{suite}/{script.name}"] = result
        print(f"{result} {script.name}", flush=True)
    return report


def _output(script: Path, port: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        mpremote = f"{sys.executable} -m mpremote connect {port}"
        process = subprocess.Popen(
            ["bash", str(script)],
            env={**os.environ, "MPREMOTE": mpremote, "MPREMOTE_DEVICE": port, "TMP": folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output = process.communicate()[0] + b"TIMEOUT"
        if process.returncode:
            output += b"CRASH"
        return output.replace(b"\r", b"").replace(folder.encode(), b"${TMP}")
