"""main.py: the switch starts, or a line says why not, and the prompt stays alive."""

import sys
import types

import machine
import network
import pytest
from boot_rig import SETTINGS, Board


class Server:
    """Stands in for device.server.Server: answers what a test asks."""

    calls_back = True
    raises = None

    def __init__(self, answer, on_served):
        self.answer, self._on_served = answer, on_served
        self.requests = self.rejected = self.sweeps = 0
        self.ran = False
        Server.made = self

    def start(self):
        if self.raises:
            raise self.raises
        return self.calls_back

    def run(self):
        self.ran = True

    def sweep(self):
        self.sweeps += 1

    def serve(self, request):
        response = bytes(self.answer(request))
        self.requests += 1
        self._on_served()
        return response


@pytest.fixture
def board(monkeypatch, tmp_path, capsys):
    machine.plug_in(monkeypatch)
    network.at_home()
    board = Board(monkeypatch, tmp_path, capsys)
    board.boot()
    board.stand_in("device.server", types.SimpleNamespace(Server=Server))
    monkeypatch.setattr(Server, "calls_back", True)
    monkeypatch.setattr(Server, "raises", None)
    return board


def press():
    machine.now += 100
    machine.drive(0, 0)
    machine.now += 100
    machine.drive(0, 1)


def crash(board, times):
    for _ in range(times):
        machine.reset(machine.EXCEPTION)
        network.reset()
        board.boot()


def test_the_switch_serves_and_the_prompt_comes_with_its_address(board):
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b'{"on": false}' in Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert not Server.made.ran


def test_where_nothing_calls_back_the_switch_serves_in_the_foreground(board, monkeypatch):
    monkeypatch.setattr(Server, "calls_back", False)
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert Server.made.ran


def test_without_wifi_the_switch_starts_and_tells_its_name(board):
    network.air.clear()
    assert board.main() == ["switch: http://switch/"]


def test_the_button_and_the_page_switch_the_same_light(board):
    board.main()
    press()
    assert b'{"on": true}' in Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert machine.pins[2]["level"] == 0
    assert Server.made.sweeps > 0


def test_the_status_has_the_servers_counts(board):
    board.main()
    Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert b'"requests": 1' in Server.made.serve(b"GET /status HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_the_password_of_the_settings_is_asked_for(board):
    board.write_settings(SETTINGS + 'HTTP_PASSWORD = "hunter2"')
    board.boot()
    board.stand_in("device.server", types.SimpleNamespace(Server=Server))
    board.main()
    assert b" 401 " in Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_three_crashes_in_a_row_leave_the_switch_off_and_say_why(board):
    crash(board, 3)
    assert board.main() == [
        "switch: off (crash by exception, 3 in a row); mend it and reset the board"
    ]


def test_a_served_request_forgives_the_crashes_before_it(board):
    crash(board, 2)
    board.stand_in("device.server", types.SimpleNamespace(Server=Server))
    board.main()
    Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    crash(board, 1)
    assert board.retained().crashes == 1


def test_our_access_point_goes_at_a_request_once_the_network_is_back(board):
    network.air.clear()
    board.write_settings(SETTINGS + 'AP_PASSWORD = "12345678"')
    board.boot()
    board.stand_in("device.server", types.SimpleNamespace(Server=Server))
    assert board.main() == ["switch: http://192.168.4.1/"]
    network.air["home"] = "correct horse"
    Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")
    assert network.active == [True, False]


def test_what_only_booting_needs_leaves_the_heap(board):
    board.main()
    assert not {"device.config", "device.safe_mode", "device.wifi"} & set(sys.modules)


def test_a_switch_that_runs_is_not_started_twice(board):
    board.main()
    first = Server.made
    assert board.main() == []
    assert Server.made is first


def test_a_switch_that_failed_can_be_started_again_from_the_prompt(board, monkeypatch):
    monkeypatch.setattr(Server, "raises", OSError(98))
    assert board.main() == ["main.py: OSError: 98"]
    monkeypatch.setattr(Server, "raises", None)
    assert board.main() == ["switch: http://192.168.1.7/"]


@pytest.mark.parametrize("module", ["api", "server", "status", "http"])
def test_with_a_module_of_the_server_missing_the_button_works_and_the_line_names_it(board, module):
    board.stand_in("device." + module, None)
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line
    press()
    assert machine.pins[2]["level"] == 0
    assert board.last_error() == line[:122]


@pytest.mark.parametrize("module", ["switch", "led", "button", "retained", "safe_mode", "config"])
def test_with_any_other_module_missing_the_prompt_comes_with_a_line(board, module):
    board.lose_modules()
    board.stand_in("device." + module, None)
    (line,) = board.main()
    assert line.startswith("main.py: ") and "device." + module in line


def test_without_the_baked_page_the_api_serves(board):
    board.stand_in("device.pages", None)
    assert board.main() == ["switch: http://192.168.1.7/"]
    assert b"200 OK" in Server.made.serve(b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n")


def test_after_ctrl_c_during_boot_the_switch_waits_to_be_started(board):
    assert board.main(boot_interrupted=True) == []
    assert board.main(boot_interrupted=False) == ["switch: http://192.168.1.7/"]
