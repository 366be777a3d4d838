"""multi_net: two boards in one network, by tests/run-multitests.py."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.virtual_board.board import VirtualBoard

from .rig import Checkout, fresh_board

_SERVER, _CLIENT = "192.168.1.42", "192.168.1.43"
_LIMIT = 100  # s for a test


class _TcpPorts(Mapping[int, int]):
    """What another board listens at, at any time."""

    def __init__(self, board: VirtualBoard) -> None:
        self._board = board

    def __getitem__(self, port: int) -> int:
        return self._board.chip.stack.loopback_port(port)

    def __iter__(self) -> Iterator[int]:
        return iter(self._board.chip.stack.ports)

    def __len__(self) -> int:
        return len(self._board.chip.stack.ports)


def run(checkout: Checkout, suite: str, files: str, folder: Path, results: Path) -> dict[str, str]:
    """Test -> pass, fail or skip: the first board is the server, the second the client."""
    names = checkout.find(suite, files)
    report = {}
    for name in names:
        # New boards for each, so that none suffers from the one before.
        with fresh_board(folder, {}) as server:
            hosts = {"server": (_SERVER, _TcpPorts(server))}
            with fresh_board(folder, {}, hosts=hosts) as client:
                client.do(lambda chip: setattr(chip.wlan.ip[0], "given", _lease(_CLIENT)))
                over = threading.Event()
                thread = threading.Thread(target=_introduce, args=(server, client, over))
                thread.start()
                report[name] = _run_one(checkout, name, [server.serial, client.serial], results)
                over.set()
                thread.join()
    return report


def _introduce(server: VirtualBoard, client: VirtualBoard, over: threading.Event) -> None:
    """Let the client reach each UDP port that the server binds, until the test is over."""
    while not over.wait(0.02):
        for port in server.do(lambda chip: list(chip.udp._doors)):
            number = server.udp_port(port)
            client.do(lambda chip, n=number, p=port: chip.udp.introduce(n, (_SERVER, p)))


def _lease(address: str) -> tuple[str, str, str]:
    return address, "255.255.255.0", "192.168.1.1"


def _run_one(checkout: Checkout, name: str, ports: list[str], results: Path) -> str:
    kept = results / name.partition("/")[2]
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "_results.json").unlink(missing_ok=True)
    instances = [word for port in ports for word in ("-t", port)]
    command = [sys.executable, "run-multitests.py", "-r", kept, *instances, name]
    try:
        end = subprocess.run(command, cwd=checkout.tests, timeout=_LIMIT, capture_output=True)
    except subprocess.TimeoutExpired as e:
        output, result = e.stdout or b"", "fail"
    else:
        output, result = end.stdout + end.stderr, "fail"
        if (kept / "_results.json").exists():
            result = json.loads((kept / "_results.json").read_text())["results"][0][1]
    (kept / "output").write_bytes(output)
    print(f"{result} {name}", flush=True)
    return result
