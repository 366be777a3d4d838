"""main.py with something broken: a line says what, and the prompt stays alive."""

import machine
import pytest
from boot_rig import booted


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    return booted(monkeypatch, tmp_path, capsys)


@pytest.mark.parametrize("module", ["api", "server", "status", "http"])
def test_with_a_module_of_the_server_missing_the_button_works_and_the_line_names_it(board, module):
    board.boot(missing=["device." + module])
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line
    machine.press()
    assert machine.pins[2]["level"] == 0
    assert board.last_error() == line[:112]


@pytest.mark.parametrize("module", ["switch", "led", "button", "rtc_state"])
def test_with_any_other_module_missing_the_prompt_comes_with_a_line(board, module):
    board.boot(missing=["device." + module])
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line


@pytest.mark.parametrize("module", ["startup", "config"])
def test_without_what_starting_needs_boots_line_says_so_and_the_prompt_comes(board, module):
    (line,) = board.boot(missing=["device." + module])
    assert "device." + module in line
    assert board.main() == []


def test_with_a_broken_pin_the_switch_stays_off_and_says_why(board):
    machine.broken.add("Pin")
    board.boot()
    (line,) = board.main()
    assert line.startswith("switch: off (light: OSError")
    assert board.server.service is None


def test_without_the_built_page_the_api_serves(board):
    board.stand_in("device.pages", None)
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b"200 OK" in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
