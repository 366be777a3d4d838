"""boot.py with parts missing or broken: a line says what is wrong, and the rest works."""

import builtins

import machine
import network
import pytest
from boot_rig import SETTINGS, Board


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    return Board(monkeypatch, tmp_path, capsys)


def test_memory_that_is_not_ours_is_no_problem(board):
    machine.memory = b"\xff" * 492
    assert board.boot() == ["boot: address 192.168.1.7"]


@pytest.mark.parametrize("module", ["led", "rtc_state", "wifi"])
def test_a_missing_module_is_told_and_the_rest_works(board, module):
    problem, address, *more = board.boot(missing=["device." + module])
    assert not more
    assert "device." + module in problem and "deploy again" in problem
    assert board.webrepl.passwords == ["letmein"]
    assert address == "boot: address " + ("none yet" if module == "wifi" else "192.168.1.7")
    assert (("init", 2, machine.Pin.OUT, 1) in machine.calls) == (
        module not in ("led", "rtc_state")
    )
    if module != "rtc_state":
        assert "device." + module in board.last_error()


@pytest.mark.parametrize("module", ["config", "startup"])
def test_without_what_the_rest_needs_there_is_webrepl_and_no_public_access_point(board, module):
    network.active[1] = True
    (problem,) = board.boot(missing=["device." + module])
    assert "device." + module in problem and "deploy again" in problem
    assert (board.stock.passwords, board.stock.timeout) == (["letmein"], 3)
    assert not network.active[1]
    if module != "startup":
        assert "device." + module in board.last_error()


def test_without_our_webrepl_the_firmwares_own_is_started_with_a_limit(board):
    problem, address = board.boot(missing=["device.webrepl_server"])
    assert "device.webrepl_server" in problem
    assert (board.stock.passwords, board.stock.timeout) == (["letmein"], 3)
    assert address == "boot: address 192.168.1.7"


def test_without_any_webrepl_the_board_joins_the_network(board):
    *problems, address = board.boot(missing=["device.webrepl_server", "webrepl"])
    assert len(problems) == 2
    assert address == "boot: address 192.168.1.7"


def test_without_any_device_module_there_is_webrepl_and_no_public_access_point(board):
    network.active[1] = True
    names = ["startup", "config", "led", "rtc_state", "wifi", "webrepl_server"]
    board.boot(missing=["device." + name for name in names])
    assert (board.stock.passwords, board.stock.timeout) == (["letmein"], 3)
    assert not network.active[1]


def test_a_broken_settings_file_without_its_module_gives_no_secret_away(board):
    board.write_settings("PASS = letmein")
    *_, last = board.boot(missing=["device.config"])
    assert "webrepl_cfg.py: NameError" in last
    assert board.last_error() and "letmein" not in board.last_error()


@pytest.mark.parametrize("part", ["Pin", "RTC", "reset_cause"])
def test_broken_hardware_is_told_and_the_rest_works(board, part):
    machine.broken.add(part)
    *problems, address = board.boot()
    assert len(problems) == (2 if part == "RTC" else 1)
    assert all("OSError" in problem and "reset the board" in problem for problem in problems)
    assert address == "boot: address 192.168.1.7"
    assert board.webrepl.passwords == ["letmein"]


@pytest.mark.parametrize(
    "call", ["hostname", "active", "config", "connect", "status", "ifconfig", "country"]
)
def test_a_failing_wifi_call_never_stops_the_boot(board, call):
    network.broken.add(call)
    assert board.boot()[-1].startswith("boot: address ")
    assert board.webrepl.passwords == ["letmein"]
    assert "OSError" in board.last_error() or call == "isconnected"


@pytest.mark.parametrize("error", [OSError(12), MemoryError(), ValueError("too long")])
def test_a_door_that_does_not_open_is_told_and_the_firmwares_own_is_opened(board, error):
    board.webrepl.raises = error
    problem, address = board.boot()
    assert type(error).__name__ in problem
    assert board.stock.passwords == ["letmein"]


def test_the_access_point_with_the_public_password_is_off_whatever_happens(board):
    network.active[1] = True
    board.boot()
    assert not network.active[1]


def test_the_access_point_with_the_public_password_is_off_before_anything_of_ours_runs(
    board, monkeypatch
):
    network.active[1] = True
    seen = []
    load = builtins.__import__

    def watch(name, *args):
        if name == "webrepl_cfg" or name == "device" and args[2]:
            seen.append(network.active[1])
        return load(name, *args)

    monkeypatch.setattr(builtins, "__import__", watch)
    board.boot()
    assert seen and not any(seen)


@pytest.mark.parametrize("module", ["startup", "led", "rtc_state", "wifi", "webrepl_server"])
def test_a_module_that_exits_is_told_and_the_rest_works(board, monkeypatch, module):
    load = builtins.__import__

    def exits(name, *args):
        if name == "device" and module in (args[2] or ()):
            raise SystemExit
        return load(name, *args)

    monkeypatch.setattr(builtins, "__import__", exits)
    assert any("SystemExit: ; deploy again" in line for line in board.boot())
    assert board.webrepl.passwords + board.stock.passwords == ["letmein"]


def test_settings_that_exit_are_told_and_the_board_joins_its_network(board):
    board.write_settings(SETTINGS + "raise SystemExit")
    lines = board.boot()
    assert any("webrepl_cfg.py, line 4: SystemExit" in line for line in lines)
    assert lines[-1] == "boot: address 192.168.1.7"


def test_settings_that_exit_are_told_without_their_module_too(board):
    board.write_settings(SETTINGS + "raise SystemExit")
    lines = board.boot(missing=["device.config"])
    assert any("webrepl_cfg.py: SystemExit" in line for line in lines)
