"""No module of device/ reads the value of a header field other than the one it means."""

import re
from pathlib import Path

import pytest

from device import http

DEVICE = Path(http.__file__).parent
FIELDS = http._FIELDS.split()
MODULES = [path for path in sorted(DEVICE.glob("*.py")) if "fields[_" in path.read_text()]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_number_of_a_header_field_has_the_name_of_its_line(path):
    source = path.read_text()
    named = dict(re.findall(r"^_([A-Z_]+) = const\((\d+)\)", source, re.MULTILINE))
    used = set(re.findall(r"\bfields\[(\w+)\]", source)) - {"field", "key"}
    assert used
    for name in used:
        assert name.startswith("_"), name
        assert FIELDS[int(named[name[1:]])] == name[1:].lower().replace("_", "-")


def test_the_modules_that_use_header_fields_are_found():
    assert {"access", "api", "http", "webrepl_server"} <= {path.stem for path in MODULES}
