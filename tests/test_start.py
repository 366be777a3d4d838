"""main.py: the switch starts, or a line says why not, and the prompt stays alive."""

import sys

import machine
import network
import pytest
from boot_rig import SETTINGS, Board, Server

from tools.boot_only import boot_only


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    board = Board(monkeypatch, tmp_path, capsys)
    boot(board)
    return board


def boot(board, missing=()):
    board.server = Server()
    return board.boot(missing=missing, server=board.server)


class Setup:
    """Stands in for device/setup.py."""

    settings = None

    def start(self, settings):
        self.settings = settings


def press():
    machine.now += 100
    machine.drive(0, 0)
    machine.now += 100
    machine.drive(0, 1)


def crash(board, times):
    for _ in range(times):
        machine.reset(machine.EXCEPTION)
        network.reset()
        boot(board)


def test_the_switch_serves_and_the_prompt_comes_with_its_address(board):
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b'{"on": false}' in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_without_wifi_the_switch_starts_and_tells_its_name(board):
    network.air.clear()
    assert board.main() == ["switch: http://switch/"]


def test_the_button_and_the_page_switch_the_same_light(board):
    board.main()
    press()
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
    boot(board)
    board.main()
    assert b" 401 " in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_three_crashes_in_a_row_leave_the_switch_off_and_say_why(board):
    crash(board, 3)
    assert board.main() == [
        "switch: off (crash by exception, 3 in a row); mend it and reset the board"
    ]


def test_a_served_request_forgives_the_crashes_before_it(board):
    crash(board, 2)
    board.main()
    board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    crash(board, 1)
    assert board.rtc_state().crashes == 1


@pytest.fixture
def setup(board):
    """setup(gone, password): boots without the network -> whether the setup page was started."""

    def setup(gone, password="12345678"):
        network.air.clear()
        board.write_settings(SETTINGS + f"AP_PASSWORD = {password!r}")
        if gone:
            board.rtc_state().set(15, 1)  # as ap_watch.py does before it restarts the board
        boot(board)
        page = Setup()
        board.stand_in("device.setup", page)
        board.main()
        return page.settings is not None

    return setup


def test_the_setup_page_is_there_after_two_minutes_without_the_network(setup):
    assert not setup(gone=False) and "device.ap_watch" in sys.modules
    assert setup(gone=True) and network.active[1]
    assert not setup(gone=False)  # any other reset begins anew


def test_the_setup_page_is_there_at_once_where_no_network_is_known(board):
    network.new_chip()
    network.active[1] = False
    board.write_settings('PASS = "letmein"\nAP_PASSWORD = "12345678"')
    boot(board)
    page = Setup()
    board.stand_in("device.setup", page)
    assert board.main() == []
    assert page.settings.networks == []


def test_without_a_password_for_the_access_point_nothing_of_setup_is_loaded(setup):
    assert not setup(gone=False, password="") and "device.ap_watch" not in sys.modules
    assert not setup(gone=True, password="") and not network.active[1]


def test_without_the_setup_page_the_switch_serves_and_says_so(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    board.rtc_state().set(15, 1)
    boot(board, missing=["device.setup"])
    line, address = board.main()
    assert line.startswith("switch: setup is off: ") and address == "switch: http://4.3.2.1/"
    network.air["home"] = "correct horse"
    machine.now += network.join_ms
    board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert network.active == [True, False]


def test_our_access_point_goes_in_safe_mode_too(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    crash(board, 3)
    board.main()
    assert network.active == [True, True]
    network.air["home"] = "correct horse"
    machine.now += network.join_ms
    board.server.check()  # as when somebody comes to WebREPL
    assert network.active == [True, False]


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


@pytest.mark.parametrize("module", ["api", "server", "status", "http"])
def test_with_a_module_of_the_server_missing_the_button_works_and_the_line_names_it(board, module):
    boot(board, missing=["device." + module])
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line
    press()
    assert machine.pins[2]["level"] == 0
    assert board.last_error() == line[:112]


@pytest.mark.parametrize("module", ["switch", "led", "button", "rtc_state"])
def test_with_any_other_module_missing_the_prompt_comes_with_a_line(board, module):
    boot(board, missing=["device." + module])
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line


@pytest.mark.parametrize("module", ["startup", "config"])
def test_without_what_starting_needs_boots_line_says_so_and_the_prompt_comes(board, module):
    (line,) = boot(board, missing=["device." + module])
    assert "device." + module in line
    assert board.main() == []


def test_with_a_broken_pin_the_switch_stays_off_and_says_why(board):
    machine.broken.add("Pin")
    boot(board)
    (line,) = board.main()
    assert line.startswith("switch: off (light: OSError")
    assert board.server.service is None


def test_without_the_baked_page_the_api_serves(board):
    board.stand_in("device.pages", None)
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b"200 OK" in board.server.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_after_ctrl_c_during_boot_the_switch_waits_to_be_started(board):
    def interrupt():
        raise KeyboardInterrupt

    network.air.clear()
    machine.sleeping = interrupt
    boot(board)
    assert board.main() == []
    machine.sleeping = None
    assert board.main_by_hand() == ["switch: http://switch/"]
