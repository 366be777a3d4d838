"""README and the way to a working switch, for a test that types the commands as printed."""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import client
from deploy_rig import BLANK, Target
from firmware_images import micropython
from rom_loader import RomLoader
from tool_rig import ROOT, Tool, copy_project

from tools.settings_table import ASKED, switch_of
from tools.virtual_board.chip import EXCEPTION

FIRMWARE = "ESP8266_GENERIC.bin"
DOWNLOADED = "ESP8266_GENERIC-FLASH_2M_ROMFS-20251209-v1.27.0.bin"
# To configure; Enter alone for the other questions.
ANSWERS = {
    "WIFI_SSID": "home",
    "WIFI_PASSWORD": "correct horse",
    "HOSTNAME": "switch",
    "PASS": client.PASSWORD,
}
QUESTIONS = [s.name for s in ASKED if not s.feature or switch_of(s) is s]
README, WAY = ROOT / "README.md", ROOT / "docs" / "wiring-and-flashing.md"
SERIAL = "/dev/ttyUSB0"  # what the steps by hand call the port


def section(document: Path, first: str, behind: str = "## ") -> str:
    """The text of `document` from the heading `first` to the one that begins with `behind`."""
    _, found, rest = document.read_text().partition(f"\n## {first}\n")
    assert found
    return rest.partition(f"\n{behind}")[0]


def commands(text: str, pattern: str = "make .+") -> list[str]:
    """Every command of the text that stands on a line of its own, in its order."""
    return re.findall(rf"^ {{4,}}({pattern})$", text, re.M)


class Desk:
    """A user at their PC, with the module on it, who types one command after the other.

    A method for each make target; it is called with the command, and looks at what that did.
    """

    def __init__(self, folder: Path, target: Target) -> None:
        self.project = copy_project(folder / "project", config=None)
        shutil.copy2(ROOT / "Makefile", self.project)
        shutil.copy2(ROOT / "requirements.txt", self.project)
        venv = self.project / ".venv"  # as after the first `make`
        venv.mkdir()
        for path in Path(sys.prefix).iterdir():
            (venv / path.name).symlink_to(path)
        (venv / ".installed").unlink(missing_ok=True)
        (venv / ".installed").touch()
        self.firmware = micropython()
        cache = self.project / "build" / "firmware"
        cache.mkdir(parents=True)
        for path in (self.project / FIRMWARE, self.project / DOWNLOADED, cache / DOWNLOADED):
            path.write_bytes(self.firmware)
        self.opened = folder / "opened"
        browser = folder / "browser"
        browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {self.opened}\n')
        browser.chmod(0o755)
        self.browser, self.target, self.edits = str(browser), target, 0

    def types(self, command: str, serial: str = "") -> Tool:
        """Start the command on a terminal."""
        settings = {
            "SERIAL": serial or self.target.board.serial,
            "WEBREPL": str(urlsplit(self.target.board.webrepl).port),
            "PYTHONPATH": str(Path(__file__).with_name("desk")),
            "BROWSER": self.browser,
            "https_proxy": "http://127.0.0.1:1",  # nobody listens: no test asks the real site
        }
        return Tool(command, self.project, tty=True, **settings)

    def edit(self) -> str:
        """Save a change to the page; what it has then."""
        self.edits += 1
        path = self.project / "device/www/index.html"
        path.write_text(re.sub("( v\\d+)?</title>", f" v{self.edits}</title>", path.read_text()))
        return f" v{self.edits}</title>"

    def page(self) -> str:
        status, body = client.request(self.target.board.http, "GET", "/")
        assert status == 200
        return body.decode()

    def flash(self, command: str, seen: str = "Firmware written and verified") -> None:
        with RomLoader() as chip:
            with self.types(command.replace(SERIAL, chip.port), chip.port) as tool:
                tool.expect(seen)
                assert tool.ended() == 0
            assert "erase" in command or chip.flash[4 : len(self.firmware)] == self.firmware[4:]
        self.target.board.do(lambda chip: chip.power_cut())
        self.target.path.write_bytes(BLANK)
        self.target.board.start()

    def repl(self, command: str, line: str = ">>> print(6 * 7)", answer: str = "\n42\r") -> None:
        with self.types(command) as tool:
            tool.expect("Use Ctrl-]")
            tool.takes_keys()
            tool.type(b"\r")
            tool.expect(">>> ")
            tool.type(line.removeprefix(">>> ").encode() + b"\r")
            tool.expect(answer + "(?s:.*)>>> ")
            tool.type(b"\x1d")
            assert tool.ended() == 0

    def at_the_prompt(self, line: str) -> None:
        self.repl("make repl", line, re.escape(line[-8:]))

    def by_hand(self, command: str) -> None:
        here = command.replace(SERIAL, self.target.board.serial)
        if "esptool" in command:
            self.flash(
                command, "erased successfully" if "erase" in command else "Hash of data verified"
            )
        elif command.endswith(" repl"):
            self.repl(here)
        elif command.endswith("check_fw()"):
            self.repl("make repl", "import esp; esp.check_fw()", "\nTrue\r")
        elif "webrepl_setup" in command:
            pass  # the firmware's own, which the virtual board lacks; the step may be skipped
        elif not command.startswith(">>>"):
            with self.types(here) as tool:
                assert tool.ended() == 0
        if command.endswith(" reset"):
            self.target.board.wait_for(lambda chip: "switch: http" in self.target.board.console)

    def info(self, command: str) -> None:
        for _ in range(3 if self.edits else 0):  # once it runs, it is asked for after crashes
            boots = self.target.board.chip.boots
            self.target.board.do(lambda chip: chip.hard_reset(EXCEPTION))
            self.target.board.wait_for(lambda chip, boots=boots: chip.boots > boots)
        with self.types(command) as tool:
            tool.expect("firmware .*intact")
            tool.expect("safe mode +ON after 3 resets" if self.edits else "switch +not running")
            assert tool.ended() == 0

    def configure(self, command: str) -> None:
        with self.types(command) as tool:
            for name in QUESTIONS:
                tool.expect(rf"{name}: .*\]: ")
                tool.type(ANSWERS.get(name, "").encode() + b"\n")
            assert tool.ended() == 0
            assert client.PASSWORD.encode() not in tool.shown

    def deploy(self, command: str) -> None:
        edited = self.edit()
        with self.types(command) as tool:
            where = tool.expect(r"running at (http://\S+)")[1].decode()
            assert tool.ended() == 0
        assert where == self.target.board.http  # and now the user browses to it
        assert edited in self.page()
        before = client.led(where)
        assert client.request(where, "POST", "/toggle")[0] == 303
        assert client.led(where) is not before

    def watch(self, command: str) -> None:
        with self.types(command) as tool:
            tool.expect("the board is up to date")
            edited = self.edit()
            tool.expect("live at http://")
            assert edited in self.page()
            tool.type(b"\x03")
            tool.ended()

    def webrepl(self, command: str) -> None:
        with self.types(command) as tool:
            tool.expect("The client on this page is loaded from")
            assert tool.ended() == 0
        assert self.opened.read_text().startswith("http://192.168.1.50:")
