"""Power lost at every step of a deploy: the board has the old set or the new one, and serves."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from deploy_rig import BLANK, KINDS, Files, Target, changed, files_in, module, old_and_new
from mpremote.transport_serial import SerialTransport

from tools.errors import UserError
from tools.virtual_board.chip import Chip
from tools.virtual_board.flash import SECTOR

Operation = tuple[int, bytes]


def watch_flash(target: Target) -> list[Operation]:
    """The flash operations from now on, (address, data); data is b"" for an erase."""
    operations: list[Operation] = []

    def watch(chip: Chip) -> None:
        program, erase = chip.flash.program, chip.flash.erase

        def programmed(address: int, data: bytes) -> None:
            operations.append((address, bytes(data)))
            program(address, data)

        def erased(address: int) -> None:
            operations.append((address, b""))
            erase(address)

        chip.flash.program, chip.flash.erase = programmed, erased

    target.board.do(watch)
    return operations


def carry_out(content: bytearray, address: int, data: bytes, half: bool = False) -> None:
    """Do to `content` what an operation does to the flash, see tools/virtual_board/flash.py."""
    if data:
        old = content[address : address + len(data)]
        new = bytes(a & b for a, b in zip(old, data))
    else:
        new = b"\xff" * SECTOR
    if half:
        new = new[: len(new) // 2]
    content[address : address + len(new)] = new


def contents(content: bytes, operations: list[Operation]) -> Iterator[bytes]:
    """The flash with power lost in the middle of each operation, one after the other; its end."""
    flash = bytearray(content)
    for address, data in operations:
        lost = bytearray(flash)
        carry_out(lost, address, data, half=True)
        yield bytes(lost)
        carry_out(flash, address, data)
    yield bytes(flash)


def walk(before: bytes, operations: list[Operation], old: Files, new: Files) -> list[bytes]:
    """Check the flash at every cut; those contents of which the next boot makes the new set."""
    to_boot: list[bytes] = []
    for n, content in enumerate(contents(before, operations)):
        found, recorded = files_in(content)
        if recorded:
            to_boot.append(content)
        else:
            assert found == (new if to_boot else old), f"cut {n} of {len(operations)}"
    assert len(to_boot) > 5 and found == new
    return to_boot


@pytest.mark.parametrize("kind", KINDS)
def test_power_lost_in_any_write_leaves_the_old_set_or_makes_way_for_the_new(
    files: Files, make_target: Callable[..., Target], kind: str
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)
    before, operations = target.flash(), watch_flash(target)
    assert target.deploy(kind, new)[0] == 0
    assert target.files() == new

    def boot(content: bytes) -> None:
        again = make_target(content)
        assert again.serves() and again.files() == new
        again.close()

    to_boot = walk(before, operations, old, new)
    with ThreadPoolExecutor(2) as pool:
        # Over WiFi the flash goes through the same: there, a few will do.
        list(pool.map(boot, to_boot if kind == "PORT" else to_boot[::4]))


def test_power_lost_in_a_first_deploy_leaves_the_board_as_it_was_or_makes_way_for_ours(
    files: Files, make_target: Callable[..., Target]
) -> None:
    target = make_target(BLANK)
    old = target.files()
    assert list(old) == ["/boot.py"]
    some = {name: files[f"/{name}"] for name in ("boot.py", "main.py", "webrepl_cfg.py")}
    new = changed({}, **some, **{"device/led.mpy": module("a = 1")})
    before, operations = target.flash(), watch_flash(target)
    with pytest.raises(UserError, match="the switch does not run"):
        target.deploy("PORT", new)

    def boot(content: bytes) -> bool:
        again = make_target(content)
        found, recorded = files_in(again.flash())
        # The firmware's own boot.py finishes nothing; ours is the first to be put in its place.
        assert found == (old if recorded else new)
        again.close()
        return recorded

    with ThreadPoolExecutor(2) as pool:
        stayed = list(pool.map(boot, walk(before, operations, old, new)))
    assert stayed == sorted(stayed, reverse=True) and not all(stayed)


@pytest.mark.parametrize("kind", KINDS)
def test_who_loses_power_meanwhile_is_told_in_one_line_and_deploys_again(
    files: Files, make_target: Callable[..., Target], kind: str
) -> None:
    old, new = old_and_new(files)
    target = make_target(old)

    def goes_with_the_power(transport: SerialTransport) -> None:
        """As a port on USB does."""
        read = transport.serial.read

        def read_or_fail(n: int = 1) -> bytes:
            end = time.monotonic() + transport.serial.timeout
            while transport.serial.in_waiting < n and time.monotonic() < end:
                if not target.board.chip.powered:
                    raise OSError(5, "Input/output error")
                time.sleep(0.002)
            return read(n)

        if kind == "PORT":
            transport.serial.read = read_or_fail

    def cut_after(operations: int | None) -> None:
        target.board.do(lambda chip: setattr(chip.flash, "cut_after", operations))

    for cut in (0, 20, 45):
        cut_after(cut)
        with pytest.raises(UserError, match="run the same command again") as raised:
            target.deploy(kind, new, goes_with_the_power)
        assert "\n" not in str(raised.value)
        cut_after(None)
        target.board.start()
        assert target.serves() and target.files() == (old if cut < 40 else new)
    assert target.deploy(kind, old)[0] == 0
    assert target.files() == old
