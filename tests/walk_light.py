"""Auto-off and POWER_ON, through long rows of requests, resets, crashes, deploys, power cuts and
ends of the clock. Runs on CPython and MicroPython."""

from core_cases import note
from feature_board import EXCEPTION, PIN, SOFT, Board, chance
from feature_chip import PERIOD, Crash, Flash, machine

ON, OFF = b'{"on": true}', b'{"on": false}'
EVERY = 600


class Relay:
    """A board with auto-off, whose light may be on until `deadline` (ms) and no longer."""

    def __init__(self, seed, start):
        self.board = Board("auto_off", every=EVERY)
        machine.now = start
        self.board.boot(PIN)
        self.below = chance(seed)
        self.deadline = 0
        self.lit = self.offs = 0

    def pass_by(self, seconds):
        """Time passes."""
        end = machine.now + seconds * 1000
        while machine.now < end:
            machine.now += min(self.look(), end - machine.now)
        self.look()

    def look(self):
        wait = self.board.look()
        if self.board.lit:
            self.lit += 1
            assert machine.now < self.deadline, "it is on for longer than it may"
        return wait

    def asked(self):
        """Somebody asks for light or for none, in one of the ways that there are."""
        way = self.below(6)
        seconds = 1 + self.below(900) if way == 1 else EVERY
        before, until = self.deadline, machine.now + seconds * 1000
        self.deadline = max(before, until)  # it may go down before it has heard that
        if way == 0:
            self.board.put(OFF)
            assert not self.board.lit
        elif way == 1:
            self.board.put(b'{"on": true, "for_s": %d}' % seconds)
        elif way < 4:
            self.board.put(ON)
        elif way == 4:
            self.board.led.toggle()  # as the button
        else:
            self.board.led.signal.value(1)  # at the prompt, past the module
        if 0 < way < 4:
            self.deadline = until
        elif not self.board.lit:
            self.deadline = 0

    def step(self):
        """Something happens, and time passes."""
        what = self.below(10)
        crashes = self.below(3) == 0
        if crashes:
            Crash.after = self.below(6)
        try:
            if what < 4:
                self.asked()
            else:
                self.board.boot((EXCEPTION, EXCEPTION, SOFT, SOFT, PIN, 0)[what - 4])
                assert what < 9 or not self.board.lit, "power that comes switches it on"
        except Crash:
            self.board.boot(EXCEPTION)
        Crash.after = None
        self.pass_by((1, 9, 9, 11, 40, 700, 700)[self.below(7)])
        self.offs += not self.board.lit


def test_no_row_of_requests_resets_crashes_deploys_and_power_cuts_leaves_a_relay_on():
    for seed, start in enumerate((0, PERIOD - 300_000, PERIOD // 2 - 300_000)):
        relay = Relay(seed + 1, start)
        for _ in range(70):
            relay.step()
        # It is no walk where the light is always off, or on.
        assert relay.lit > 150 and relay.offs > 10
        note(b"", relay.lit)


def test_the_light_is_on_for_as_long_as_was_asked_for():
    board = Board("auto_off", every=EVERY)
    board.put(ON)
    assert board.run(400) == 400_000
    board.put(ON)
    assert board.run(1000) == 600_000
    assert b'{"on": true}' in board.put(b'{"for_s":\t30 , "on":true}\r\n')
    assert board.status.read("x", 0, 0)["off_in_s"] == 30
    assert board.run(100) == 30_000
    for body in (b'{"on": true, "for_s": 0}', b'{"on": true, "for_s": 3 0}', b'{"for_s": 9}'):
        assert b"400 for_s is" in note(body, board.put(body))[:21] and not board.lit


def test_a_restart_goes_on_with_the_time_and_a_power_cut_ends_it():
    board = Board("auto_off", every=EVERY)
    for cause in (EXCEPTION, SOFT, PIN):
        board.put(ON)
        lit = board.run(100)
        board.boot(cause)
        lit += board.run(1000)
        assert note(b"", lit) >= 580_000 and lit <= 600_000
    board.put(ON)
    board.boot(0)
    assert not board.lit and board.run(700) == 0


def test_after_any_power_cuts_the_light_is_as_it_was_or_as_it_was_just_becoming():
    for seed, used in enumerate((0, 16380, 32760)):
        below = chance(seed + 1)
        tally = b"\0" * (used // 8) + (b"\xff\xfe\xfc\xf8\xf0\xe0\xc0\x80"[used % 8 :][:1])
        board = Board("power_on", flash=Flash(tally))
        on = board.lit
        assert on == bool(used % 2)
        for _ in range(40):
            before, on = on, bool(below(2))
            board.led.set(on)
            cut = below(4) == 0
            board.flash.cut = cut
            try:
                board.run(4)
                cut = False
            except Crash:
                pass
            board.flash.cut = False
            if below(3) == 0 or cut:
                board.boot(0)
                assert board.lit in ((before, on) if cut else (on,)), (seed, before, on)
                on = board.lit
        note(b"", bytes(board.flash.data))
