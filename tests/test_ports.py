"""The serial port: found, opened, or one line says why not."""

import errno
import os
import pty
from types import SimpleNamespace

import pytest
import serial

from tools import ports
from tools.errors import UserError


@pytest.fixture
def plugged(monkeypatch):
    """Make these (device, description, USB vendor id) the serial ports of the machine."""

    def plug(*found: tuple[str, str, int | None]) -> None:
        listed = [SimpleNamespace(device=d, description=t, vid=v) for d, t, v in found]
        monkeypatch.setattr(ports.list_ports, "comports", lambda: listed)

    monkeypatch.delenv("PORT", raising=False)
    plug()
    return plug


@pytest.fixture
def line():
    """A serial port that works: the name of a pty."""
    board, cable = pty.openpty()
    yield os.ttyname(cable)
    os.close(cable)
    os.close(board)


def test_the_only_board_is_found_among_ports_that_are_none(plugged):
    plugged(("/dev/ttyS0", "n/a", None), ("/dev/ttyUSB0", "CP2102", 0x10C4))
    assert ports.find() == "/dev/ttyUSB0"


def test_port_names_a_board_whatever_is_plugged_in(plugged, monkeypatch):
    plugged(("/dev/ttyUSB0", "CP2102", 0x10C4))
    monkeypatch.setenv("PORT", "/dev/ttyUSB7")
    assert ports.find() == "/dev/ttyUSB7"
    assert ports.find("/dev/ttyACM3") == "/dev/ttyACM3"


def test_no_board_says_to_look_at_the_cable(plugged):
    plugged(("/dev/ttyS0", "n/a", None))
    with pytest.raises(UserError, match=r"no board found.*; plug it in with a cable.*PORT="):
        ports.find()


def test_several_boards_are_listed_to_choose_from(plugged):
    plugged(("/dev/ttyUSB1", "CH340", 0x1A86), ("/dev/ttyUSB0", "CP2102", 0x10C4))
    with pytest.raises(UserError) as error:
        ports.find()
    assert "/dev/ttyUSB0 (CP2102), /dev/ttyUSB1 (CH340)" in str(error.value)
    assert str(error.value).endswith("choose one, such as PORT=/dev/ttyUSB0")


def test_a_port_that_is_not_there_is_named_beside_those_that_are(plugged):
    plugged(("/dev/ttyUSB1", "CH340", 0x1A86))
    with pytest.raises(UserError, match=r"no serial port /dev/ttyUSB9 \(found: /dev/ttyUSB1"):
        ports.open_port("/dev/ttyUSB9")


def test_a_port_held_by_another_program_is_called_in_use(line):
    with ports.open_port(line):
        with pytest.raises(UserError, match=f"{line} is in use by another program; close"):
            ports.open_port(line)
    ports.open_port(line).close()


def test_a_file_that_is_no_serial_port_is_refused(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UserError, match="does not work as a serial port.*; check PORT="):
        ports.open_port(str(file))


def test_a_scheme_that_pyserial_does_not_know_is_refused():
    with pytest.raises(UserError, match="does not work as a serial port"):
        ports.open_port("nonsense://board")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            serial.SerialException(errno.EACCES, "Permission denied"),
            "no permission.*usermod -a -G",
        ),
        (serial.SerialException(errno.EBUSY, "busy"), "in use"),
        # as pyserial puts it on Windows
        (serial.SerialException("could not open: PermissionError(13, 'Access is"), "in use"),
        (serial.SerialException("could not open: FileNotFoundError(2, 'The"), "no serial port"),
    ],
)
def test_each_cause_of_a_port_that_does_not_open_has_its_own_cure(line, plugged, error, told):
    with pytest.raises(UserError, match=told):
        raise ports.explain(line, error)


def test_a_library_that_hides_the_cause_does_not_hide_it_from_the_user(line, plugged):
    assert "no serial port /dev/ttyUSB9" in str(ports.diagnose("/dev/ttyUSB9"))
    assert "can be now" in str(ports.diagnose(line))
