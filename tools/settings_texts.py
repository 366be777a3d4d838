"""Make from the table of settings: the example, the list in the documents, the board's limits.

`python -m tools.settings_texts` writes them into the project. The example is a file of its own,
the others are between two marks. tests/test_settings_table.py compares them.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from tools.errors import main
from tools.paths import ROOT
from tools.setting import KEY, NAME, NAMES, TEXT, Setting
from tools.settings import EXAMPLE
from tools.settings_table import BASE, OPTIONAL, TABLE

_WIDTH = 99
_KINDS = {TEXT: 0, NAME: 1, KEY: 2, NAMES: 3}  # as the board knows them
_HEAD = """\
# The settings of the switch. Copy this file to webrepl_cfg.py, edit it, and run `make deploy`.
# You may leave out any line. The text in brackets says what happens then.
"""
_OPTIONAL = """\
# What follows is optional: while a line begins with #, the board does not load what it is for.
"""
_CLASS = '''\
class Config:
    """The settings, under the names of webrepl_cfg.py, and `problem`: a line for a person, or "".

    `problem` names settings and never holds values, which may be secrets. `features` is a list of
    the optional modules that are on; only their settings are here. `names` has HOST_NAMES for
    access.py: each in lower case, with a line feed behind it.
    """

    problem: str
    features: list
    names: str'''


def example() -> str:
    """The text of webrepl_cfg.py.example."""
    explained = [_explained(setting) for setting in BASE if setting.question]
    return "\n".join([_HEAD, *explained, _OPTIONAL, *map(_explained, OPTIONAL)])


def _explained(setting: Setting) -> str:
    absent = '""' if setting.default == "" else ""
    absent = f"[{absent}: {setting.absent}]" if absent else f"[{setting.absent}]"
    text = f"{setting.about[:1].upper()}{setting.about[1:]}. {absent}"
    lines = textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ")
    lines += [f"# {setting.warning}"] if setting.warning else []
    value = setting.default if setting.shown is None else setting.shown
    off = "# " if setting.feature else ""
    return "\n".join([*lines, f"{off}{setting.name} = {_literal(value)}", ""])


def listed() -> str:
    """The rows of the settings' list in docs/commands.md."""
    rows = ["| setting | meaning | default |", "|---|---|---|"]
    rows += [f"| `{s.name}` | {s.about} | {s.absent} |" for s in TABLE]
    return "\n".join([*rows, ""])


def limits() -> str:
    """Make what device/config.py knows of the settings."""
    kinds = [f"    {s.name}: {type(s.default).__name__}" for s in BASE]
    return _rows(BASE) + "\n\n" + "\n".join([_CLASS, *kinds, "", "", ""])


def options() -> str:
    """Make what device/options.py knows of them."""
    return _rows(OPTIONAL)


def _rows(settings: tuple[Setting, ...]) -> str:
    rows = [f"    {_literal((s.feature, s.name, s.default, *_limits(s)))}," for s in settings]
    return "\n".join(["LIMITS = (", *rows, ")", ""])


def _limits(setting: Setting) -> tuple:
    if setting.choices:
        return (setting.choices,)
    limits = (setting.least, setting.most)
    return limits if isinstance(setting.default, int) else (*limits, _KINDS[setting.kind])


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def put_between(text: str, new: str, mark: str) -> str:
    """`text`, with `new` between the line that has `mark` and "begin", and the one with "end"."""
    pattern = rf"(?ms)(^[^\n]*{mark}: begin[^\n]*\n).*?(^[^\n]*{mark}: end)"
    done, times = re.subn(pattern, lambda found: found[1] + new + found[2], text)
    assert times == 1, mark
    return done


MARK = "made of tools/settings_table.py"
PARTS = {
    "device/config.py": limits,
    "device/options.py": options,
    "docs/commands.md": listed,
}


def made() -> dict[Path, str]:
    """Return path -> text of every file that is made from the table, in whole or in part."""
    texts = {ROOT / EXAMPLE: example()}
    for name, part in PARTS.items():
        text = (ROOT / name).read_text("utf-8")
        texts[ROOT / name] = put_between(text, part(), MARK)
    return texts


def run() -> None:
    """Write them."""
    for path, text in made().items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(run)
