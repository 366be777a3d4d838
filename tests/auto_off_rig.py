"""A light with a timer, from a boot on, and a clock that a test moves."""

import sys
import types

import machine
import micropython
import network
from core_cases import LINES

SECOND = 1000
PERIOD = 1 << 30  # of ticks_ms
LEFT = slice(10, 14)  # in RTC memory
ON, OFF = b'{"on": true}', b'{"on": false}'


class Board:
    """The light, its timer and the API, from a boot on."""

    def __init__(self, monkeypatch):
        self._patch = monkeypatch
        self.queue = []
        monkeypatch.setattr(micropython, "schedule", self._schedule, raising=False)
        machine.plug_in(monkeypatch)
        network.at_home()
        self.boot()

    def _schedule(self, function, argument):
        self.queue.append(function)

    def boot(self, every=600, start=True, cause=None):
        """Reset, and boot; `every` is AUTO_OFF_S, -1 has it not loaded."""
        import device

        if cause is not None:
            machine.reset(cause)
        for name in ("led", "rtc_state", "auto_off", "api", "status", "server", "options"):
            self._patch.delitem(sys.modules, "device." + name, raising=False)
            self._patch.delattr(device, name, raising=False)
        server = types.SimpleNamespace(jobs=[], sweep=lambda: None)
        self._patch.setitem(sys.modules, "device.server", server)
        self._patch.setattr(device, "server", server, raising=False)
        from device import options, rtc_state, startup

        self.server = server
        self.options, self.rtc_state = options, rtc_state
        rtc_state.load()
        settings = types.SimpleNamespace(
            LED_PIN=2, LED_ACTIVE_LOW=False, features=[], AUTO_OFF_S=every
        )
        if every >= 0:
            settings.features.append("auto_off")
        steps = startup._Steps(None)
        steps.startup = startup.Startup()
        steps.startup.settings = settings
        steps.light()
        self.safe_mode_light = self.lit
        if start:
            from device import api, status

            status.started = status.last = machine.now
            api.start("switch", "")
            self.api = api
            if every >= 0:
                device.auto_off.start(settings)
        self.led = sys.modules["device.led"]
        return self

    @property
    def lit(self):
        """Whether the relay has power."""
        return bool(machine.pins.get(2, {}).get("level"))

    @property
    def kept(self):
        """Seconds in RTC memory."""
        return int.from_bytes(machine.memory[LEFT], "little")

    def run(self, seconds, step=SECOND):
        """Let time pass, with the jobs called when they are due -> how long it was lit, in ms."""
        lit = 0
        end = machine.now + seconds * SECOND
        while machine.now < end:
            self.look()
            passed = min(step, end - machine.now)
            lit += passed * self.lit
            machine.now += passed
        self.look()
        return lit

    def look(self):
        for job in self.server.jobs:
            wait = job(machine.now % PERIOD)
            assert wait is None or 0 < wait <= 1 << 28

    def put(self, body):
        head = b"PUT /led HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (LINES, len(body))
        return bytes(self.api.handle(head + body))

    def off_in(self):
        from device import status

        return status.read("x", 0, 0)["off_in_s"]
