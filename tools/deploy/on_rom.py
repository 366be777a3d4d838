"""What a deploy to a board with ROMFS has to do: device/ goes as one image into flash.

The files that remain, with /device.rom, take the way of every other deploy; the image is written
before, into the half of the partition that is not in use (tools/rom.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

from mpremote.transport import TransportExecError
from mpremote.transport_serial import SerialTransport

from tools import rom
from tools.board import calls
from tools.board import on_board as on_any_board
from tools.board.transport import Transport
from tools.deploy import on_board_survey

_PARTITION = 0xB0000  # where it begins in flash (ports/esp8266/boards/esp8266_2MiB_ROMFS.ld)
_CHUNK = 256  # bytes at once, by which a sector can be divided


class Rom(NamedTuple):
    """What a board holds, and the image that it is to have: the partition's size in bytes, the
    record's lines whose images are whole, the names in flash's own folder /device, the image.
    """

    partition: int
    whole: list[rom.Line]
    on_top: list[str]
    image: bytes

    @property
    def in_use(self) -> rom.Line | None:
        """The image that the board runs from."""
        return self.whole[0] if self.whole else None

    @property
    def runs_it(self) -> bool:
        """Whether the board runs from this very image already."""
        digest = hashlib.sha256(self.image).hexdigest()
        return self.in_use is not None and self.in_use.digest == digest

    def files(self, wanted: dict[str, bytes], edits: Collection[str] = ()) -> dict[str, bytes]:
        """What is wanted as files, path -> content, the record and the manifest among it.

        With `edits`, paths in /device, the image stays as it is and these lie on top of it.
        """
        if self.runs_it or edits:
            record = "".join(map(str, self.whole)).encode()  # as it is
        else:
            record = rom.record(self.idle, self.image, self.in_use)
        return rom.as_files(wanted, record, edits)

    @property
    def idle(self) -> int:
        """Where the half begins that is not in use."""
        return 0 if self.in_use and self.in_use.start else rom.half(self.partition)


def look(board: SerialTransport, wanted: dict[str, bytes]) -> Rom:
    """Ask a board that has ROMFS, and build the image of `wanted` for it."""
    size, *lines = calls.lines(board, on_board_survey.images)
    whole = [rom.Line(int(a), int(b), c) for a, b, c in map(str.split, lines)]
    on_top = calls.lines(board, on_board_survey.on_top)
    return Rom(int(size), whole, on_top, rom.image(wanted))


def write(board: Transport, there: Rom, progress) -> None:
    """Write the image into the idle half, and compare it there."""
    image = there.image
    if len(image) > rom.half(there.partition):
        raise TransportExecError("", "OSError: 28")
    start = there.idle

    def tell(done: int, size: int) -> None:
        progress(f"writing device/ to flash: {100 * done // size} %")

    board.send(on_any_board.receive_rom, _PARTITION + start, image, _CHUNK, tell)
    found = calls.lines(board, on_board_survey.digest, (start, len(image)))
    if found != [hashlib.sha256(image).hexdigest()]:
        raise TransportExecError("", "OSError: 5")
