"""POWER_ON: the light when power comes, and what flash keeps of it."""

import importlib
import sys
import types

import machine
import pytest

import device
from device import rtc_state

START, SIZE, SECTOR = 0xFF000, 4096, 0xFF


class Cut(Exception):
    """Power went."""


class Flash:
    """`esp`, of a board with this tally; with `cut`, power goes in the middle of a change."""

    def __init__(self, data=b"\xff" * SIZE):
        self.data, self.cut, self.erased, self.written = bytearray(data), False, 0, 0

    def flash_read(self, at, into):
        into[:] = self.data[at - START :][: len(into)]

    def flash_write(self, at, data):
        assert at % 4 == 0 and len(data) == 4
        self.written += 1
        for i in range(2 if self.cut else 4):
            self.data[at - START + i] &= data[i]
        if self.cut:
            raise Cut

    def flash_erase(self, sector):
        assert sector == SECTOR
        self.erased += 1
        size = SIZE // 2 if self.cut else SIZE
        self.data[:size] = b"\xff" * size
        if self.cut:
            raise Cut


class Board:
    def __init__(self, patch, flash, rom=0x50000):
        self._patch, self.flash = patch, flash
        vfs = types.SimpleNamespace(rom_ioctl=lambda *_: memoryview(bytes(rom)))
        patch.setitem(sys.modules, "esp", flash)
        patch.setitem(sys.modules, "vfs", vfs if rom else types.SimpleNamespace())
        self.server = types.SimpleNamespace(jobs=[])
        patch.setattr(device, "server", self.server, raising=False)

    def boot(self, setting="last", power=True):
        """Boot, and start the feature -> whether the light is on."""
        self._patch.delitem(sys.modules, "device.power_on", raising=False)
        self._patch.delattr(device, "power_on", raising=False)
        if power:
            machine.power_on()
        rtc_state.load()
        rtc_state.set(9, power)
        settings = types.SimpleNamespace(POWER_ON=setting, features=["power_on"])
        options = importlib.import_module("device.options")
        led = importlib.import_module("device.led")
        assert options.start(settings) is False
        led.start(2, True)
        self.led, self.server.jobs[:] = led, []
        if settings.features:
            sys.modules["device.power_on"].start(settings)
        return led.signal.value() == 1

    def switch(self, on, seconds=4):
        self.led.set(on)
        for _ in range(seconds * 10):
            machine.now += 100
            for job in self.server.jobs:
                job(machine.now)


@pytest.fixture
def make(monkeypatch):
    machine.plug_in(monkeypatch)
    return lambda *args, **options: Board(monkeypatch, *args, **options)


@pytest.fixture
def board(make):
    return make(Flash())


def test_on_is_on_when_power_comes_and_only_then(board):
    assert board.boot("on") and not board.server.jobs
    board.led.set(False)
    assert not board.boot("on", power=False)
    assert "device.power_on" not in sys.modules, "nothing has to run for it"


@pytest.mark.parametrize("states", [[True], [True, False], [True, False, True], []])
def test_last_is_as_it_was_before_power_went(board, states):
    board.boot()
    for on in states:
        board.switch(on)
    for _ in range(3):
        assert board.boot() == (states or [False])[-1]
    assert board.flash.written == len(states) and not board.flash.erased


def test_a_warm_reset_keeps_the_light_of_rtc_memory(board):
    board.boot()
    board.switch(True)
    board.led.set(False)
    assert not board.boot(power=False)


def test_a_client_that_switches_all_the_time_wears_no_flash(board):
    board.boot()
    for i in range(100):
        board.switch(bool(i & 1), seconds=2)
    assert board.flash.written == 0
    board.switch(True)
    assert board.flash.written == 1


def test_it_is_due_only_while_there_is_something_to_write(board):
    board.boot()
    (poll,) = board.server.jobs
    assert poll(0) is None
    board.led.set(True)
    assert poll(1000) == 3000 and poll(2500) == 1500
    assert poll(4000) is None and poll(5000) is None
    assert board.flash.written == 1


def test_a_clock_that_begins_anew_delays_nothing_for_long(board):
    board.boot()
    (poll,) = board.server.jobs
    board.led.set(True)
    assert poll((1 << 30) - 1000) == 3000
    assert poll(1999) == 1 and poll(2000) is None
    assert board.flash.written == 1


def tally(changes):
    """A sector with so many bits cleared."""
    data = bytearray(b"\xff" * SIZE)
    for i in range(changes):
        data[i >> 3] &= ~(1 << (i & 7))
    return data


COUNTS = [*range(40), 511, 512, 513, 16383, 16384, 16385, 32766, 32767]


@pytest.mark.parametrize("changes", COUNTS)
def test_power_lost_in_any_change_leaves_the_old_state_or_the_new_one(make, changes):
    board = make(Flash(tally(changes)))
    before = board.boot()
    assert before == bool(changes & 1)
    board.flash.cut = True
    with pytest.raises(Cut):
        board.switch(not before)
    board.flash.cut = False
    now = board.boot()
    board.switch(not now)
    assert board.boot() == (not now)


@pytest.mark.parametrize("changes", [16384, 20000, 32766, 32768])
def test_power_lost_in_the_erase_of_a_full_tally_leaves_the_light_off_as_it_was(make, changes):
    board = make(Flash(tally(changes)))
    board.flash.cut = True
    with pytest.raises(Cut):
        board.boot()
    board.flash.cut = False
    assert not board.boot()
    board.switch(True)
    assert board.boot() and board.flash.data == tally(1)


def test_a_tally_that_says_on_is_never_erased(make):
    board = make(Flash(tally(32767)))
    assert board.boot() and not board.flash.erased
    board.switch(False)
    assert not board.boot() and board.flash.erased == 1


def test_a_tally_that_is_full_before_the_next_boot_is_off(make):
    board = make(Flash(tally(32767)))
    board.boot()
    for on in (False, True, False, True):
        board.switch(on)
    assert board.flash.written == 1 and not board.boot()


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 16, b"\0" * 100 + b"\x7f" + b"\xff" * 3995, b"\xff" * 4095 + b"\0"],
    ids=["other", "gap", "last"],
)
def test_a_sector_with_something_else_in_it_is_off_and_is_made_a_tally(make, data):
    board = make(Flash(data))
    assert not board.boot() and board.flash.erased == 1
    board.switch(True)
    assert board.boot()


@pytest.mark.parametrize("rom", [0, 4096])
def test_without_romfs_last_is_off_and_flash_is_left_alone(make, rom):
    board = make(Flash(), rom=rom)
    with pytest.raises(OSError, match="needs firmware with ROMFS"):
        board.boot()
    assert not board.led.signal.value() and board.flash.data == b"\xff" * SIZE
