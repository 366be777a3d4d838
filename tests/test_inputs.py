"""What a user gives the tools is taken as it was meant, or refused in one line."""

import pytest

from tools import inputs
from tools.errors import UserError


@pytest.mark.parametrize("value", [None, "", "0"])
def test_a_switch_that_is_not_given_is_off(monkeypatch, value):
    monkeypatch.delenv("DRY_RUN", raising=False)
    if value is not None:
        monkeypatch.setenv("DRY_RUN", value)
    assert inputs.switched_on("DRY_RUN") is False


def test_1_switches_on(monkeypatch):
    monkeypatch.setenv("DRY_RUN", "1")
    assert inputs.switched_on("DRY_RUN") is True


@pytest.mark.parametrize("value", ["yes", "true", "no", " 1", "2"])
def test_a_dry_run_that_is_asked_for_in_other_words_does_not_become_a_real_one(monkeypatch, value):
    monkeypatch.setenv("DRY_RUN", value)
    with pytest.raises(UserError, match="^DRY_RUN=.* is neither 1 nor 0; give DRY_RUN=1, or"):
        inputs.switched_on("DRY_RUN")


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path):
    with pytest.raises(UserError, match="nothing.py: No such file or directory; "):
        inputs.read_text(tmp_path / "nothing.py")
    with pytest.raises(UserError, match=": Is a directory; "):
        inputs.read_text(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path):
    (tmp_path / "a.py").write_bytes("PASS = 'geheim-ö'\n".encode("latin-1"))
    with pytest.raises(UserError, match="a.py: is not UTF-8; save it as UTF-8$"):
        inputs.read_text(tmp_path / "a.py")


def test_the_mark_that_windows_editors_put_in_front_is_left_out(tmp_path):
    (tmp_path / "a.py").write_text("PASS = 'ö'\n", encoding="utf-8-sig")
    assert inputs.read_text(tmp_path / "a.py") == "PASS = 'ö'\n"
