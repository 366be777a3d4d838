"""Stands in for the firmware's module: the least with which the bundle starts on a PC."""


class Pin:
    IN, OUT, PULL_UP, IRQ_RISING, IRQ_FALLING = 0, 1, 1, 1, 2

    def __init__(self, pin, mode, pull=None, value=1):
        self._level = value

    def value(self):
        return self._level

    def irq(self, handler, trigger):
        pass


class Signal:
    def __init__(self, pin, invert=False):
        pass

    def value(self, on=None):
        return 1


class RTC:
    def memory(self, data=None):
        return b""


def reset_cause():
    return 0
