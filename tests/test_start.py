"""main.py: the switch starts, or a line says why not, and the prompt stays alive."""

import sys

import machine
import network
import pytest
from boot_rig import SETTINGS, booted

from tools.boot_only import boot_only


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    return booted(monkeypatch, tmp_path, capsys)


def test_the_switch_serves_and_the_prompt_comes_with_its_address(board):
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b'{"on": false}' in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_without_wifi_the_switch_starts_and_tells_its_name(board):
    network.air.clear()
    assert board.main() == ["switch: http://switch/"]


def test_the_button_and_the_page_switch_the_same_light(board):
    board.main()
    machine.press()
    assert b'{"on": true}' in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert machine.pins[2]["level"] == 0
    assert board.server.sweeps > 0


def test_a_press_whose_event_a_full_queue_loses_counts_once_clients_come(board):
    board.main()
    machine.now += 100
    machine.pins[0]["level"] = 0  # nobody is called
    board.server.serve(b"GET /none HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert machine.pins[2]["level"] == 0


def test_the_status_has_the_servers_counts(board):
    board.main()
    board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert b'"requests": 1' in board.server.serve(b"GET /status HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_the_password_of_the_settings_is_asked_for(board):
    board.write_settings(SETTINGS + 'HTTP_PASSWORD = "hunter2"')
    board.boot()
    board.main()
    assert b" 401 " in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_three_crashes_in_a_row_leave_the_switch_off_and_say_why(board):
    board.crash(3)
    assert board.main() == [
        "switch: off (crash by exception, 3 in a row); mend it and reset the board"
    ]


def test_a_served_request_forgives_the_crashes_before_it(board):
    board.crash(2)
    board.main()
    board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    board.crash(1)
    assert board.rtc_state().crashes == 1


def test_what_only_booting_needs_leaves_the_heap(board):
    board.main()
    for name in boot_only():
        assert "device." + name not in sys.modules
    assert "startup" not in board.globals
    loaded = [module for name, module in sys.modules.items() if name.startswith("device.")]
    assert len(loaded) > 8
    assert not [module for module in loaded if hasattr(module, "start")]


def test_a_switch_that_runs_is_not_started_twice(board):
    board.main()
    board.server.service = None
    assert board.main_by_hand() == []
    assert board.server.service is None


def test_a_switch_that_failed_can_be_started_again_from_the_prompt(board):
    board.server.raises = OSError(98)
    assert board.main() == ["main.py: OSError: 98"]
    board.server.raises = None
    assert board.main_by_hand() == ["switch: http://192.168.1.7/"]


def test_after_ctrl_c_during_boot_the_switch_waits_to_be_started(board):
    def interrupt():
        raise KeyboardInterrupt

    network.air.clear()
    machine.sleeping = interrupt
    board.boot()
    assert board.main() == []
    machine.sleeping = None
    assert board.main_by_hand() == ["switch: http://switch/"]
