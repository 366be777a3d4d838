"""boot.py: light, WebREPL and WiFi come up, and whoever presses Ctrl-C gets a prompt."""

import builtins
import sys

import machine
import network
import pytest
from boot_rig import SETTINGS, Board


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    return Board(monkeypatch, tmp_path, capsys)


def test_a_board_where_all_is_well_tells_its_address_in_the_last_line(board):
    assert board.boot() == ["boot: address 192.168.1.7"]
    assert board.webrepl.passwords == ["letmein"]
    assert board.last_error() == ""


def test_the_light_comes_before_all_else_and_as_it_was(board):
    board.boot()
    board.rtc_state().set_light(True)
    machine.reset(machine.SOFT_RESET)
    network.reset()
    started = []
    board.webrepl.start = lambda password: started.append(list(machine.calls))
    board.boot()
    assert machine.calls == [("init", 2, machine.Pin.OUT, 0)]
    assert started == [machine.calls]


def test_webrepl_is_up_before_the_wait_for_wifi(board):
    network.air.clear()
    up = []
    machine.sleeping = lambda: up.append(board.webrepl.passwords)
    board.boot()
    assert up[0] == ["letmein"]


def test_webrepls_client_comes_from_where_its_setting_says(board):
    board.write_settings(SETTINGS + 'BASE = "http://nas.lan/webrepl/"')
    board.boot()
    assert board.webrepl.client == "http://nas.lan/webrepl/"


def test_without_settings_it_says_how_to_get_some(board, monkeypatch):
    monkeypatch.setitem(sys.modules, "webrepl_cfg", None)
    network.new_chip()
    missing, webrepl, wifi, address = board.boot()
    assert "webrepl_cfg.py.example" in missing
    assert "PASS" in webrepl
    assert "WIFI_SSID" in wifi
    assert address == "boot: address none yet"


def test_unfit_settings_are_named_and_do_not_keep_the_board_off_the_network(board):
    board.write_settings(SETTINGS + "LED_PIN = 77")
    problem, address = board.boot()
    assert "LED_PIN" in problem and "LED_PIN" in board.last_error()
    assert address == "boot: address 192.168.1.7"


def test_a_wrong_wifi_password_is_told_and_webrepl_is_up(board):
    network.air["home"] = "changed"
    wifi, address = board.boot()
    assert "wrong password" in wifi and "WIFI_PASSWORD" in wifi
    assert board.last_error() == wifi.replace("boot: ", "")
    assert address == "boot: address none yet"
    assert board.webrepl.passwords == ["letmein"]


def test_a_network_out_of_reach_is_told_and_webrepl_is_up(board):
    network.air.clear()
    wifi, address = board.boot()
    assert "WIFI_SSID" in wifi
    assert board.webrepl.passwords == ["letmein"]
    assert machine.now < 8000


def test_the_address_of_the_access_point_is_told(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    assert board.boot()[-1] == "boot: address none yet"
    board.rtc_state().set(15, 1)  # as device/ap_watch.py does before it restarts the board
    assert board.boot()[-1] == "boot: address 4.3.2.1"


def test_a_crash_is_counted_and_is_the_error_to_be_read_whatever_else_fails(board):
    network.air.clear()
    for _ in range(2):  # the second is a soft reset
        machine.reset(machine.EXCEPTION)
        board.boot()
        assert board.rtc_state().crashes == 1
        assert board.last_error() == "crash by exception, 1 in a row"


def test_ctrl_c_during_the_wait_gives_a_prompt_with_webrepl_up(board):
    def interrupt():
        raise KeyboardInterrupt

    machine.sleeping = interrupt
    assert board.boot() == ["boot: interrupted; `import main` starts the switch"]
    assert board.webrepl.passwords == ["letmein"]
    assert board.globals["startup"] is None


def test_ctrl_c_early_still_gives_webrepl_and_no_public_access_point(board, monkeypatch):
    def interrupt(self, *args, **kwargs):
        raise KeyboardInterrupt

    network.active[1] = True
    monkeypatch.setattr(machine.Pin, "__init__", interrupt)
    board.boot()
    assert board.webrepl.passwords == ["letmein"]
    assert not network.active[1]
    assert machine.now == 0


def test_ctrl_c_while_the_rest_of_boot_is_loaded_takes_but_the_wait_for_wifi_away(
    board, monkeypatch
):
    load, loads = builtins.__import__, []

    def interrupt(name, *args):
        if name == "device" and args[2] == ("startup",):
            loads.append(name)
            if len(loads) == 1:
                raise KeyboardInterrupt
        return load(name, *args)

    network.active[1] = True
    monkeypatch.setattr(builtins, "__import__", interrupt)
    assert board.boot() == ["boot: interrupted; `import main` starts the switch"]
    assert board.webrepl.passwords == ["letmein"]
    assert ("init", 2, machine.Pin.OUT, 1) in machine.calls
    assert not network.active[1]
    assert board.globals["startup"] is None


def test_boot_leaves_the_heap_to_the_switch(board):
    board.boot()
    assert [name for name in board.globals if name[:1] != "_"] == ["gc", "startup"]
