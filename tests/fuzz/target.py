"""Feeds atheris, a fuzzer that follows the branches, what properties.py examines:

    python -m tests.fuzz.target [libFuzzer's options] [a folder for what leads to new branches]

a million requests made of corpus/ and tokens.dict, if not told otherwise. What fails is printed
and kept in build/fuzz, and the exit status is not 0.
"""

import sys
import zlib
from pathlib import Path

import atheris

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "build" / "fuzz"
GROWN = KEPT / "grown"

sys.path[:0] = [str(HERE.parent), str(HERE.parent / "stubs")]
with atheris.instrument_imports(include=["device"]):
    from device import api, http  # noqa: F401
from tests.fuzz.properties import examine  # noqa: E402


def examine_in_pieces(data):
    """Examine one input, in two pieces that only its bytes decide on, so that it can be redone."""
    examine(data, [zlib.crc32(data) % (len(data) + 1)])


def main():
    """Run the fuzzer, which ends the process."""
    GROWN.mkdir(parents=True, exist_ok=True)
    options = [
        f"-dict={HERE / 'tokens.dict'}",
        f"-artifact_prefix={KEPT}/",
        "-max_len=2048",
        "-seed=1",
        "-runs=1000000",
    ]
    # What it finds worth keeping goes to the first of the folders.
    folders = [HERE / "corpus"]
    if all(argument.startswith("-") for argument in sys.argv[1:]):
        folders.insert(0, GROWN)
    atheris.Setup([sys.argv[0], *options, *sys.argv[1:], *map(str, folders)], examine_in_pieces)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
