"""A board on the network is opened with the password of webrepl_cfg.py, or not at all."""

from pathlib import Path

import pytest
from error_rig import error

from tools import inputs
from tools.board import connection


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """webrepl_cfg.py of a project folder, not yet there."""
    monkeypatch.setattr(inputs, "ROOT", tmp_path)
    return tmp_path / "webrepl_cfg.py"


def test_settings_that_are_missing(config):
    with error("webrepl_cfg.py is missing", "make configure"):
        connection.open_board("lamp")


def test_settings_without_a_webrepl_password(config):
    config.write_text('PASS = ""\n')
    with error("PASS is not set in webrepl_cfg.py", "make configure"):
        connection.open_board("lamp")


def test_settings_in_another_encoding(config):
    config.write_bytes(b'PASS = "geheim\xf6"\n')
    with error("webrepl_cfg.py: is not UTF-8", "save it"):
        connection.open_board("lamp")


def test_settings_that_are_a_folder(config):
    config.mkdir()
    with error("webrepl_cfg.py: Is a directory", "make it readable"):
        connection.open_board("lamp")
