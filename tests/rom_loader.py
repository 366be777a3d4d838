"""A stand-in ESP8266 in flash mode: a pty behind which the ROM loader's protocol is spoken.

The real esptool syncs with it, identifies the chip, loads its stub into RAM, then erases, writes
and checks the flash, all as on a chip; once the stub has "started" this stands in for the stub
too. Protocol: Espressif, "Serial Protocol" (esptool's documentation), esptool/loader.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pty
import struct
import threading
import tty
import zlib

ESP8266_MAGIC = 0xFFF0C101
ESP32_MAGIC = 0x00F01D83
_MAGIC_REGISTER = 0x40001000
_SPI_COMMAND, _SPI_USER2, _SPI_DATA = 0x60000200, 0x60000224, 0x60000240
_SPI_START = 1 << 18
_READ_FLASH_ID = 0x9F
_SECTOR = 4096

# Two status bytes end every answer; codes from the protocol's table of errors.
_OK, _INVALID_MESSAGE, _BAD_CHECKSUM = b"\x00\x00", b"\x01\x05", b"\x01\x07"

_COMMANDS = {
    0x02: "flash_begin",
    0x03: "flash_data",
    0x04: "flash_end",
    0x05: "mem_begin",
    0x06: "mem_end",
    0x07: "mem_data",
    0x08: "sync",
    0x09: "write_reg",
    0x0A: "read_reg",
}
_STUB_COMMANDS = {
    0x0B: "spi_set_params",
    0x10: "flash_defl_begin",
    0x11: "flash_defl_data",
    0x12: "flash_defl_end",
    0x13: "spi_flash_md5",
    0xD0: "erase_flash",
}


class RomLoader(threading.Thread):
    """A chip on the serial port `self.port` for the length of a `with` block.

    size: of its flash, in bytes. magic: the chip it says it is. silent: powered, but not in flash
    mode. unplug_at: the command at which its cable is pulled. worn_at: the flash address of a
    byte that can be erased but no longer written.
    Look afterwards at `flash` (its content) and `commands` (their names, in order).
    """

    def __init__(
        self,
        size: int = 4 << 20,
        magic: int = ESP8266_MAGIC,
        silent: bool = False,
        unplug_at: str = "",
        worn_at: int | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.flash = bytearray(size)  # zeros, as left by other firmware: useless until erased
        self.commands: list[str] = []
        self._silent, self._unplug_at, self._worn_at = silent, unplug_at, worn_at
        self._registers = {_MAGIC_REGISTER: magic}
        self._stub_runs = False
        self._inflate = zlib.decompressobj()
        self._write_at = 0
        self._board, self._cable = pty.openpty()
        tty.setraw(self._cable)
        self.port = os.ttyname(self._cable)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        # With the last opener of the cable gone, the board's next read fails and ends the thread.
        self._close("_cable")
        self.join(10)
        self._close("_board")

    def _close(self, end: str) -> None:
        """Close that end of the line once: its number may soon be another file's."""
        if getattr(self, end) >= 0:
            os.close(getattr(self, end))
            setattr(self, end, -1)

    def run(self) -> None:
        stream = b""
        with contextlib.suppress(OSError):
            while True:
                stream += os.read(self._board, 65536)
                *packets, stream = stream.split(b"\xc0")
                for packet in packets:
                    if packet and not self._silent:
                        self._serve(
                            packet.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                        )

    def _serve(self, packet: bytes) -> None:
        _request, code, _length, checksum = struct.unpack_from("<BBHI", packet)
        data = packet[8:]
        name = _COMMANDS.get(code) or (self._stub_runs and _STUB_COMMANDS.get(code))
        if not name:
            return self._answer(code, reply=_INVALID_MESSAGE)
        self.commands.append(name)
        if name == self._unplug_at:
            # The other end stays open, so that nobody else's terminal gets this one's number.
            self._close("_board")
            raise OSError("unplugged")
        if name.endswith("_data") and _checksum_of(data[16:]) != checksum:
            return self._answer(code, reply=_BAD_CHECKSUM)
        if hasattr(self, "_" + name):
            getattr(self, "_" + name)(code, data)
        else:
            self._answer(code)

    def _answer(self, code: int, reply: bytes = _OK, value: int = 0) -> None:
        self._send(struct.pack("<BBHI", 1, code, len(reply), value) + reply)

    def _send(self, packet: bytes) -> None:
        escaped = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        os.write(self._board, b"\xc0" + escaped + b"\xc0")

    def _sync(self, code: int, _data: bytes) -> None:
        for _ in range(8):  # as many as the ROM sends; a value of 0 says that the stub runs
            self._answer(code, value=0 if self._stub_runs else 0x20120707)

    def _read_reg(self, code: int, data: bytes) -> None:
        self._answer(code, value=self._registers.get(struct.unpack("<I", data)[0], 0))

    def _write_reg(self, code: int, data: bytes) -> None:
        address, value = struct.unpack_from("<II", data)
        self._registers[address] = value
        if address == _SPI_COMMAND and value & _SPI_START:
            self._registers[_SPI_COMMAND] = 0
            if self._registers[_SPI_USER2] & 0xFF == _READ_FLASH_ID:
                capacity = len(self.flash).bit_length() - 1  # JEDEC: a power of two
                self._registers[_SPI_DATA] = capacity << 16 | 0x40EF
        self._answer(code)

    def _mem_end(self, code: int, data: bytes) -> None:
        self._answer(code)
        if struct.unpack("<II", data)[1]:  # the address to start at
            self._stub_runs = True
            self._send(b"OHAI")

    def _erase_flash(self, code: int, _data: bytes) -> None:
        self._erase(0, len(self.flash))
        self._answer(code)

    def _flash_begin(self, code: int, data: bytes) -> None:
        size, _blocks, _block_size, self._write_at = struct.unpack_from("<IIII", data)
        end = self._write_at + size
        self._erase(self._write_at, end + -end % _SECTOR)
        self._inflate = zlib.decompressobj()
        self._answer(code)

    _flash_defl_begin = _flash_begin

    def _flash_data(self, code: int, data: bytes) -> None:
        self._program(data[16:])
        self._answer(code)

    def _flash_defl_data(self, code: int, data: bytes) -> None:
        self._program(self._inflate.decompress(data[16:]))
        self._answer(code)

    def _spi_flash_md5(self, code: int, data: bytes) -> None:
        address, size = struct.unpack_from("<II", data)
        digest = hashlib.md5(self.flash[address : address + size]).digest()
        self._answer(code, reply=digest + _OK)

    def _erase(self, start: int, end: int) -> None:
        self.flash[start:end] = b"\xff" * (end - start)

    def _program(self, data: bytes) -> None:
        for at, byte in enumerate(data, self._write_at):
            if at != self._worn_at:
                self.flash[at] &= byte  # NOR flash: writing clears bits and sets none
        self._write_at += len(data)


def _checksum_of(data: bytes) -> int:
    checksum = 0xEF
    for byte in data:
        checksum ^= byte
    return checksum
