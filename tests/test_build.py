"""tools/build.py: what goes onto the board."""

import re
import shutil
import stat

import pytest

from tools import build
from tools.errors import UserError

HERE = build.ROOT


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project of its own, which tools.build takes for the repository."""
    folder = tmp_path / "project"
    shutil.copytree(build.ROOT / "device" / "www", folder / "device" / "www")
    (folder / "boot.py").write_text("print('boot')\n")
    (folder / "main.py").write_text("import device.light\n")
    (folder / "device" / "light.py").write_text("def on():\n    return 1 // 0\n")
    (folder / "README.md").write_text("not for the board\n")
    monkeypatch.setattr(build, "ROOT", folder)
    return folder


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "board"


def tree(folder):
    """Relative path -> content of every file in folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def version(folder):
    text = (folder / "device" / "pages.py").read_text()
    return text.split('VERSION = "')[1].partition('"')[0]


def test_the_board_gets_what_it_runs_and_nothing_else(project, out):
    assert build.build(out) == out
    assert sorted(tree(out)) == [
        "boot.py",
        "device/light.mpy",
        "device/page_more.mpy",
        "device/pages.mpy",
        "device/setup_pages.mpy",
        "main.py",
    ]
    assert tree(out)["boot.py"] == (project / "boot.py").read_bytes()


def test_source_goes_onto_the_board_as_it_was_written(project, out):
    (project / "device" / "light.py").write_bytes("# Glühbirne\r\non = 1\r\n".encode())
    build.build(out, source=True)
    assert sorted(tree(out)) == [
        "boot.py",
        "device/light.py",
        "device/page_more.py",
        "device/pages.py",
        "device/setup_pages.py",
        "main.py",
    ]
    assert tree(out)["device/light.py"] == (project / "device" / "light.py").read_bytes()


@pytest.mark.parametrize("source", [False, True])
def test_an_unchanged_source_makes_unchanged_files(project, tmp_path, source):
    config = project / "webrepl_cfg.py"
    config.write_text("PASS = 'secret'\n")
    first = tree(build.build(tmp_path / "a", source, config))
    assert tree(build.build(tmp_path / "elsewhere" / "b", source, config)) == first


def test_a_file_that_is_gone_from_the_source_is_gone_from_the_tree(project, out):
    build.build(out)
    (project / "device" / "light.py").unlink()
    build.build(out)
    assert "device/light.mpy" not in tree(out)


def test_source_and_compiled_never_lie_side_by_side(project, out):
    build.build(out)
    build.build(out, source=True)
    assert not [name for name in tree(out) if name.endswith(".mpy")]


def test_a_traceback_on_the_board_names_the_module_and_the_line(project, out):
    build.build(out)
    code = tree(out)["device/light.mpy"]
    assert b"device.light" in code and b"light.py" not in code  # the second name would cost heap
    (project / "device" / "light.py").write_text("\n\ndef on():\n    return 1 // 0\n")
    build.build(out)
    assert tree(out)["device/light.mpy"] != code, "the line numbers are not in it"


@pytest.mark.parametrize("name", ["device/light.py", "boot.py", "main.py"])
@pytest.mark.parametrize(
    "text", ["x = 1\nif x\n    pass\n", "x = 1\nreturn x\n", "x = 1\n  y = 2\n"]
)
def test_a_source_that_does_not_compile_is_named_with_its_line(project, out, name, text):
    build.build(out)
    before = tree(out)
    (project / name).write_text(text)
    with pytest.raises(UserError, match=rf"^{name}:\d: (Syntax|Indentation)Error"):
        build.build(out, source=True)
    assert tree(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["board"], "leftovers"


def test_a_missing_main_py_is_said_and_leaves_the_last_tree(project, out):
    build.build(out)
    before = tree(out)
    (project / "main.py").unlink()
    with pytest.raises(UserError, match="main.py"):
        build.build(out)
    assert tree(out) == before


def test_a_source_that_is_not_utf_8_is_named(project, out):
    (project / "boot.py").write_bytes(b"# \xff\n")
    with pytest.raises(UserError, match="boot.py: is not UTF-8"):
        build.build(out)


@pytest.mark.parametrize("name", ["index.html", "page.js", "style.css"])
def test_what_is_wrong_with_the_page_is_said_in_one_line_too(project, out, name):
    (project / "device" / "www" / name).write_bytes(b"\xff")
    with pytest.raises(UserError, match=f"{name}: is not UTF-8"):
        build.build(out)


def test_a_page_that_is_gone_is_said(project, out):
    (project / "device" / "www" / "index.html").unlink()
    with pytest.raises(UserError, match="index.html: No such file"):
        build.build(out)
    shutil.rmtree(project / "device" / "www")
    with pytest.raises(UserError, match="www: No such file"):
        build.build(out)


def test_the_configuration_is_for_its_owner_only(project, out):
    config = project / "mine.py"
    config.write_text("PASS = 'häßlich'\n", encoding="utf-8")
    config.chmod(0o644)
    build.build(out, config=config)
    placed = out / "webrepl_cfg.py"
    assert placed.read_bytes() == config.read_bytes()
    assert stat.S_IMODE(placed.stat().st_mode) == 0o600


def test_a_mistake_in_the_configuration_does_not_show_the_password(project, out):
    config = project / "webrepl_cfg.py"
    config.write_text("WIFI_SSID = 'home'\nPASS = 12ab34\n")
    with pytest.raises(UserError, match=r"webrepl_cfg.py:\d: SyntaxError;") as failure:
        build.build(out, config=config)
    assert "12ab34" not in str(failure.value)


def test_the_version_tells_which_code_runs(project, out):
    first = version(build.build(out, source=True))
    assert version(build.build(out, source=True)) == first
    light = project / "device" / "light.py"
    light.write_text(light.read_text() + "off = None\n")
    second = version(build.build(out, source=True))
    style = project / "device" / "www" / "style.css"
    style.write_text("p { margin: 0 }\n")
    assert len({first, second, version(build.build(out, source=True))}) == 3


def test_the_version_is_the_one_that_the_changelog_and_the_api_document_name(project, out):
    number, _, digest = version(build.build(out, source=True)).partition("+")
    assert re.fullmatch(r"\d+\.\d+\.\d+", number) and re.fullmatch("[0-9a-f]{8}", digest)
    assert re.search(r"^## \[(\d.+?)\]", (HERE / "CHANGELOG.md").read_text(), re.M)[1] == number
    assert f"\n  version: {number}\n" in (HERE / "docs" / "openapi.yaml").read_text()


def test_the_version_tells_nothing_of_the_configuration(project, out):
    bare = version(build.build(out, source=True))
    config = project / "webrepl_cfg.py"
    config.write_text("PASS = 'secret'\n")
    assert version(build.build(out, source=True, config=config)) == bare


def test_a_compiled_bundle_has_the_version_of_its_source(project, tmp_path):
    name = version(build.build(tmp_path / "source", source=True))
    assert name.encode() in tree(build.build(tmp_path / "compiled"))["device/pages.mpy"]
