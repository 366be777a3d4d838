"""The dashboard of docs/fleet.md: Prometheus scrapes two boards, of which one goes."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import client
import pytest
from deploy_rig import Files, Target
from test_faults_timer import with_settings
from tool_rig import ROOT

from tools.soak.mosquitto import free_port
from tools.virtual_board.chip import Chip

DOCUMENT = (ROOT / "docs" / "fleet.md").read_text()
BLOCK = re.compile(r"```yaml\n(scrape_configs:.*?)```", re.DOTALL)
EXPRESSION = re.compile(r"^\| ([\w ]+) \| `(.+)` \|$", re.MULTILINE)
pytestmark = pytest.mark.skipif(
    not shutil.which("prometheus"), reason="no Prometheus here (Debian: apt install prometheus)"
)


class Prometheus:
    """A process of its own with these settings, in a folder that has the console."""

    def __init__(self, folder: Path, config: str, boards: list[str]) -> None:
        (folder / "consoles").mkdir(parents=True)
        shutil.copy(ROOT / "docs" / "fleet-console.html", folder / "consoles")
        (folder / "prometheus.yml").write_text(config)
        (folder / "switches.json").write_text(json.dumps([{"targets": boards}]))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        command = f"prometheus --web.listen-address=127.0.0.1:{port}"
        command += " --web.console.templates=consoles --config.file=prometheus.yml"
        command += " --storage.tsdb.path=data"  # Debian's default is one folder for all
        self._process = subprocess.Popen(
            command.split(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def read(self, path: str) -> str:
        """What it serves there; "" before it is ready."""
        try:
            with urlopen(self.url + path) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def values(self, expression: str) -> list[float]:
        """The values of an expression, now."""
        answer = json.loads(self.read("api/v1/query?query=" + quote(expression)) or "{}")
        return [float(row["value"][1]) for row in answer.get("data", {}).get("result", [])]

    def wait(self, expression: str, wanted: list[float]) -> None:
        """Until these are its values. TimeoutError."""
        end = time.monotonic() + 40
        while (found := sorted(self.values(expression))) != wanted:
            if time.monotonic() > end:
                raise TimeoutError(f"{expression} is {found}, not {wanted}")
            time.sleep(0.2)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def boards(files: Files, make_target: Callable[..., Target]) -> list[Target]:
    """Two that have figures."""
    return [make_target(with_settings(files, "METRICS = True"), "romfs") for _ in range(2)]


@pytest.fixture
def prometheus(boards: list[Target], tmp_path: Path) -> Iterator[Prometheus]:
    """It scrapes them as the document says, but every second."""
    found = BLOCK.search(DOCUMENT)
    assert found and "60s" in found[1]
    hosts = [urlsplit(board.board.http).netloc for board in boards]
    made = Prometheus(tmp_path / "prometheus", found[1].replace("60s", "1s"), hosts)
    yield made
    made.close()


def test_the_console_shows_each_board_and_which_one_is_gone(
    boards: list[Target], prometheus: Prometheus
) -> None:
    prometheus.wait("up", [1, 1])
    client.set_led(boards[0].board.http, True)
    prometheus.wait("switch_on", [0, 1])
    expressions = dict(EXPRESSION.findall(DOCUMENT))
    assert len(expressions) == 8
    assert prometheus.values(expressions["lights that are on"]) == [1]
    assert prometheus.values(expressions["boards of each version"]) == [2]
    assert len(prometheus.values(expressions["started within the last hour"])) == 2
    for what in ("boards that do not answer", "a weak signal", "crashes in a row", "no broker"):
        assert prometheus.values(expressions[what]) == []
    prometheus.wait(expressions["rejected requests a minute"], [0, 0])
    boards[1].board.do(Chip.power_cut)
    prometheus.wait(expressions["boards that do not answer"], [0])
    page = prometheus.read("consoles/fleet-console.html")
    rows = page.split("<tr><td>")[1:]
    assert len(rows) == 2 and sum("<b" in row and ">no<" in row for row in rows) == 1
    alive = next(row for row in rows if "yes" in row)
    assert ">on\n" in alive and "-52 dBm" in alive and "1.0.0&#43;" in alive
