"""`machine` of the ESP8266: Pin, Signal, RTC, Timer (timers.py), reset.

Harsher than the chip: disable_irq() holds nothing back. There, what is scheduled already runs as
well. PWM, ADC, buses, sleep, WDT and the alarm raise an error when they are used; mem8, mem16 and
mem32, which would reach the PC's memory, are missing.
"""

import time

import link
from absent import Absent
from timers import Timer
from umachine import PinBase, Signal  # the firmware's own, over our Pin

PWRON_RESET = 0
HARD_RESET = 6
DEEPSLEEP_RESET = 5
WDT_RESET = 1
SOFT_RESET = 4
DEEPSLEEP = 4  # a wake-up of RTC.irq()

_id = b""  # kernel.py sets it


class Pin(PinBase):
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, id, mode=None, pull=None, *, value=None):
        if id not in (0, 1, 2, 3, 4, 5, 9, 10, 12, 13, 14, 15, 16):
            raise ValueError("invalid pin")
        if id == 16 and pull is not None:
            raise ValueError("Pin(16) doesn't support pull")
        self._id = id
        self._handler = None
        if mode is not None:
            self.init(mode, pull, value=value)

    def init(self, mode=IN, pull=None, *, value=None):
        # value, mode and pull in one message: mode first, then the level, as in machine_pin.c
        level = -1 if value is None else 1 if value else 0
        link.call(
            link.PIN_INIT,
            self._id,
            mode | (16 if pull == self.PULL_UP else 0),
            bytes([level & 0xFF]),
        )

    def value(self, value=None):
        if value is None:
            return link.ask(link.PIN_GET, self._id)
        link.ask(link.PIN_SET, self._id, 1 if value else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        link.call(link.PIN_TOGGLE, self._id)

    def irq(self, handler=None, trigger=3, hard=False):
        if hard:
            raise ValueError("hard IRQ not supported")  # soft only, as the port says
        if self._id == 16:
            raise ValueError("Pin(16) doesn't support irq")
        self._handler = handler
        link.handlers[128 + self._id] = self._fire if handler else None
        link.call(link.PIN_IRQ, self._id, trigger if handler else 0)

    def _fire(self):
        self._handler(self)

    def __repr__(self):
        return "Pin(%d)" % self._id


class RTC:
    ALARM0 = 0
    alarm = Absent("machine.RTC.alarm")
    alarm_left = Absent("machine.RTC.alarm_left")
    irq = Absent("machine.RTC.irq")

    def memory(self, data=None):
        if data is None:
            return link.call(link.RTC_GET)[1]
        if len(data) > 492:
            raise ValueError("buffer too long")
        link.call(link.RTC_SET, 0, 0, data)

    def datetime(self, date=None):
        # Year, month, day, day of the week, hours, minutes, seconds, milliseconds: machine_rtc.c.
        if date is None:
            ms = int.from_bytes(link.call(link.DATE_GET)[1], "little")
            year, month, day, hour, minute, second, weekday, _ = time.gmtime(ms // 1000)
            return year, month, day, weekday, hour, minute, second, ms % 1000
        year, month, day, _, hour, minute, second, ms = date
        ms += 1000 * time.mktime((year, month, day, hour, minute, second, 0, 0))
        link.call(link.DATE_SET, 0, 0, ms.to_bytes(8, "little"))


def reset():
    link.ask(link.RESET)


def reset_cause():
    return link.ask(link.RESET_CAUSE)


def soft_reset():
    raise SystemExit


def unique_id():
    return _id


def freq(hz=80000000):
    if hz not in (80000000, 160000000):
        raise ValueError("frequency can only be either 80Mhz or 160MHz")
    return hz


def idle():
    link.ask(link.WAIT, 1)


def disable_irq():
    return 0x20  # the processor's state before, for enable_irq()


def enable_irq(state):
    pass


ADC = Absent("machine.ADC")
I2C = SoftI2C = Absent("machine.I2C")
PWM = Absent("machine.PWM")
SPI = Absent("machine.SPI")
SoftSPI = Absent("machine.SoftSPI")
UART = Absent("machine.UART")
WDT = Absent("machine.WDT")
bitstream = Absent("machine.bitstream")
deepsleep = Absent("machine.deepsleep")
dht_readinto = Absent("machine.dht_readinto")
lightsleep = sleep = Absent("machine.lightsleep")
time_pulse_us = Absent("machine.time_pulse_us")
