"""Auto-off: no reset, crash or clock leaves a light on that has a time to go off."""

import sys
import types

import machine
import micropython
import network
import pytest
from core_cases import LINES

SECOND = 1000
PERIOD = 1 << 30  # of ticks_ms
LEFT = slice(10, 14)  # in RTC memory


class Board:
    """The light, its timer and the API, from a boot on."""

    def __init__(self, monkeypatch):
        self._patch = monkeypatch
        self.queue = []
        monkeypatch.setattr(micropython, "schedule", self._schedule, raising=False)
        machine.plug_in(monkeypatch)
        network.at_home()
        self.boot()

    def _schedule(self, function, argument):
        self.queue.append(function)

    def boot(self, every=600, start=True, cause=None):
        """Reset, and boot; `every` is AUTO_OFF_S, -1 has it not loaded."""
        import device

        if cause is not None:
            machine.reset(cause)
        for name in ("led", "rtc_state", "auto_off", "api", "status", "server", "options"):
            self._patch.delitem(sys.modules, "device." + name, raising=False)
            self._patch.delattr(device, name, raising=False)
        server = types.SimpleNamespace(jobs=[], sweep=lambda: None)
        self._patch.setitem(sys.modules, "device.server", server)
        self._patch.setattr(device, "server", server, raising=False)
        from device import options, rtc_state, startup

        self.server = server
        self.options, self.rtc_state = options, rtc_state
        rtc_state.load()
        settings = types.SimpleNamespace(
            LED_PIN=2, LED_ACTIVE_LOW=False, features=[], AUTO_OFF_S=every
        )
        if every >= 0:
            settings.features.append("auto_off")
        steps = startup._Steps(None)
        steps.startup = startup.Startup()
        steps.startup.settings = settings
        steps.light()
        self.safe_mode_light = self.lit
        if start:
            from device import api, status

            status.started = status.last = machine.now
            api.start("switch", "")
            self.api = api
            if every >= 0:
                device.auto_off.start(settings)
        self.led = sys.modules["device.led"]
        return self

    @property
    def lit(self):
        """Whether the relay has power."""
        return bool(machine.pins.get(2, {}).get("level"))

    @property
    def kept(self):
        """Seconds in RTC memory."""
        return int.from_bytes(machine.memory[LEFT], "little")

    def run(self, seconds, step=SECOND):
        """Let time pass, with the jobs called when they are due -> how long it was lit, in ms."""
        lit = 0
        end = machine.now + seconds * SECOND
        while machine.now < end:
            self.look()
            passed = min(step, end - machine.now)
            lit += passed * self.lit
            machine.now += passed
        self.look()
        return lit

    def look(self):
        for job in self.server.jobs:
            wait = job(machine.now % PERIOD)
            assert wait is None or 0 < wait <= 1 << 28

    def put(self, body):
        head = b"PUT /led HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (LINES, len(body))
        return bytes(self.api.handle(head + body))

    def off_in(self):
        from device import status

        return status.read("x", 0, 0)["off_in_s"]


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


ON, OFF = b'{"on": true}', b'{"on": false}'


def test_the_light_goes_off_by_itself_and_each_on_starts_the_time_anew(board):
    board.put(ON)
    assert board.run(400) == 400 * SECOND
    board.put(ON)
    assert board.run(1000) == 600 * SECOND
    assert not board.lit and board.kept == 0 and not board.rtc_state.light


def test_the_status_tells_how_long_it_is_still_on(board):
    assert board.off_in() is None
    board.put(ON)
    assert board.off_in() == 600
    board.run(590)
    assert board.off_in() == 10
    board.put(OFF)
    assert board.off_in() is None


@pytest.mark.parametrize("every", [0, 600])
def test_a_request_may_ask_for_another_time_once(board, every):
    board.boot(every)
    assert b'{"on": true}' in board.put(b'{"on": true, "for_s": 30}')
    assert board.run(100) == 30 * SECOND
    board.put(b'{"for_s":\t86400 , "on":true}\r\n')
    assert board.run(86400, 5 * SECOND) == 86400 * SECOND and not board.lit
    board.put(ON)
    assert board.run(1000) == (every or 1000) * SECOND


def test_an_off_ends_it_and_nothing_is_due_then(board):
    board.put(b'{"on": true, "for_s": 30}')
    board.put(OFF)
    assert not board.lit and board.kept == 0
    assert [job(machine.now) for job in board.server.jobs] == [None]


def test_button_and_prompt_start_the_time_too(board):
    board.led.toggle()
    assert board.queue == [board.server.sweep], "nobody calls the timer"
    assert board.run(1000) == 600 * SECOND
    board.led.signal.value(1)  # past led.py
    assert board.run(1000) == 600 * SECOND


def test_a_full_queue_does_not_hinder_an_on(board, monkeypatch):
    def full(*_):
        raise RuntimeError("schedule queue full")

    monkeypatch.setattr(micropython, "schedule", full)
    assert b'{"on": true}' in board.put(ON)


@pytest.mark.parametrize("cause", [1, 2, 3, 4, 6], ids=lambda cause: f"cause{cause}")
def test_it_goes_on_across_a_deploy_or_a_crash_but_never_longer(board, cause):
    board.put(ON)
    lit = board.run(100)
    board.boot(cause=cause)
    assert not board.safe_mode_light, "it was on before the timer ran"
    lit += board.run(1000)
    assert 580 * SECOND <= lit <= 600 * SECOND and not board.lit


@pytest.mark.parametrize("seconds", [1, 9, 10, 11, 25])
def test_no_row_of_crashes_makes_it_longer(board, seconds):
    board.put(ON)
    lit = 0
    for _ in range(70):
        lit += board.run(seconds, 500)
        board.boot(cause=machine.EXCEPTION)
    assert lit <= 600 * SECOND and not board.lit


def test_a_crash_between_any_two_writes_of_rtc_memory_leaves_no_light_without_a_time(
    board, monkeypatch
):
    for action in (ON, OFF, b'{"on": true, "for_s": 30}'):
        for before in (ON, OFF):
            board.put(before)
            seen = []
            memory = machine.RTC.memory

            def spy(self, *data, seen=seen, memory=memory):
                if data:
                    seen.append((bytes(data[0]), board.lit))
                return memory(self, *data)

            monkeypatch.setattr(board.rtc_state, "_memory", lambda *x, spy=spy: spy(None, *x))
            monkeypatch.setattr(machine.RTC, "memory", memory)
            board.put(action)
            board.rtc_state.load()
            for kept, lit in seen:
                assert sum(kept[:16]) & 0xFF == 0
                left = int.from_bytes(kept[LEFT], "little")
                assert left or not (lit and kept[4])


def test_a_power_cut_ends_it(board):
    board.put(ON)
    machine.power_on()
    board.boot()
    assert not board.lit and board.run(10) == 0


def test_where_the_switch_does_not_start_the_light_stays_off(board):
    board.put(ON)
    board.boot(start=False, cause=machine.EXCEPTION)
    assert not board.lit
    board.led.toggle()  # the button, without a server
    assert not board.lit
    board.boot(cause=machine.SOFT_RESET)
    assert 0 < board.run(1000) <= 590 * SECOND


def test_without_its_module_a_light_that_has_a_time_goes_off(board):
    board.put(ON)
    board.boot(-1, cause=machine.SOFT_RESET)
    assert not board.lit and not board.rtc_state.light
    board.boot(cause=machine.SOFT_RESET)
    assert not board.lit


def test_a_light_that_was_on_without_a_time_gets_one(board):
    board.boot(-1)
    board.led.set(True)
    board.boot(0, cause=machine.SOFT_RESET)
    assert board.safe_mode_light and board.run(1000) == 1000 * SECOND
    board.boot(600, cause=machine.SOFT_RESET)
    assert board.run(1000) == 600 * SECOND


@pytest.mark.parametrize("start", [PERIOD - 1000, PERIOD // 2 - 1000, PERIOD - 300 * SECOND])
def test_it_goes_off_in_time_where_the_clock_begins_anew(board, start):
    machine.now = start
    board.put(ON)
    assert board.run(1000) == 600 * SECOND


def test_it_goes_off_at_once_where_nobody_looked_for_six_days(board):
    board.put(ON)
    machine.now += PERIOD // 2 + 5
    board.look()
    assert not board.lit


def test_rtc_memory_is_written_every_ten_seconds_at_most(board):
    board.put(ON)
    before = machine.writes
    board.run(500, 100)
    assert machine.writes - before <= 50
    assert 0 <= board.kept - board.off_in() <= 10


def test_the_time_leaves_the_last_error_as_it_was(board):
    board.rtc_state.record("WiFi: wrong password")
    board.put(ON)
    board.run(700)
    assert board.rtc_state.last_error() == "WiFi: wrong password"


@pytest.mark.parametrize(
    "body",
    [
        b'{"on": true, "for_s": 0}',
        b'{"on": true, "for_s": -1}',
        b'{"on": true, "for_s": 86401}',
        b'{"on": true, "for_s": 100000}',
        b'{"on": true, "for_s": 1e3}',
        b'{"on": true, "for_s": 1.5}',
        b'{"on": true, "for_s": 030}',
        b'{"on": true, "for_s": 3 0}',
        b'{"on": true, "for_s": "30"}',
        b'{"on": true, "for_s": true}',
        b'{"on": true, "for_s": null}',
        b'{"on": true, "for_s": }',
        b'{"on": true "for_s": 30}',
        b'{"on": true, "for_s": 30,}',
        b'{"on": tr ue, "for_s": 30}',
        b'{"o n": true, "for_s": 30}',
        b'{"on": true, "for_ s": 30, "for_s"}',
        b'{"on": false, "for_s": 30}',
        b'{"for_s": 30}',
        b'{"on": true, "for_s": 30, "for_s": 30}',
        b'{"on": true, "for_s": 30, "x": 1}',
        b'{"on": true, "for_s": 3\xd9\xa1}',
    ],
)
def test_another_form_of_for_s_changes_nothing_and_is_told_so(board, body):
    response = board.put(body)
    assert response.startswith(b"HTTP/1.1 400 for_s is 1 to 86400") and not board.lit
    assert board.kept == 0


def test_the_header_fields_count_as_for_any_other_put(board):
    form = b"PUT /led HTTP/1.1\r\n%sContent-Type: text/html\r\nContent-Length: 24\r\n\r\n" % LINES
    assert b" 415 " in bytes(board.api.handle(form + b'{"on":true, "for_s": 30}'))[:16]
    assert not board.lit


def test_without_auto_off_for_s_is_told_to_need_it(board):
    board.boot(-1)
    response = board.put(b'{"on": true, "for_s": 30}')
    assert response.startswith(b"HTTP/1.1 400 ") and b"for_s needs AUTO_OFF_S" in response
    assert not board.lit
