"""POWER_ON = "last": the tally in flash, and power that goes while it is changed."""

import machine
import pytest
from power_on_rig import SIZE, Board, Cut, Flash


@pytest.fixture
def make(monkeypatch):
    machine.plug_in(monkeypatch)
    return lambda *args, **options: Board(monkeypatch, *args, **options)


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
