"""main.py: the setup page starts where it is needed, and the access point goes again."""

import sys

import machine
import network
import pytest
from boot_rig import SETTINGS, booted


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    return booted(monkeypatch, tmp_path, capsys)


class Setup:
    """Stands in for device/setup.py."""

    settings = None

    def start(self, settings):
        self.settings = settings


@pytest.fixture
def setup(board):
    """setup(gone, password): boots without the network -> whether the setup page was started."""

    def setup(gone, password="12345678"):
        network.air.clear()
        board.write_settings(SETTINGS + f"AP_PASSWORD = {password!r}")
        if gone:
            board.rtc_state().set(15, 1)  # as ap_watch.py does before it restarts the board
        board.boot()
        page = Setup()
        board.stand_in("device.setup", page)
        board.main()
        return page.settings is not None

    return setup


def test_the_setup_page_is_there_after_two_minutes_without_the_network(setup):
    assert not setup(gone=False) and "device.ap_watch" in sys.modules
    assert setup(gone=True) and network.active[1]
    assert not setup(gone=False)  # any other reset begins anew


def test_the_setup_page_is_there_at_once_where_no_network_is_known(board):
    network.new_chip()
    network.active[1] = False
    board.write_settings('PASS = "letmein"\nAP_PASSWORD = "12345678"')
    board.boot()
    page = Setup()
    board.stand_in("device.setup", page)
    assert board.main() == []
    assert page.settings.networks == []


def test_without_a_password_for_the_access_point_nothing_of_setup_is_loaded(setup):
    assert not setup(gone=False, password="") and "device.ap_watch" not in sys.modules
    assert not setup(gone=True, password="") and not network.active[1]


def test_without_the_setup_page_the_switch_serves_and_says_so(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    board.rtc_state().set(15, 1)
    board.boot(missing=["device.setup"])
    line, address = board.main()
    assert line.startswith("switch: setup is off: ") and address == "switch: http://4.3.2.1/"
    network.air["home"] = "correct horse"
    machine.now += network.join_ms
    board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert network.active == [True, False]


def test_our_access_point_goes_in_safe_mode_too(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    board.crash(3)
    board.main()
    assert network.active == [True, True]
    network.air["home"] = "correct horse"
    machine.now += network.join_ms
    board.server.check()  # as when somebody comes to WebREPL
    assert network.active == [True, False]
