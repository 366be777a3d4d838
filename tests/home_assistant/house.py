"""A Home Assistant for the tests: run_home_assistant.py, and the states that it has told."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tools.soak.mosquitto import free_port

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build" / "home-assistant" / "bin" / "python"
TIMEOUT = 120  # s; the broker says after 68 s that a board has lost its power


class House:
    """Home Assistant with the MQTT broker at a port, and what configuration.yaml holds besides.

    Its log is FOLDER/log.
    """

    def __init__(self, folder: Path, broker: int, config: dict | None = None) -> None:
        folder.mkdir()
        web = {"server_host": "127.0.0.1", "server_port": free_port()}
        # JSON is YAML, too.
        (folder / "configuration.yaml").write_text(json.dumps({"http": web} | (config or {})))
        self._log = folder / "log"
        self._heard: list[dict] = []
        self._changed = threading.Condition()
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [PYTHON, Path(__file__).with_name("run_home_assistant.py"), folder, str(broker)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()

    def _read(self, lines: IO[str]) -> None:
        for line in lines:
            with self._changed:
                self._heard.append(json.loads(line))
                self._changed.notify_all()

    @property
    def log(self) -> str:
        """What Home Assistant logged: warnings and errors."""
        return self._log.read_text()

    def call(self, service: str, entity: str) -> None:
        """call("switch.turn_on", "switch.lamp"): what its page does when somebody taps there."""
        domain, _, name = service.partition(".")
        line = {"domain": domain, "service": name, "entity_id": entity}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def mark(self) -> int:
        """How many states were heard until now."""
        with self._changed:
            return len(self._heard)

    def heard(self, since: int = 0) -> list[tuple[str, str]]:
        """(entity, state) of what was heard since a mark."""
        with self._changed:
            return [(one["entity_id"], one["state"]) for one in self._heard[since:]]

    def wait(self, entity: str, good: str | Callable[[str], bool], since: int = 0) -> dict:
        """The attributes of the next such state of the entity since a mark. TimeoutError."""

        def found() -> list[dict]:
            states = [heard for heard in self._heard[since:] if heard["entity_id"] == entity]
            return [
                heard["attributes"]
                for heard in states
                if (good(heard["state"]) if callable(good) else heard["state"] == good)
            ]

        with self._changed:
            if not self._changed.wait_for(found, TIMEOUT):
                heard = self.heard(since)
                raise TimeoutError(f"{entity} is not {good}; heard: {heard}; log: {self._log}")
            return found()[0]

    def close(self) -> None:
        """Stop it."""
        self._process.stdin.close()
        try:
            self._process.wait(TIMEOUT)
        finally:
            self._process.kill()
            self._reader.join()
            self._process.stdout.close()
