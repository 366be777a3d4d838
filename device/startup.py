"""What a board does at boot: the light as it was, WebREPL, WiFi; and whether the switch may start.

boot.py calls it. A step that fails is printed, recorded for /status and skipped.

Safe mode: after three resets in a row that came before the switch had worked, it stays off, so
that it can be mended. A reset counts when it is a crash, by the chip's exception handler or a
watchdog, or when a program made it before the switch had served or been up for a minute. A boot as
such proves nothing: mpremote makes one at every call, by a soft reset, which leaves reset_cause()
as it was. So boot.py counts each reset once. What tells a soft reset from a hard one is
network.country(), a variable of the firmware that a hard reset sets to "XX" and a soft one leaves
alone (extmod/modnetwork.c), and that this chip makes no other use of: boot.py sets it to "ZZ",
which is no country either.
"""

import gc
import time

from micropython import const

_LIMIT = const(3)  # resets in a row
# The SDK's numbers (struct rst_info): watchdog, exception, software watchdog.
_EXCEPTION = const(2)
_SOFT_WATCHDOG = const(3)
# In RTC memory, see rtc_state.py.
_MEANT = const(6)
_TRIAL = const(8)
_WIFI = const(15)
_LEFT = const(10)
_CONFIRMED = const(1)
_UNDONE = const(3)
# Values of _WIFI: open the access point; join what the SDK has stored.
_GONE = const(1)
_KEEP = const(2)


class Startup:
    """What starting has found out, for switch.py. A method of it would keep this module."""

    mode = "run"  # or "setup": setup.py serves; or "safe": the switch stays off
    verdict = ""  # why it does
    settings: "config.Config"  # type: ignore[name-defined]  # noqa: F821


def run(board):
    """Take the steps, with `board`, boot.py's object -> Startup, None: there are no settings."""
    steps = _Steps(board)
    board.step("RTC memory", steps.memory)
    board.step("settings", steps.settings)
    if not steps.startup:
        return None
    if not (board.rtc_state and board.step("light", steps.light)):
        steps.startup.mode = "safe"
        steps.startup.verdict = board.last_problem
    if not board.step("WebREPL", steps.webrepl):
        board.step("WebREPL", board.stock_webrepl)
    if not board.interrupted:
        board.step("WiFi", steps.wifi)
    if board.rtc_state:
        board.step("trial", steps.trial)
        # Last: of several errors the reason for safe mode is kept.
        board.step("crashes", steps.crashes)
    if not board.interrupted:
        print("boot: address", steps.address or "none yet")
    return steps.startup


def load():
    """Take those steps again that the switch needs, for `import main` -> Startup. May raise."""
    steps = _Steps(None)
    steps.memory()
    steps.settings()
    steps.light()
    steps.crashes()
    return steps.startup


class _Steps:  # and what one hands on to the next
    address = ""
    startup = None

    def __init__(self, board):
        self.board = board

    def memory(self):
        from device import rtc_state

        rtc_state.load()
        if rtc_state._bytes[_TRIAL] == _UNDONE:
            rtc_state.record("deploy undone: " + (rtc_state.last_error() or "it did not start"))
            rtc_state.set(_TRIAL, 0)
        if self.board:
            if self.board.last_problem:
                rtc_state.record(self.board.last_problem)
            self.board.rtc_state = rtc_state

    def settings(self):
        from device import config

        settings = config.load()
        self.startup = Startup()
        self.startup.settings = settings
        if settings.problem and self.board:
            self.board.problem(settings.problem)

    def light(self):
        from device import led, rtc_state

        settings = self.startup.settings
        timed = False
        if settings.features:
            from device import options

            timed = options.start(settings)
        if not timed and max(rtc_state._bytes[_LEFT : _LEFT + 4]):
            rtc_state.set_light(False)  # it has a time to go off, and nobody to see to that
        led.start(settings.LED_PIN, settings.LED_ACTIVE_LOW)
        return True

    def webrepl(self):
        settings = self.startup.settings
        if not settings.PASS:
            print("boot: WebREPL is off: set PASS in webrepl_cfg.py, 4 to 9 characters")
            return True
        from device import access, webrepl_server

        gc.collect()
        access.start(settings.HOSTNAME, "")  # the names that pages may come by
        access.names += settings.names
        base = [settings.BASE] if settings.BASE else []
        for left in range(60, -1, -1):
            try:
                webrepl_server.start(settings.PASS, *base)
                return True
            except OSError as e:
                if e.errno != 98 or not left:  # 98: EADDRINUSE; switch.py says why
                    raise
                time.sleep_ms(100)

    def wifi(self):
        from device import wifi

        settings = self.startup.settings
        rtc_state = self.board.rtc_state
        meant = rtc_state._bytes[_WIFI] if rtc_state else 0
        if meant:
            rtc_state.set(_WIFI, 0)  # any other reset is nobody's wish for that
        is_safe = not rtc_state or rtc_state.crashes >= _LIMIT
        self.address, problem = wifi.connect(settings, meant == _GONE, meant == _KEEP, is_safe)
        if problem:
            self.board.problem("WiFi: " + problem)
        if settings.AP_PASSWORD and (wifi.ap_is_up or meant != _GONE):
            from device import ap_watch, server

            ap_watch.start(wifi.ap_is_up)
            server.jobs.append(ap_watch.sweep)
        if wifi.ap_is_up:
            self.startup.mode = "setup"

    def trial(self):
        import os

        from device import rtc_state

        try:
            os.stat("/.deploy/undo")
        except OSError:
            return  # there is none
        if rtc_state._bytes[_TRIAL] == _CONFIRMED:
            rtc_state.set(_TRIAL, 0)
            os.remove("/.deploy/undo")  # first: without what is kept it must not be there
            for name in os.listdir("/.deploy"):
                if name != "manifest":
                    os.remove("/.deploy/" + name)
            return
        from device import server, trial

        server.jobs.append(trial.poll)

    def crashes(self):
        import machine

        from device import rtc_state

        crashes = rtc_state.crashes
        if not crashes:
            return
        cause = machine.reset_cause()
        why = "reset by a program"
        if cause <= _SOFT_WATCHDOG:
            why = "crash by exception" if cause == _EXCEPTION else "crash by watchdog"
        why = "%s, %d in a row" % (why, crashes)
        rtc_state.record(why)
        if crashes >= _LIMIT:
            self.startup.mode = "safe"
            self.startup.verdict = why
            rtc_state.set(_MEANT, 1)  # only a person resets it now
