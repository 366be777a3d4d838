"""Let device code be imported on CPython: its firmware's modules are stand-ins in tests/stubs."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

sys.path[:0] = [str(TESTS.parent), str(TESTS / "stubs")]


@pytest.fixture(scope="module", autouse=True)
def short_collections() -> None:
    """Keep what is loaded by now out of gc.collect(), which each boot calls several times."""
    gc.collect()
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


@pytest.fixture
def nothing_on_air(monkeypatch: pytest.MonkeyPatch) -> None:
    """A board at home, with no network in reach and no access point of its own."""
    import machine
    import network

    from device import wifi

    machine.plug_in(monkeypatch)
    network.at_home()
    network.air.clear()
    monkeypatch.setattr(wifi, "ap_is_up", False)


@pytest.fixture
def settings() -> object:
    """Settings of a board with a network to join and an access point to open."""
    from device import config

    settings = config.Config()
    settings.WIFI_SSID, settings.WIFI_PASSWORD = "home", "correct horse"
    settings.HOSTNAME, settings.AP_PASSWORD = "lamp", "12345678"
    return settings
