"""Deploys in a row while the switch is in use: nobody notices more than a restart.

A few of them; DEPLOYS=20 in the environment asks for more.
"""

import os
import threading
import time
from collections.abc import Callable

import client
import pytest
from deploy_rig import Files, Target, before, changed, ways

DEPLOYS = int(os.environ.get("DEPLOYS", 3))
PERIOD = 0.05  # s between two requests: several pages that look once a second
PATIENCE = 3  # s; a request that a restart overtakes gets no answer and no end


class Page(threading.Thread):
    """Asks for the light's state, over and over, until stop(). `answers` counts; `failures` lists
    (when, what) of what went wrong.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url, self._stopped = url, threading.Event()
        self.answers = 0
        self.failures: list[tuple[float, str]] = []

    def run(self) -> None:
        while not self._stopped.wait(PERIOD):
            asked = time.monotonic()
            try:
                client.led(self._url)
                self.answers += 1
            except (OSError, AssertionError, IndexError) as e:
                self.failures.append((asked, repr(e)))

    def stop(self) -> None:
        """Wait for the last answer."""
        self._stopped.set()
        self.join()


def again(content: bytes, path: str, times: int) -> bytes:
    """The same file, with other content each time."""
    return content + (b"\0" * (times + 1) if path.endswith(".mpy") else b"#%d\n" % times)


@ways
def test_requests_are_answered_during_deploys_in_a_row(
    files: Files, make_target: Callable[..., Target], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", PATIENCE)
    target = make_target(files)
    asked: list[float] = []
    restarts: list[tuple[float, float]] = []
    page = Page(target.board.http)
    page.start()
    # Not counted: what was asked just before a restart, and not answered by then.
    with before("restart", lambda: asked.append(time.monotonic() - 1)):
        for i in range(DEPLOYS):
            wanted = changed(files, **{path[1:]: again(files[path], path, i) for path in files})
            assert target.deploy(kind, wanted)[0] == 0
            restarts.append((asked[-1], time.monotonic()))
    page.stop()
    assert target.files() == wanted
    outside = [
        what for when, what in page.failures if not any(a <= when <= b for a, b in restarts)
    ]
    print(f"{page.answers} answers, {len(page.failures)} failures, all in restarts: {not outside}")
    assert page.answers > DEPLOYS and not outside
