"""tools/recording.py: what the recorder keeps of a session."""

import pytest

from tools import recording
from tools.errors import UserError


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "_PAUSE", 0)
    monkeypatch.setattr(recording, "_KEY", 0.01)
    with recording.Terminal(tmp_path) as made:
        yield made


def test_what_was_typed_and_what_it_printed_is_recorded_in_order(terminal):
    terminal.run("echo $((6 * 7))", "42")
    terminal.run("echo behind; sleep 60", "behind")
    shown = "".join(text for _, _, text in terminal.events)
    assert shown == "$ echo $((6 * 7))\r\n42\r\n$ echo behind; sleep 60\r\nbehind\r\n"
    times = [when for when, _, _ in terminal.events]
    assert times == sorted(times)


def test_a_command_that_fails_ends_the_recording_with_its_error(terminal):
    with pytest.raises(UserError, match="error: port 8080 is in use"):
        terminal.run("echo error: port 8080 is in use; false", "ready")
