"""What `make info` makes of what a board tells, without a board."""

import contextlib
import inspect
import io
import json
import sys
from types import SimpleNamespace

import pytest

from tools import info
from tools.board import on_board_info


def test_more_blocks_free_than_there_are_is_none() -> None:
    code = inspect.getsource(on_board_info.firmware)
    modules = {
        "esp": SimpleNamespace(check_fw=lambda: True, flash_size=lambda: 1 << 22),
        "os": SimpleNamespace(
            statvfs=lambda path: (4096, 4096, 768, 2**32 - 4, 0, 0, 0, 0, 0, 255),
            uname=lambda: SimpleNamespace(machine="", version=""),
        ),
    }
    shown = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(shown):
        for name, module in modules.items():
            patch.setitem(sys.modules, name, module)
        exec(f"{code}\nfirmware()", {})
    assert json.loads(shown.getvalue())["flash_free"] == 0


def test_a_damaged_firmware_and_one_of_another_mpy_version_stand_out():
    facts = {
        "machine": "ESP module with ESP8266",
        "release": "v1.18",
        "intact": False,
        "mpy": 5,
        "flash": 1 << 20,
        "flash_free": 0,
        "heap_free": 1,
        "heap_block": 1,
        "ip": "192.168.4.1",
        "rssi": None,
        "status": None,
        "resets": 0,
        "stopped": False,
        "error": "",
        "age": 0,
    }
    lines = info.report(facts, "")
    assert lines["firmware"] == "v1.18, DAMAGED: write it again with `make flash`"
    assert lines[".mpy version"].startswith("5, but deploy makes 6: ")
    assert lines["address"] == "http://192.168.4.1/"
