"""Let device code be imported on CPython: its firmware's modules are stand-ins in tests/stubs."""

import sys
from pathlib import Path

TESTS = Path(__file__).parent

sys.path[:0] = [str(TESTS.parent), str(TESTS / "stubs")]
