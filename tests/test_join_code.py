"""The QR code on a label joins the board's access point."""

import stat

import pytest
import segno

from tools import join_code
from tools.errors import UserError

VALUES = {"HOSTNAME": "lamp", "AP_PASSWORD": 'k7m;q"3\\f'}


def test_the_code_has_what_phones_need_to_join(tmp_path, capsys):
    # The format that phones read, with its own characters escaped.
    expected = segno.make('WIFI:T:WPA;S:lamp;P:k7m\\;q\\"3\\\\f;;')
    assert join_code.code(VALUES).matrix == expected.matrix
    join_code.save(VALUES, tmp_path / "label.svg")
    text = (tmp_path / "label.svg").read_text()
    assert "<svg" in text and "k7m" not in text
    assert stat.S_IMODE((tmp_path / "label.svg").stat().st_mode) == 0o600


def test_where_no_code_can_be_made_one_line_says_why(tmp_path):
    for values, name in ((VALUES | {"AP_PASSWORD": ""}, "a.svg"), (VALUES, "a.png")):
        with pytest.raises(UserError):
            join_code.save(values, tmp_path / name)


def test_the_password_goes_to_no_file_by_the_way(capsys):
    join_code.show(VALUES)
    assert capsys.readouterr().out == ""
