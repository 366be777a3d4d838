"""No stranger gets in by an access point: the firmware's goes off at boot, and ours is never open,
whatever is wrong with the board or with its settings."""

import sys

import machine
import network
import pytest
from boot_rig import SETTINGS, Board

from device import config, wifi

PUBLIC = dict(network.point)
OURS = "let me in"


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    """A board fresh from the factory: the firmware's access point is up."""
    machine.plug_in(monkeypatch)
    network.new_chip()
    network.point.update(PUBLIC)
    board = Board(monkeypatch, tmp_path, capsys)
    board.write_settings(SETTINGS + f"AP_PASSWORD = {OURS!r}")
    return board


def strangers_get_in():
    """Whether the access point is up with anything but our own password."""
    ours = network.point["key"] == OURS and network.point["security"] == network.AUTH_WPA2_PSK
    return network.active[1] and not ours


def nothing(_):
    pass


def crash(_):
    machine.memory = b""
    machine.cause = machine.EXCEPTION


def press_ctrl_c(_):
    def interrupt():
        raise KeyboardInterrupt

    machine.sleeping = interrupt


def find_its_network(_):
    network.air["home"] = "correct horse"


def have_a_wrong_wifi_password(_):
    network.air["home"] = "changed"


def have_no_password(board):
    board.write_settings(SETTINGS)


def have_no_settings(board):
    board.stand_in("webrepl_cfg", None)


def have_settings_with_a_slip(board):
    board.write_settings(SETTINGS + f"AP_PASSWORD = {OURS}")


def have_foreign_memory(_):
    machine.memory = b"\xff" * 492


STATES = [
    nothing,
    crash,
    press_ctrl_c,
    find_its_network,
    have_a_wrong_wifi_password,
    have_no_password,
    have_no_settings,
    have_settings_with_a_slip,
    have_foreign_memory,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_public_access_point_is_off_after_every_boot(board, state):
    state(board)
    board.boot()
    assert not strangers_get_in()


@pytest.mark.parametrize("module", ["config", "led", "rtc_state", "webrepl_server", "wifi"])
def test_the_public_access_point_is_off_whichever_file_is_lost(board, module):
    board.boot(missing=["device." + module])
    assert not strangers_get_in()


@pytest.mark.parametrize("part", ["Pin", "RTC", "reset_cause"])
def test_the_public_access_point_is_off_whichever_hardware_is_broken(board, part):
    machine.broken.add(part)
    board.boot()
    assert not strangers_get_in()


@pytest.mark.parametrize(
    "call", ["hostname", "config", "connect", "status", "ifconfig", "country", "isconnected"]
)
def test_the_public_access_point_is_off_whatever_the_wifi_refuses(board, call):
    network.broken.add(call)
    board.boot()
    assert not strangers_get_in()


@pytest.fixture
def fall_back(board, monkeypatch, tmp_path):
    """fall_back(line): what happens for want of a network, with that line in the settings."""

    def fall_back(line):
        board.write_settings(SETTINGS + line)
        monkeypatch.delitem(sys.modules, "webrepl_cfg", raising=False)
        network.active[1] = False  # as boot.py leaves it
        monkeypatch.setattr(wifi, "ap_is_up", False)
        wifi.connect(config.load(), fall_back=True)

    return fall_back


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "1234567",
        "x" * 64,
        "\0" * 8,
        "ü" * 32,
        None,
        0,
        12345678,
        True,
        b"12345678",
        ["12345678"],
    ],
    ids=ascii,
)
def test_a_password_that_is_none_opens_no_access_point(fall_back, password):
    for sdk in ((False, False), (False, True), (True, False)):
        network.deaf, network.refuses_while_off = sdk
        fall_back(f"AP_PASSWORD = {password!r}")
        assert not network.active[1], sdk


@pytest.mark.parametrize("line", ["AP_PASSWORD = open", "AP_PASSWORD = 'let me", "AP_PASSWORD ="])
def test_a_slip_of_the_keyboard_opens_no_access_point(fall_back, line):
    fall_back(line)
    assert not network.active[1]


def test_an_access_point_that_should_be_ours_is_closed_unless_it_asks_for_the_password(
    fall_back, monkeypatch
):
    def that_stays_open(self, *what, **settings):
        return real(self, *what, **{**settings, "security": network.AUTH_OPEN})

    real = network.WLAN.config
    fall_back(f"AP_PASSWORD = {OURS!r}")
    assert network.active[1] and not strangers_get_in()
    monkeypatch.setattr(network.WLAN, "config", that_stays_open)
    fall_back(f"AP_PASSWORD = {OURS!r}")
    assert not network.active[1]
