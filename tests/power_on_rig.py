"""A board whose light comes on with power, and the sector of flash that keeps its state."""

import importlib
import sys
import types

import machine

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
