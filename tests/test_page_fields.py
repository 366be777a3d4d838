"""The details of the page show each value beside its own label, though filled in by position."""

import re
from pathlib import Path

WWW = Path(__file__).parent.parent / "device" / "www"
LABELS = {
    "Uptime": "up",
    "Free memory": "mem_free",
    "Signal": "rssi",
    "Address": "mdns",  # or "ip" without a name
    "Version": "version",
    "Last error": "last_error",
    "MQTT": "mqtt",
}


def test_the_script_lists_the_values_in_the_order_of_the_labels():
    labels = re.findall(r"<dt>(.*?)<dd>", (WWW / "index.html").read_text())
    (values,) = re.findall(
        r"const values = \[(.*?)\n  \];", (WWW / "page.js").read_text(), re.DOTALL
    )
    names = [
        re.search(r"\w+", line.replace("status.", ""))[0]
        for line in re.findall(r"^    (\S.*)$", values, re.MULTILINE)
    ]
    assert names == [LABELS[label] for label in labels]
