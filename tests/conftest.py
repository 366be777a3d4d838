"""Let device code be imported on CPython: its firmware's modules are stand-ins in tests/stubs."""

import gc
import sys
from pathlib import Path

TESTS = Path(__file__).parent

sys.path[:0] = [str(TESTS.parent), str(TESTS / "stubs")]


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of gc.collect(), which the boot calls often."""
    gc.freeze()
