"""GET /status: what the owner can read of the board, and strangers with them."""

import json

import machine
import network
import pytest

from device import rtc_state

FIELDS = (
    "version firmware uptime_s mem_free rssi ip hostname reset_cause safe_mode requests rejected"
    " last_error"
).split()
DAY = 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def board(monkeypatch):
    machine.plug_in(monkeypatch)
    network.at_home()
    machine.now = 5000
    rtc_state.load()


@pytest.fixture
def status(monkeypatch):
    """device.status, of a board that has just started."""
    from device import status

    status.started = status.last = machine.now
    monkeypatch.setattr(status, "_rounds", 0)
    return status


def read(status):
    return status.read("abcd", 12, 3)


def test_every_field_of_the_contract_is_there_and_fits_into_json(status):
    fields = json.loads(json.dumps(read(status)))
    assert sorted(fields) == sorted(FIELDS)


def test_what_the_board_knows_is_told(status):
    rtc_state.record("WiFi: wrong password")
    network.hostname("lamp")
    machine.now += 61500
    fields = read(status)
    del fields["firmware"]
    assert fields == {
        "version": "abcd",
        "uptime_s": 61,
        "mem_free": 20000,
        "rssi": -52,
        "ip": "192.168.1.7",
        "hostname": "lamp",
        "reset_cause": "power-on",
        "safe_mode": False,
        "requests": 12,
        "rejected": 3,
        "last_error": "WiFi: wrong password",
    }


@pytest.mark.parametrize(
    "cause, word",
    [
        (0, "power-on"),
        (1, "watchdog"),
        (2, "exception"),
        (3, "watchdog"),
        (4, "software"),
        (5, "deep sleep"),
        (6, "reset pin"),
    ],
)
def test_the_reset_is_told_in_words(status, cause, word):
    machine.cause = cause
    assert read(status)["reset_cause"] == word


def test_the_firmware_is_told_as_it_calls_itself(status, monkeypatch):
    monkeypatch.setattr("sys.version", "3.4.0; MicroPython v1.29.0 on 2026-06-01")
    assert read(status)["firmware"] == "MicroPython v1.29.0 on 2026-06-01"


def test_no_password_is_told(status):
    assert "correct horse" not in json.dumps(read(status))


def test_without_a_connection_no_address_is_made_up(status):
    network.air.clear()
    assert read(status)["ip"] is None
    assert read(status)["rssi"] is None


def test_on_the_boards_own_access_point_its_address_there_is_told(status):
    network.air.clear()
    network.active[1] = True
    assert status.address() == "192.168.4.1"


def test_the_network_comes_first_where_both_are_up(status):
    network.active[1] = True
    assert status.address() == "192.168.1.7"


@pytest.mark.parametrize("step", [1, 333, 1000, 5 * DAY, 7 * DAY, 12 * DAY])
def test_uptime_is_right_whenever_it_is_looked_at_and_when_the_counter_starts_again(status, step):
    for _ in range(10):
        machine.now += step
        status.tick(machine.now % (1 << 30))
    assert read(status)["uptime_s"] == 10 * step // 1000
