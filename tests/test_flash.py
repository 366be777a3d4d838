"""make flash: the firmware reaches the board, or one line says why not."""

import functools
import os
import re
import subprocess
from pathlib import Path

import pytest
import tool_call
from firmware_images import SMALL, STANDARD, bootable, micropython
from rom_loader import ESP32_MAGIC, RomLoader

from tools import flash

# How the image's header says what size the flash chip is, in the upper half of its fourth byte.
SIZE_BITS = {1 << 20: 0x20, 2 << 20: 0x30, 4 << 20: 0x40}


def make_flash(tmp_path: Path, data: bytes, port: str) -> subprocess.CompletedProcess:
    """`make flash` of a file with this content."""
    file = tmp_path / "firmware.bin"
    file.write_bytes(data)
    return tool_call.call(flash.run, tmp_path, {**os.environ, "FIRMWARE": str(file), "PORT": port})


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch):
    """esptool tries to connect once instead of 7 times, which shortens failures only."""
    once = functools.partial(flash.detect_chip, connect_attempts=1)
    monkeypatch.setattr(flash, "detect_chip", once)


def the_error(done: subprocess.CompletedProcess) -> str:
    """The one line that a failed `make flash` ended with."""
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1 and done.stderr.endswith(lines[0] + "\n") and "; " in lines[0]
    return lines[0]


@pytest.mark.parametrize("size", SIZE_BITS)
def test_the_board_gets_the_files_bytes_with_its_own_flash_size(tmp_path, size):
    data = micropython(SMALL)
    with RomLoader(size=size) as chip:
        done = make_flash(tmp_path, data, chip.port)
    assert (done.returncode, "Hash of data verified" in done.stdout) == (0, True)
    expected = bytearray(data)
    expected[3] = SIZE_BITS[size]
    assert chip.flash[: len(data)] == expected
    assert set(chip.flash[len(data) :]) == {0xFF}  # nothing is left of what was there before
    assert chip.commands.index("erase_flash") < chip.commands.index("flash_defl_data")
    assert re.search(
        r"take GPIO0 off ground and reset.*make configure.*make deploy", done.stdout, re.S
    )
    assert "%" not in done.stdout  # progress is for terminals


def test_firmware_for_the_esp8266_that_is_not_micropython_can_be_flashed_too(tmp_path):
    data = bootable(50000)
    with RomLoader() as chip:
        done = make_flash(tmp_path, data, chip.port)
    assert done.returncode == 0
    assert chip.flash[4 : len(data)] == data[4:]


def test_on_16_megabytes_wifi_works_without_a_further_step(tmp_path):
    with RomLoader(size=16 << 20) as chip:
        done = make_flash(tmp_path, micropython(), chip.port)
    assert done.returncode == 0
    assert chip.flash[3] == SIZE_BITS[4 << 20]
    assert "Of the 16MB flash MicroPython gets 4MB" in done.stdout


def test_a_board_still_in_flash_mode_can_be_flashed_again(tmp_path):
    with RomLoader() as chip:
        for data in (micropython(), micropython()):
            assert make_flash(tmp_path, data, chip.port).returncode == 0
            assert chip.flash[4 : len(data)] == data[4:]


@pytest.mark.parametrize(
    ("size", "cure"), [(1 << 20, "variant FLASH_1M"), (1 << 19, "1 MiB or more")]
)
def test_firmware_too_big_for_the_boards_flash_leaves_the_old_one_running(tmp_path, size, cure):
    with RomLoader(size=size) as chip:
        done = make_flash(tmp_path, micropython(STANDARD), chip.port)
    assert f"needs 2048 KiB of flash, the board has {size >> 10}" in the_error(done)
    assert cure in the_error(done)
    assert "erase_flash" not in chip.commands


def test_a_board_that_is_not_in_flash_mode_says_how_to_get_there(tmp_path):
    with RomLoader(silent=True) as chip:
        error = the_error(make_flash(tmp_path, micropython(), chip.port))
    assert (
        f"{chip.port} does not answer in flash mode (" in error
        and "connect GPIO0 to ground, reset" in error
    )


def test_another_chip_on_the_port_is_not_erased(tmp_path):
    with RomLoader(magic=ESP32_MAGIC) as chip:
        error = the_error(make_flash(tmp_path, micropython(), chip.port))
    assert "has an ESP32, not an ESP8266" in error
    assert set(chip.commands) == {"sync", "read_reg"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "step", ["sync", "mem_data", "erase_flash", "flash_defl_data", "spi_flash_md5"]
)
def test_a_cable_pulled_while_flashing_ends_in_one_line(tmp_path, step):
    with RomLoader(unplug_at=step) as chip:
        error = the_error(make_flash(tmp_path, micropython(), chip.port))
    assert f"lost {chip.port} while flashing; plug it in" in error
    assert chip.commands[-1] == step


def test_flash_that_does_not_keep_what_is_written_is_noticed(tmp_path):
    with RomLoader(worn_at=0x9000) as chip:
        done = make_flash(tmp_path, bootable(50000), chip.port)
    assert "MD5 of file does not match data in flash" in the_error(done)


def test_a_port_held_by_a_serial_monitor_is_called_in_use(tmp_path):
    with RomLoader() as chip, flash.ports.open_port(chip.port):
        error = the_error(make_flash(tmp_path, micropython(), chip.port))
    assert f"{chip.port} is in use by another program" in error
    assert not chip.commands


def test_a_wrong_file_is_refused_before_the_board_is_touched(tmp_path):
    with RomLoader() as chip:
        error = the_error(make_flash(tmp_path, b"<html>", chip.port))
    assert "is a web page" in error and not chip.commands
