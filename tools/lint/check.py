"""The device-code check: rejects what would only fail on the chip, or only some day.

It judges the syntax tree of one file at a time, without knowing types: a method is judged by its
name alone. A line may end in `# allowed: reason` to stand as it is.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tools.lint import rules

_ALLOWED = re.compile(r"# allowed:\s*(.*)")
_NUMERIC_HOST = re.compile(r"[\d.]*")


def check(name: str, source: str) -> list[tuple[int, str]]:
    """Judge one file: its path on the board, its text -> (line, message) in order of lines."""
    try:
        tree = ast.parse(source)
    except SyntaxError as err:
        return [(err.lineno or 1, err.msg)]
    visitor = _Visitor(name, tree)
    visitor.visit(tree)
    found = set(visitor.found)
    return sorted(_without_allowed(found, source))


def _without_allowed(found: set, source: str) -> Iterator[tuple[int, str]]:
    """Drop what a marker allows; a marker without a reason, or with nothing to allow, is wrong."""
    flagged = {line for line, _ in found}
    allowed = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        marker = _ALLOWED.search(token.string) if token.type == tokenize.COMMENT else None
        if marker is None:
            continue
        line = token.start[0]
        if not marker[1]:
            yield line, "`# allowed:` without a reason: say why"
        elif line in flagged:
            allowed.add(line)
        else:
            yield line, "`# allowed:` on a line that needs none: remove it"
    yield from (problem for problem in found if problem[0] not in allowed)


class _Visitor(ast.NodeVisitor):
    """Collects problems in `found`."""

    def __init__(self, name: str, tree: ast.Module):
        self.found: list[tuple[int, str]] = []
        self.in_function = False
        self.may_block = name in rules.MAY_BLOCK
        self.may_print = name in rules.MAY_PRINT
        self.modules: dict[str, str] = {}  # local name -> the module that it stands for
        self.bound: set[str] = set()
        for node in ast.walk(tree):
            self._note_binding(node)

    def _note_binding(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for item in names:
                    local = item.asname or item.name.split(".")[0]
                    self.modules[local] = item.name if item.asname else local
                    self.bound.add(local)
            case ast.ImportFrom(names=names):
                self.bound.update(item.asname or item.name for item in names)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                self.bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                self.bound.add(name)
            case ast.ExceptHandler(name=str(name)):
                self.bound.add(name)

    def _say(self, node: ast.AST, what: str, instead: str | None = None) -> None:
        self.found.append((node.lineno, f"{what}: use {instead}" if instead else what))

    def _member(self, node: ast.AST, module: str, member: str) -> None:
        """Judge `module.member`, written out or imported from."""
        name = f"{module}.{member}"
        if instead := rules.MISSING.get(module, {}).get(member):
            self._say(node, f"{name} is not for this chip", instead)
        if not self.may_block and (instead := rules.BLOCKING.get(module, {}).get(member)):
            self._say(node, f"{name} blocks", instead)
        if not self.may_print and (instead := rules.CALLBACK.get(module, {}).get(member)):
            self._say(node, f"{name} in code that may run in a callback", instead)

    def _import(self, node: ast.AST, module: str) -> None:
        top = module.split(".")[0]
        if module not in rules.MODULES and top not in rules.OWN_MODULES:
            hint = top[1:] if top[:1] == "u" and top[1:] in rules.MODULES else None
            self._say(node, f"the firmware has no module {module}", hint)
        if not self.may_block and (instead := rules.BLOCKING.get(top, {}).get("*")):
            self._say(node, f"{module} blocks", instead)
        if self.in_function and not self.may_print:
            self._say(node, "import in code that may run in a callback", "an import at the top")

    def visit_Import(self, node: ast.Import) -> None:
        """Judge the modules."""
        for item in node.names:
            self._import(node, item.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Judge the module and what is taken from it."""
        self._import(node, "device" if node.level else node.module)
        for item in node.names:
            self._member(node, node.module or "", item.name)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Judge members of modules, and methods by their name alone."""
        if isinstance(node.value, ast.Name) and node.value.id in self.modules:
            self._member(node, self.modules[node.value.id], node.attr)
        elif instead := rules.METHODS.get(node.attr):
            self._say(node, f".{node.attr} is missing on this chip", instead)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Judge builtins."""
        if node.id == "__slots__":
            self._say(node, "MicroPython ignores __slots__: leave it out")
        if not isinstance(node.ctx, ast.Load) or node.id in self.bound:
            return
        if node.id not in rules.BUILTINS:
            instead = rules.INSTEAD_OF_BUILTIN.get(node.id)
            self._say(node, f"{node.id} is missing on this chip", instead)
        if node.id == "input" and not self.may_block:
            self._say(node, "input blocks: leave it out")
        if not self.may_print and (instead := rules.CALLBACK_BUILTINS.get(node.id)):
            self._say(node, f"{node.id} in code that may run in a callback", instead)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Judge literals."""
        if isinstance(node.value, complex):
            self._say(node, "complex is missing on this chip", "two floats")

    def visit_Call(self, node: ast.Call) -> None:
        """Judge calls that are wrong by their arguments."""
        match node:
            case ast.Call(func=ast.Name(id="pow"), args=[_, _, _]):
                self._say(node, "pow has two arguments on this chip", "% on the result")
            case ast.Call(func=ast.Attribute(attr="settimeout"), args=[timeout]):
                self._may_wait(node, timeout, zero=0)
            case ast.Call(func=ast.Attribute(attr="setblocking"), args=[blocking]):
                self._may_wait(node, blocking, zero=False)
            case ast.Call(
                func=ast.Attribute(attr="getaddrinfo") | ast.Name(id="getaddrinfo"),
                args=[host, *_],
            ):
                is_number = isinstance(host, ast.Constant) and isinstance(host.value, str)
                if not self.may_block and not (is_number and _NUMERIC_HOST.fullmatch(host.value)):
                    self._say(node, "getaddrinfo of a name blocks", "a numeric address")
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="sys"), attr="print_exception"), args=[_]
            ):
                if not self.may_print:
                    self._say(
                        node,
                        "sys.print_exception in code that may run in a callback",
                        "its second argument, an io.StringIO",
                    )
        self.generic_visit(node)

    def _may_wait(self, node: ast.Call, argument: ast.AST, zero: object) -> None:
        is_zero = isinstance(argument, ast.Constant) and argument.value == zero
        if not self.may_block and not is_zero:
            self._say(node, f"{node.func.attr} other than {zero} blocks", "non-blocking sockets")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Judge hooks, and what is inside."""
        if node.name in rules.DEAD_HOOKS:
            self._say(node, f"{node.name} is never called on this chip", "a method")
        outside = self.in_function, self.may_block, self.may_print
        self.in_function = True
        if node.name.lstrip("_") in rules.CALLBACKS:
            self.may_block = self.may_print = False
        self.generic_visit(node)
        self.in_function, self.may_block, self.may_print = outside

    def _no_async(self, node: ast.AST) -> None:
        self._say(node, "FLASH_1M has no asyncio", "server.jobs")
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_AsyncFor = visit_AsyncWith = visit_Await = _no_async
