"""A board's file system and a house's WiFi, for boot.py and main.py to run in."""

import runpy
import sys
import types
from pathlib import Path

import machine
import network

ROOT = Path(__file__).parent.parent
SETTINGS = 'PASS = "letmein"\nWIFI_SSID = "home"\nWIFI_PASSWORD = "correct horse"\n'
SECRETS = ("letmein", "correct horse")


class Webrepl:
    """Stands in for a module that starts WebREPL."""

    def __init__(self):
        self.passwords = []
        self.client = None
        self.raises = None
        self.listen_s = self
        self.timeout = None

    def start(self, password, client=None):
        if self.raises:
            raise self.raises
        self.passwords.append(password)
        self.client = client

    def settimeout(self, seconds):
        self.timeout = seconds


class Server:
    """Stands in for device.server: asks the service what a test asks."""

    def __init__(self, raises=None):
        self.raises = raises
        self.sweeps = 0
        self.service = None
        self.services = {}
        self.sources = []
        self.jobs = []

    def soon(self):
        pass

    def listen(self, service):
        if self.raises:
            raise self.raises
        self.service = self.services[self] = service

    def sweep(self):
        self.sweeps += 1
        for source in self.sources:
            source(False)

    def serve(self, request):
        response = bytes(self.service.handle(request))
        self.service.count(response[9])
        self.check()
        return response

    def check(self):
        self.sweep()
        for job in self.jobs:
            job(machine.now)


class Board:
    """A board with a file system of its own, in a house with the network "home"."""

    def __init__(self, monkeypatch, tmp_path, capsys):
        self._patch, self._root, self._capsys = monkeypatch, tmp_path, capsys
        self.webrepl, self.stock = Webrepl(), Webrepl()
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setitem(sys.modules, "webrepl_cfg", None)  # so that it is gone afterwards
        del sys.modules["webrepl_cfg"]
        self.write_settings(SETTINGS)

    def write_settings(self, text):
        (self._root / "webrepl_cfg.py").write_text(text)

    def boot(self, missing=(), server=None):
        """Run boot.py, without some modules, or with a stand-in of the server -> its lines."""
        self.lose_modules()
        if server:
            self.stand_in("device.server", server)
        self.stand_in("device.webrepl_server", types.SimpleNamespace(start=self.webrepl.start))
        self.stand_in("webrepl", self.stock)
        for name in missing:
            self.stand_in(name, None)
        return self._run("boot.py")

    def main(self):
        """Run main.py after boot.py, with the names that they share -> its lines."""
        shared = {name: value for name, value in self.globals.items() if name[:2] != "__"}
        return self._run("main.py", **shared)

    def main_by_hand(self):
        """`import main` at the prompt -> its lines."""
        return self._run("main.py")

    def stand_in(self, name, module):
        """Have `module` imported by that name; with None, the import fails."""
        self._patch.setitem(sys.modules, name, module)

    def lose_modules(self):
        """Forget all device modules, as a soft reset does."""
        import device

        for name in [name for name in sys.modules if name.startswith("device.")]:
            self._patch.delitem(sys.modules, name)
            self._patch.delattr(device, name[7:], raising=False)

    def _run(self, name, **shared):
        self.globals = runpy.run_path(str(ROOT / name), shared)
        lines = self._capsys.readouterr().out.splitlines()
        assert not [secret for secret in SECRETS if secret in str(lines)]
        assert len(lines) <= 6
        return lines

    def last_error(self):
        return self.rtc_state().last_error()

    def rtc_state(self):
        """What is in RTC memory now."""
        from device import rtc_state

        rtc_state.load()
        return rtc_state


class Suspect(Board):
    """A board that is reset again and again."""

    def reset(self, cause):
        """Reset it and boot."""
        machine.reset(cause)
        network.reset()
        return self.boot()

    def is_safe(self):
        """Whether its switch stays off."""
        safe = self.globals["startup"] is None or self.globals["startup"].mode == "safe"
        assert safe == (self.rtc_state().crashes > 2)
        return safe

    def works(self):
        """The switch serves a request."""
        self.rtc_state().settle()


class ServingBoard(Board):
    """A board whose switch answers what a test asks `server`."""

    def boot(self, missing=()):
        self.server = Server()
        return super().boot(missing, self.server)

    def crash(self, times):
        """Crash so many times in a row, and boot after each."""
        for _ in range(times):
            machine.reset(machine.EXCEPTION)
            network.reset()
            self.boot()


def booted(monkeypatch, tmp_path, capsys):
    """A board at home that has run boot.py, for the tests of main.py."""
    machine.plug_in(monkeypatch)
    network.at_home()
    board = ServingBoard(monkeypatch, tmp_path, capsys)
    board.boot()
    return board
