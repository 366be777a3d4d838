"""No memory at any point of any request: nobody else notices, and nothing happens half."""

import socket
import subprocess
from pathlib import Path

from tools.virtual_board.vm.process import interpreter

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "starve_unix.py"
STAND_INS = ROOT / "tools" / "bench" / "baselines"
HEAP = "96k"  # all but what the test leaves is taken


def test_a_request_that_finds_no_memory_is_refused_without_effect_and_the_next_is_served(
    bundle: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = subprocess.run(
        [interpreter(), "-X", f"heapsize={HEAP}", str(SCRIPT), str(port)],
        env={"MICROPYPATH": f"{bundle}:{STAND_INS}:.frozen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    *wrong, requests = done.stdout.splitlines()
    assert not wrong
    assert requests.startswith("requests ")
