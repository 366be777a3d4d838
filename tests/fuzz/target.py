"""Feeds atheris, a fuzzer that follows the branches:

    python -m tests.fuzz.target                           a million inputs of each kind
    python -m tests.fuzz.target KIND [libFuzzer's options] [a folder for what leads on]

What fails is printed and kept in build/fuzz, and the exit status is not 0.
"""

import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import atheris
import pytest

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "build" / "fuzz"

sys.path[:0] = [str(HERE.parent), str(HERE.parent / "stubs")]
with atheris.instrument_imports(include=["device"]):
    from tests.fuzz import commands, messages, properties

    SWITCH = commands.Switch(pytest.MonkeyPatch())


def in_pieces(data: bytes) -> None:
    """Examine one request, in two pieces that only its bytes decide on, so it can be redone."""
    properties.examine(data, [zlib.crc32(data) % (len(data) + 1)])


KINDS: dict[str, Callable[[bytes], None]] = {
    "requests": in_pieces,
    "mdns": messages.mdns,
    "dns": messages.dns_query,
    "form": messages.form,
    "mqtt": SWITCH.mqtt_packets_come,
    "for_s": SWITCH.body_comes,
}
SEEDS = messages.SEEDS | commands.SEEDS


def folders(kind: str) -> tuple[Path, Path]:
    """Where to keep what it finds worth keeping, and what it begins with."""
    grown, seeds = KEPT / kind, KEPT / f"{kind}-seeds"
    grown.mkdir(parents=True, exist_ok=True)
    if kind not in SEEDS:
        return grown, HERE / "corpus"
    seeds.mkdir(exist_ok=True)
    for number, data in enumerate(SEEDS[kind]):
        (seeds / str(number)).write_bytes(data)
    return grown, seeds


def fuzz(kind: str, arguments: list[str]) -> None:
    """Run the fuzzer, which ends the process."""
    grown, seeds = folders(kind)
    options = [f"-artifact_prefix={KEPT}/", "-max_len=2048", "-seed=1", "-runs=1000000"]
    if kind == "requests":
        options.append(f"-dict={HERE / 'tokens.dict'}")
    if all(argument.startswith("-") for argument in arguments):
        arguments = [*arguments, str(grown)]  # the first folder gets what it finds
    atheris.Setup([sys.argv[0], *options, *arguments, str(seeds)], KINDS[kind])
    atheris.Fuzz()


def main() -> int:
    """Fuzz what the command line says, or all, until one fails."""
    if sys.argv[1:]:
        fuzz(sys.argv[1], sys.argv[2:])
    for kind in KINDS:
        print(f"fuzzing {kind}", flush=True)
        if status := subprocess.call([sys.executable, "-m", "tests.fuzz.target", kind]):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
