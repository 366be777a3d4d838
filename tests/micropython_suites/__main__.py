"""`make test-micropython`: MicroPython's own tests on virtual boards, as on boards at a port.

Environment: MICROPYTHON, a checkout of MicroPython; SUITES, what to run of it: names of suites, or
files of one as in `basics/list*.py` (all suites). docs/virtual-board.md says which version has
which suites, and names every test that fails, with the reason. It ends with status 1 where
another one failed.
"""

import collections
import os
import re
import tempfile
from pathlib import Path

from tools.errors import UserError, main

from . import language, pairs, remote
from .rig import Checkout

ROOT = Path(__file__).resolve().parents[2]
_DOCUMENT = ROOT / "docs" / "virtual-board.md"
_LANGUAGE = "basics micropython misc import io extmod net_hosted".split()
_RUNNERS = {
    **dict.fromkeys(_LANGUAGE, language.run),
    "multi_net": pairs.run,
    "mpremote": remote.run,
}


def _checkout() -> Checkout:
    path = Path(os.environ.get("MICROPYTHON") or "micropython").resolve()
    if not (path / "tests" / "run-tests.py").exists():
        raise UserError(
            f"{path} is no checkout of MicroPython", "name one with MICROPYTHON=path/to/checkout"
        )
    return Checkout(path)


def _suites() -> list[tuple[str, str]]:
    """(suite, which of its files) for each word of SUITES."""
    words = os.environ.get("SUITES", "").split() or list(_RUNNERS)
    pairs = [(word.partition("/")[0], word.partition("/")[2]) for word in words]
    for name, _ in pairs:
        if name not in _RUNNERS:
            raise UserError(f"{name} is not a suite", f"choose from {' '.join(_RUNNERS)}")
    return pairs


def known(document: Path = _DOCUMENT) -> set[str]:
    """The tests that the document names: their failure is known."""
    return set(re.findall(r"`(\w+/[\w.]+)`", document.read_text()))


def run() -> int:
    """Run the suites and print a table."""
    checkout, table, failed = _checkout(), [], []
    for suite, files in _suites():
        kept = ROOT / "build" / "micropython-suites" / suite
        with tempfile.TemporaryDirectory() as folder:
            results = _RUNNERS[suite](checkout, suite, files, Path(folder), kept)
        counts = collections.Counter(results.values())
        table.append(f"{suite:12}{counts['pass']:8}{counts['fail']:8}{counts['skip']:8}")
        failed += sorted(name for name, result in results.items() if result == "fail")
    print(f"\n{'suite':12}{'passed':>8}{'failed':>8}{'skipped':>8}", *table, sep="\n")
    news = [name for name in failed if name not in known()]
    if news:
        print("\nFailed, and docs/virtual-board.md does not name them:", *news, sep="\n  ")
    elif failed:
        print("\ndocs/virtual-board.md names all that failed.")
    return bool(news)


if __name__ == "__main__":
    main(run)
