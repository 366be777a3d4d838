import re

import pytest
from esptool.bin_image import ESP32C3FirmwareImage, ESP32FirmwareImage
from firmware_images import bootable, micropython, other_chip

from tools import flash
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


@pytest.mark.parametrize("kind", UNFIT)
def test_a_file_that_no_esp8266_can_run_is_refused(tmp_path, kind, capsys):
    data, why = UNFIT[kind]
    file = tmp_path / "firmware.bin"
    file.write_bytes(data)
    with pytest.raises(UserError) as error:
        flash.check_image(file)
    assert why in str(error.value)
    assert str(error.value).startswith(f"{file} is ")
    assert f"(the board was not touched); get the .bin from {flash.DOWNLOAD}" in str(error.value)
    assert capsys.readouterr() == ("", "")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        UserError, match=r"cannot read .*gone.bin \(No such file.*; correct FIRMWARE="
    ):
        flash.check_image(tmp_path / "gone.bin")
    with pytest.raises(UserError, match="Is a directory"):
        flash.check_image(tmp_path)


def test_without_a_file_it_says_where_to_get_the_one_that_fits(monkeypatch, capsys):
    monkeypatch.delenv("FIRMWARE", raising=False)
    with pytest.raises(UserError, match="no firmware given; run make flash FIRMWARE="):
        flash.run()
    out = capsys.readouterr().out
    assert "https://micropython.org/download/ESP8266_GENERIC/" in out
    assert re.search("2 MiB.*standard.*\n.*1 MiB.*FLASH_1M.*\n.*512 KiB.*none", out)
