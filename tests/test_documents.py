"""The documents lead where they say: their links, and the make targets that they name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def anchors(document: Path) -> set[str]:
    """What can follow # in a link to the document: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text).strip().lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_leads_nowhere(document: Path) -> None:
    text = document.read_text()
    for link in re.findall(r"\]\(([^)\s]+)\)|src=(\S+)", text):
        path, _, anchor = "".join(link).partition("#")
        if path.startswith(("http:", "https:")):
            continue
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_command_in_a_document_exists(document: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in re.findall(r"(?:`|^    )make ([a-z-]+)", document.read_text(), re.MULTILINE):
        assert name in targets


UNIX_ONLY = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}


def imports(module: str) -> Iterator[str]:
    """What a module of ours imports in any case: at its top level, outside try."""
    path = ROOT / module.replace(".", "/")
    path = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for statement in ast.parse(path.read_text()).body if path.exists() else ():
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            name = statement.module or ""
            if statement.level:
                name = f"{package}.{name}".rstrip(".")
            yield name
            yield from (f"{name}.{alias.name}" for alias in statement.names)


def test_the_tools_for_windows_import_nothing_that_windows_lacks() -> None:
    document = (ROOT / "docs" / "wiring-and-flashing.md").read_text()
    left = re.findall(r"`(tools\.[a-z_]+)`", document)
    assert len(left) == 7
    seen: set[str] = set()
    while left:
        module = left.pop()
        found = [name for name in imports(module) if name not in seen]
        assert not UNIX_ONLY & set(found), module
        seen |= set(found)
        left += [name for name in found if name.startswith("tools.")]
        if module == "tools.deploy":
            left.append("tools.deploy.__main__")
    assert "tools.board.running" in seen


def test_readme_fits_on_a_few_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 130
