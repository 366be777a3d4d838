"""RTC memory over many boots: rubbish, other versions' bytes, the age of an error."""

import machine
import network
import pytest
from boot_rig import Suspect

pytestmark = pytest.mark.slow


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    return Suspect(monkeypatch, tmp_path, capsys)


@pytest.mark.parametrize("memory", [b"", b"\xff" * 492, bytes(128)])
def test_crashes_are_counted_though_the_memory_holds_rubbish(board, memory):
    machine.memory = memory
    for _ in range(7):
        last = board.reset(machine.WDT_RESET)[-1]
    assert "7 resets in a row" in last


@pytest.mark.parametrize("light", [0, 1])
def test_memory_as_the_version_before_wrote_it_keeps_the_light_as_it_is(board, light):
    # Of November 2026: magic, light, crashes, check, the last error, 128 bytes in all.
    kept = bytearray(b"SW\x01" + bytes([light, 2, 0]) + b"WiFi: no network") + bytes(106)
    kept[5] = -sum(kept) & 0xFF
    machine.memory = bytes(kept)
    board.reset(machine.SOFT_RESET)  # by the deploy
    assert machine.calls == [("init", 2, machine.Pin.OUT, 1 - light)]
    assert board.rtc_state().light == bool(light)
    assert (board.rtc_state().crashes, board.last_error()) == (0, "")


@pytest.mark.parametrize("boots", range(4))
def test_the_last_error_tells_how_many_boots_ago_it_was(board, boots):
    board.reset(machine.PWRON_RESET)
    board.rtc_state().record("mine")
    for _ in range(boots):
        board.boot()
    assert board.rtc_state().error_age == boots


def test_boots_since_the_last_error_are_counted_up_to_255(board):
    board.reset(machine.PWRON_RESET)
    board.rtc_state().record("mine")
    board.rtc_state().set(7, 254)
    for age in (255, 255):
        board.boot()
        assert board.rtc_state().error_age == age


def test_boots_leave_what_a_later_version_keeps_in_memory(board):
    board.reset(machine.PWRON_RESET)
    board.rtc_state().record("mine")
    machine.memory += bytes(range(192))
    trial = bytes(range(1, 9))
    for i, value in enumerate(trial):
        board.rtc_state().set(8 + i, value)
    board.reset(machine.EXCEPTION)
    assert machine.memory.endswith(bytes(range(192)))
    # Bytes 9 and 15 are the boot's: power has not just come, and nobody asked for the setup page.
    trial = trial[:1] + b"\0" + trial[2:7] + b"\0"
    assert machine.memory[8:16] == trial
