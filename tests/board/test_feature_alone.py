"""Without ROMFS each feature that fits works by itself, and leaves room for the tools."""

import re
from collections.abc import Callable

import client
import pytest
from deploy_rig import Files, Target, changed

from tools import info
from tools.board import connection, session

# A line for webrepl_cfg.py, and a path that answers by that feature, with what is in the answer.
FEATURES = {
    "AUTO_OFF_S = 60": ("/status", '"off_in_s": null'),
    'POWER_ON = "on"': ("/led", '{"on": true}'),
    "METRICS = True": ("/metrics", "switch_on "),
    "EVENT_LOG = True": ("/log", "boot "),
}


def works(target: Target, line: str) -> None:
    """The page and the API answer, and so does the feature."""
    path, part = FEATURES[line]
    page = client.request(target.board.http, "GET", "/")[1].decode()
    links = re.findall(r"(?:href|src)=(\w+\.\w+)", page)
    assert len(links) == 2
    for asked in ("/led", "/status", *(f"/{link}" for link in links)):
        assert client.request(target.board.http, "GET", asked)[0] == 200, asked
    assert part in client.request(target.board.http, "GET", path)[1].decode()
    assert "Traceback" not in target.board.console


@pytest.mark.parametrize("line", FEATURES)
def test_a_feature_serves_and_leaves_room_for_a_deploy_of_every_file_and_for_info(
    files: Files, make_target: Callable[..., Target], line: str
) -> None:
    config = files["/webrepl_cfg.py"] + line.encode() + b"\n"
    old = changed(files, **{"webrepl_cfg.py": config})
    target = make_target(old, "generic")
    works(target, line)
    new = {path[1:]: content + b"\0" for path, content in old.items() if path.endswith(".mpy")}
    wanted = changed(old, **new, **{"main.py": old["/main.py"] + b"#\n"})
    status, lines = target.deploy("HOST", wanted)  # beside a session
    assert status == 0, lines
    assert target.files() == wanted
    works(target, line)
    host = target.board.webrepl.split("/")[2]
    with session.raw_repl(connection.open_board(host, target.board.serial)) as transport:
        assert info.facts(transport)["status"]["last_error"] == ""
    works(target, line)
