"""webrepl_cfg.py as a file on the PC: read it, change values in it, write it privately."""

from __future__ import annotations

import ast
import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools.errors import UserError
from tools.setting import Value
from tools.settings_table import BY_NAME

CONFIG = Path("webrepl_cfg.py")
EXAMPLE = Path("webrepl_cfg.py.example")


def read(source: str) -> dict[str, Value]:
    """Read the values that a webrepl_cfg.py gives to names, ours and others.

    Only literals count, and nothing is executed. UserError if it is not Python.
    """
    return {name: ast.literal_eval(node) for name, node in _literals(source).items()}


class Binding(NamedTuple):
    """Where a webrepl_cfg.py binds or deletes a name ("*" for any). `value` is what it gets where
    that is done in the plain way, `name = value` at the top level.
    """

    name: str
    line: int
    value: ast.expr | None


def bindings(source: str) -> list[Binding]:
    """All of them, in whatever scope, in the order of the lines. UserError if it is not Python."""
    plain, found = {}, []
    statements = _statements(source)
    for statement in statements:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            plain[statement.targets[0]] = statement.value
    for node in (node for statement in statements for node in ast.walk(statement)):
        if name := _bound(node):
            found.append(Binding(name, node.lineno, plain.get(node)))
    return sorted(found, key=lambda binding: binding.line)


def known(source: str, defaults: Mapping[str, Value]) -> dict[str, Value]:
    """Return `defaults`, with the values that the text of a webrepl_cfg.py gives to them.

    UserError if one of these names is bound there in another way than `name = value`, with a
    literal of its default's type. If it counted as missing, it would get its default, and a lost
    password would open what it protected.
    """
    values = dict(defaults)
    for name, line, node in bindings(source):
        value = node.value if isinstance(node, ast.Constant) else None
        if name in defaults and type(value) is type(defaults[name]):
            values[name] = value
        elif name in defaults or name == "*":
            name = "a setting" if name == "*" else name
            what = f"{name} in {CONFIG} is not a plain value (line {line})"
            raise UserError(what, f"write it as in {EXAMPLE}")
    return values


def render(source: str, values: Mapping[str, Value]) -> str:
    """Put these values into the text `source`, and add those that it lacks.

    The rest stays as it is: comments, and settings that are not ours. A setting of an optional
    feature that has its default is not added. If the text has the setting as a comment
    (`# NAME = ...`), the new line replaces the comment.
    """
    nodes = _literals(source)
    lines = source.encode().split(b"\n")  # ast counts columns in bytes
    in_order = sorted(nodes.items(), key=lambda item: (item[1].lineno, item[1].col_offset))
    for name, node in reversed(in_order):
        if name in values and repr(values[name]) != repr(ast.literal_eval(node)):
            before = lines[node.lineno - 1][: node.col_offset]
            after = lines[node.end_lineno - 1][node.end_col_offset :]
            new = before + repr(values[name]).encode() + after
            lines[node.lineno - 1 : node.end_lineno] = [new]
    if lines[-1]:
        lines.append(b"")
    added = []
    for name in (name for name in values if name not in nodes):
        setting = BY_NAME.get(name)
        if setting and setting.feature and values[name] == setting.default:
            continue
        line, comment = f"{name} = {values[name]!r}".encode(), f"# {name} = ".encode()
        at = next((i for i, old in enumerate(lines) if old.startswith(comment)), None)
        if at is None:
            added.append(line)
        else:
            lines[at] = line
    return b"\n".join([*lines[:-1], *added, b""]).decode()


def write(path: Path, source: str) -> None:
    """Replace `path` in one step by a file that only its owner could ever read (mode 0600)."""
    path = path.resolve()  # a link stays a link
    try:
        # With its own name in a temporary folder: if that is left behind, git ignores it, too.
        with tempfile.TemporaryDirectory(prefix=".new-", dir=path.parent) as folder:
            new = Path(folder, path.name)
            with open(new, "w", encoding="utf-8", newline="\n", opener=_private) as file:
                file.write(source)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
    except OSError as error:
        raise UserError(f"cannot write {path} ({error.strerror})", "correct that") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _literals(source: str) -> dict[str, ast.expr]:
    """Find where `source`, at its top level, gives a name its last value, if that is a literal."""
    found: dict[str, ast.expr] = {}
    for statement in _statements(source):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            found.pop(name, None)
            with contextlib.suppress(ValueError, TypeError):
                ast.literal_eval(statement.value)
                found[name] = statement.value
    return found


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError) as error:
        # Only the line's number: the error's text could quote a password.
        line = getattr(error, "lineno", None)
        before, nul, _ = source.partition("\0")
        if nul and not line:  # if there is a NUL, Python does not say where
            line = before.count("\n") + 1
        where = f" at line {line}" if line else ""
        cure = "correct that line" if line else "correct it"
        raise UserError(f"{CONFIG} is not valid Python{where}", cure) from None


def _bound(node: ast.AST) -> str:
    """The name that `node` binds or deletes, in whatever scope; "*" for any; "" for none."""
    if isinstance(node, ast.Name):
        return "" if isinstance(node.ctx, ast.Load) else node.id
    # Only imports, defs, classes, excepts and patterns have these attributes.
    for attribute in ("asname", "name", "rest"):
        name = getattr(node, attribute, None)
        if isinstance(name, str):
            return name.partition(".")[0]
    return ""
