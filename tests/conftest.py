"""Let device code be imported on CPython: its firmware's modules are stand-ins in tests/stubs."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

sys.path[:0] = [str(TESTS.parent), str(TESTS / "stubs")]


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of gc.collect(), which the boot calls often."""
    gc.freeze()


@pytest.fixture
def load_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], object]:
    """load_config(text): the board's settings with webrepl_cfg.py holding text."""
    from device import config

    def load(text: str) -> config.Config:
        (tmp_path / "webrepl_cfg.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        return config.load()

    return load
