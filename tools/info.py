"""`make info`: what is on the board, and how it is doing: firmware, memory, files, switch.

Environment: PORT (serial) or HOST (over WiFi).
"""

from __future__ import annotations

import json
import re

from mpremote.transport_serial import SerialTransport

from tools import inputs
from tools.board import address, calls, connection, on_board_info, session
from tools.deploy.plan import MANIFEST, Plan
from tools.deploy.steps import MPY_VERSION
from tools.deploy.survey import survey
from tools.deploy.wanted import wanted as files_wanted
from tools.errors import UserError, main

_SAFE_MODE = 3  # resets in a row, see docs/architecture.md


def files(board: SerialTransport, wanted: dict[str, bytes]) -> str:
    """Compare the board's files with `wanted`, as a deploy does."""
    wanted = {path: content for path, content in wanted.items() if path != MANIFEST}
    found = survey(board, wanted)
    if found.pending:
        return "a deploy was cut off: reset the board, which finishes it"
    return _difference(found.plan)


def facts(board: SerialTransport) -> dict:
    """Ask the board about itself; the names are those of on_board_info.py, sizes are in bytes.

    `heap_block` is the largest free piece of heap.
    """
    firmware = calls.run(board, on_board_info.firmware)
    *lines, last = calls.lines(board, on_board_info.memory)
    free, blocks = re.findall(r"(?s) free: (\d+).* max free sz: (\d+)", "\n".join(lines))[0]
    heap = {"heap_free": int(free), "heap_block": int(blocks) * json.loads(last)["block"]}
    switch = calls.run(board, on_board_info.switch)
    assert isinstance(firmware, dict) and isinstance(switch, dict)
    resets = dict(zip(("resets", "error", "age"), _resets(board)))
    return {**firmware, **heap, **switch, **resets}


def _resets(board: SerialTransport) -> list:
    # Resets in a row, last error, how many boots ago that was.
    if found := calls.run(board, on_board_info.resets):
        return list(found)
    # After seven resets nothing of device/ is loaded. device/rtc_state.py has the layout.
    kept = bytes.fromhex(str(calls.run(board, on_board_info.rtc_memory)))
    if kept[:3] != b"SW\x02":
        return [0, "", 0]
    return [kept[5], kept[16:].rstrip(b"\0").decode("ascii", "replace"), kept[7]]


def _difference(plan: Plan) -> str:
    lists = {
        "differ": plan.changed,
        "missing": plan.new,
        "extra": plan.removed,
        "hiding ours": plan.hiding,
    }
    parts = [
        f"{title}: {', '.join(path[1:] for path in paths)}"
        for title, paths in lists.items()
        if paths
    ]
    return "; ".join(parts) or f"all {len(plan.same)} as they are here"


def report(facts: dict, compared: str) -> dict[str, str]:
    """Make the lines, title -> text, of what facts() returned."""
    status = facts["status"] or {}
    return {
        "board": facts["machine"],
        "firmware": facts["release"] + _intact(facts["intact"]),
        ".mpy version": _mpy(facts["mpy"]),
        "flash": f"{facts['flash'] >> 10} KiB, {facts['flash_free'] >> 10} KiB free for files",
        "heap": f"{facts['heap_free']} bytes free, {facts['heap_block']} in one piece",
        "files": compared,
        "switch": _switch(status, facts["stopped"]),
        "safe mode": _safe_mode(facts["resets"]),
        "uptime": duration(status["uptime_s"]) if status else "unknown",
        **({"MQTT": status["mqtt"]} if "mqtt" in status else {}),
        "requests": f"{status['requests']}, {status['rejected']} rejected" if status else "none",
        "last error": _last_error(facts["error"], facts["age"]),
        "WiFi": f"{facts['rssi']} dBm" if facts["rssi"] else "not connected",
        "address": _address(facts["machine"], status.get("ip") or facts["ip"]),
    }


def _intact(intact: bool) -> str:
    return ", intact" if intact else ", DAMAGED: write it again with `make flash`"


def _mpy(version: int) -> str:
    if version == MPY_VERSION:
        return str(version)
    return f"{version}, but deploy makes {MPY_VERSION}: `make flash` a newer one"


def _switch(status: dict, stopped: bool) -> str:
    if status:
        return f"running, {status['version']}, since a reset by {status['reset_cause']}"
    if stopped:
        return (
            "stopped: another tool, such as mpremote, has restarted Python without main.py; "
            "reset the board, or press Ctrl-D in `make repl`"
        )
    return "not running"


def _safe_mode(resets: int) -> str:
    if resets < _SAFE_MODE:
        return "off"
    return f"ON after {resets} resets in a row; `make deploy` what cures it"


def _last_error(error: str, age: int) -> str:
    if not error:
        return "none"
    when = f"{age} boot{'s' * (age > 1)} ago" if age else "this boot"
    return f"{error} ({when})"


def _address(machine: str, ip: str) -> str:
    return "none yet" if ip == "0.0.0.0" else address.address(machine, ip)


def duration(seconds: int) -> str:
    """A time as text: "2 d 3:04:05"."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return (f"{days} d " if days else "") + f"{hours}:{minutes:02}:{seconds:02}"


def run() -> None:
    """Ask the board and print a line for each thing."""
    host, port = inputs.host_and_port()
    wanted, compared = {}, ""
    try:
        wanted = files_wanted(host).files
    except UserError as error:  # the board can still answer the rest
        compared = str(error)
    with session.raw_repl(connection.open_board(host, port)) as board:
        found = facts(board)
        compared = compared or files(board, wanted)
    for title, text in report(found, compared).items():
        print(f"{title:<14}{text}")


if __name__ == "__main__":
    main(run)
