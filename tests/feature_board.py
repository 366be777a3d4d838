"""A board with optional features, for the walks through them: walk_*.py. Runs on CPython and on
MicroPython, in a process of its own, since what stands in for the firmware stays in place."""

import gc
import sys

from core_cases import LINES
from feature_chip import PERIOD, Flash, machine, network

import device

EXCEPTION, SOFT, PIN = 2, 4, 6  # causes of a reset
ALL = (
    "led rtc_state auto_off power_on metrics event_log api status button server options http"
    " access startup"
).split()


class Settings:
    LED_PIN, LED_ACTIVE_LOW, POWER_ON = 2, True, "last"
    AUTO_OFF_S = 600


if not hasattr(gc, "mem_free"):
    gc.mem_free = lambda: 20000


class Board:
    """The light, the API, and these features, from a boot on."""

    def __init__(self, *features, flash=None, every=600, version="1.0.0+1a2b3c4d"):
        self._features, self.version = features, version
        self.settings = Settings()
        self.settings.AUTO_OFF_S = every
        sys.modules["esp"] = self.flash = flash or Flash()
        machine.power_on()
        machine.now = 0
        network.at_home()
        network.join_ms = 0
        self.boot(0)

    def boot(self, cause):
        """Power comes (0), or a reset of this cause."""
        if cause:
            machine.reset(cause)
        else:
            now = machine.now
            machine.power_on()
            machine.now = now
        for name in ALL + ["pages"]:
            if sys.modules.pop("device." + name, None) is not None and hasattr(device, name):
                delattr(device, name)
        self.jobs = []
        self._put("server", jobs=self.jobs, sweep=lambda *_: None)
        self._put("pages", VERSION=self.version, PAGES={}, render=lambda name, on: b"")
        from device import api, led, rtc_state, startup, status

        self.api, self.led, self.rtc_state, self.status = api, led, rtc_state, status
        rtc_state.load()
        rtc_state.set(9, not cause)  # as boot.py does
        self.settings.features = list(self._features)
        steps = startup._Steps(None)
        steps.startup = startup.Startup()
        steps.startup.settings = self.settings
        steps.light()
        status.started = status.last = machine.now % PERIOD
        api.start("switch", "")
        for name in self._features:
            __import__("device." + name)
            sys.modules["device." + name].start(self.settings)
        return self

    def _put(self, name, **contents):
        module = type("Module", (), {})()
        for key in contents:
            setattr(module, key, contents[key])
        sys.modules["device." + name] = module
        setattr(device, name, module)

    @property
    def lit(self):
        """Whether the relay has power."""
        return not machine.pins[2]["level"]

    def look(self):
        """Have all jobs called -> in how many ms one is due, at most 10 s."""
        due = 10000
        for job in self.jobs:
            wait = job(machine.now % PERIOD)
            if wait is not None:
                assert 0 < wait <= 1 << 28
                due = min(due, wait)
        return due

    def run(self, seconds):
        """Let time pass -> how many ms of it the light was on."""
        end, lit = machine.now + seconds * 1000, 0
        while machine.now < end:
            wait = min(self.look(), end - machine.now)
            lit += wait * self.lit
            machine.now += wait
        self.look()
        return lit

    def send(self, line, body=b""):
        """The response to a request."""
        head = line + b" HTTP/1.1\r\n" + LINES
        response = bytes(self.api.handle(head + b"Content-Length: %d\r\n\r\n" % len(body) + body))
        assert len(response) <= 1071
        return response

    def put(self, body):
        """PUT /led."""
        return self.send(b"PUT /led", body)


def chance(seed):
    """chance(n): a number below n, the same ones every time."""
    state = [seed]

    def below(n):
        state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
        return (state[0] >> 8) % n

    return below
