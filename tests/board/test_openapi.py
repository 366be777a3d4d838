"""docs/openapi.yaml and docs/api.md are true."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import client
import pytest
import yaml

from tools.virtual_board.board import VirtualBoard

DOCS = Path(__file__).parents[2] / "docs"
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 12  # for each method of each path; some runs with 300 found no more
CONFIG = """
[checks]
# 413: a body that does not fit is refused before anybody looks at it.
negative_data_rejection.expected-statuses = ["400", "413", "415"]
"""


@pytest.mark.skipif(not SCHEMATHESIS.exists(), reason="Schemathesis needs Python 3.11")
def test_programs_can_rely_on_the_documented_api(board: VirtualBoard, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    options = (
        f"--max-examples {EXAMPLES} --seed 1 --max-redirects 0 --request-timeout 10 --no-color "
        "--exclude-path /log --exclude-path /metrics"  # of features that are off here
    )
    done = subprocess.run(
        [
            SCHEMATHESIS,
            "--config-file",
            "config.toml",
            "run",
            DOCS / "openapi.yaml",
            "--url",
            board.http[:-1],
        ]
        + options.split(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 selected / 11 total" in done.stdout
    client.led(board.http)
    assert "Traceback" not in board.console
    assert board.do(lambda chip: chip.stack.misuse) == 0


def test_the_documented_curl_lines_do_what_they_are_said_to_do(board: VirtualBoard) -> None:
    lines = re.findall(r"^    (curl .*)$", (DOCS / "api.md").read_text(), re.MULTILINE)
    answers = []
    for line in (line for line in lines if "for_s" not in line):  # that needs AUTO_OFF_S
        words = shlex.split(line.replace("http://192.168.1.50/", board.http))
        done = subprocess.run([*words, "-sf", "-m", "10"], capture_output=True, text=True)
        answers.append(json.loads(done.stdout))
    (state,) = [answer for answer in answers if "uptime_s" in answer]
    assert state["hostname"] == "lamp"
    shown = [answer["on"] for answer in answers if answer is not state]
    assert shown == [False, True, False, True, True]


OPTIONAL = {"mqtt", "off_in_s", "log", "more", "mdns"}  # fields of GET /status that features add


def test_status_has_exactly_the_documented_fields_of_the_documented_types(
    board: VirtualBoard,
) -> None:
    document = yaml.safe_load((DOCS / "openapi.yaml").read_text())
    schema = document["components"]["schemas"]["Status"]
    fields = json.loads(client.request(board.http, "GET", "/status")[1])
    assert set(fields) == set(schema["required"])
    assert set(schema["properties"]) - set(fields) == OPTIONAL
    types = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
    for name, value in fields.items():
        documented = schema["properties"][name]
        allowed = documented.get("type", "string")
        assert types[type(value)] in ([allowed] if isinstance(allowed, str) else allowed), name
        assert value in documented.get("enum", [value]), name
