"""make flash checks the file before it erases anything."""

import pytest
from esptool.bin_image import ESP32C3FirmwareImage, ESP32FirmwareImage
from firmware_images import bootable, micropython, other_chip

from tools import flash_image
from tools.errors import UserError

CUT = micropython()
OTHER = bootable()
V2 = b"\xea" + bootable()[1:]
UNFIT = {
    "empty": (b"", "is empty"),
    "web page": (b"\n<!DOCTYPE html><html>404", "is a web page"),
    "elf": (b"\x7fELF" + bytes(100), "is an ELF file"),
    "zip": (b"PK\3\4" + bytes(100), "starts with 0x50, not 0xe9"),
    "over-the-air image": (V2, "starts with 0xea"),
    "esp32": (other_chip(ESP32FirmwareImage, 0), "is an image for ESP32, not"),
    "esp32-c3": (other_chip(ESP32C3FirmwareImage, 5), "is an image for ESP32-C3, not"),
    "a few bytes": (CUT[:5], "damaged or cut short"),
    "a header": (CUT[:8], "damaged or cut short"),
    "half a segment": (CUT[:2000], "damaged or cut short"),
    "no checksum": (bootable()[:-1], "damaged or cut short"),
    "half a download": (CUT[:50000], "damaged or cut short"),
    "all that the ROM loads": (CUT[:36863], "damaged or cut short"),
    "all but a byte": (CUT[:-1], "damaged or cut short"),
    "flipped bit in code": (bytes([*CUT[:100], CUT[100] ^ 1, *CUT[101:]]), "damaged"),
    "flipped bit in other firmware": (
        bytes([*OTHER[:100], OTHER[100] ^ 1, *OTHER[101:]]),
        "damaged",
    ),
    "rubbish for a size": (OTHER[:12] + b"\xff" * 500, "damaged or cut short"),
    "flipped bit beyond": (bytes([*CUT[:60000], CUT[60000] ^ 1, *CUT[60001:]]), "damaged"),
    "no file system": (micropython(b"ESP module (512K) with ESP8266"), "has no file system"),
}

OLD = {
    b"MicroPython v1.8.5": "is MicroPython 1.8:",
    b"MicroPython v1.9.4-8-ga9a3caad0": "is MicroPython 1.9:",
    b"MicroPython v1.22.2": "is MicroPython 1.22:",
    b"Adafruit CircuitPython 3.1.2": "is CircuitPython:",
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_file_that_no_esp8266_can_run_is_refused(tmp_path, kind, capsys):
    data, why = UNFIT[kind]
    file = tmp_path / "firmware.bin"
    file.write_bytes(data)
    with pytest.raises(UserError) as error:
        flash_image.check_image(file)
    assert why in str(error.value)
    assert str(error.value).startswith(f"{file} is ")
    cure = f"(the board was not touched); get the .bin from {flash_image.DOWNLOAD}"
    assert cure in str(error.value)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("system", OLD)
def test_firmware_that_the_switch_cannot_run_on_is_refused_with_the_oldest_that_will_do(
    tmp_path, system
):
    file = tmp_path / "firmware.bin"
    file.write_bytes(micropython(system=system))
    with pytest.raises(UserError, match="the switch needs MicroPython 1.23 or later") as error:
        flash_image.check_image(file)
    assert f"{file} {OLD[system]}" in str(error.value)


@pytest.mark.parametrize(
    "system", [b"MicroPython v1.23.0", b"MicroPython (with v2.0 preview) v1.30.0-preview", b""]
)
def test_firmware_that_will_do_or_does_not_tell_its_version_is_taken(tmp_path, system):
    file = tmp_path / "firmware.bin"
    file.write_bytes(micropython(system=system))
    assert flash_image.check_image(file) == file.read_bytes()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        UserError, match=r"cannot read .*gone.bin \(No such file.*; correct FIRMWARE="
    ):
        flash_image.check_image(tmp_path / "gone.bin")
    with pytest.raises(UserError, match="Is a directory"):
        flash_image.check_image(tmp_path)
