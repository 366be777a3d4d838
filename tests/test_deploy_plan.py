"""A deploy's plan: it takes up what differs, takes away only what was ours, and shows no
content.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.deploy import on_board_survey, plan
from tools.lint import check

PATHS = ["/boot.py", "/main.py", "/device/a.mpy", "/device/a.py", "/device/b.mpy", "/note.txt"]
contents = st.dictionaries(st.sampled_from(PATHS), st.binary(max_size=3))


def board(files):
    """What the board says of these files."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def test_a_tree_becomes_paths_on_the_board_with_a_manifest_of_them(tmp_path):
    (tmp_path / "device").mkdir()
    (tmp_path / "boot.py").write_bytes(b"boot")
    (tmp_path / "device" / "a.mpy").write_bytes(b"a")
    files = plan.files(tmp_path)
    assert files.pop(plan.MANIFEST) == b'["/boot.py", "/device/a.mpy"]'
    assert files == {"/boot.py": b"boot", "/device/a.mpy": b"a"}


def test_each_file_is_told_by_what_becomes_of_it():
    wanted = {"/boot.py": b"1", "/device/a.mpy": b"2", "/main.py": b"3"}
    found = plan.make(
        board(wanted),
        board({"/boot.py": b"0", "/main.py": b"3", "/old.py": b"", "/device/a.py": b"mine"}),
        ["/boot.py", "/old.py", "/gone.py"],
    )
    *lines, hiding = found.lines()
    assert lines == ["~ boot.py", "+ device/a.mpy", "- old.py", "= 1 unchanged"]
    assert hiding.startswith("! device/a.py is not ours and hides")


def test_nothing_is_to_be_done_where_all_is_as_wanted():
    wanted = {"/boot.py": b"1"}
    found = plan.make(board(wanted), board(wanted), list(wanted))
    assert found.empty and found.lines() == ["= 1 unchanged"]


def test_boot_goes_first_so_that_it_can_finish_the_rest():
    wanted = dict.fromkeys(["/.deploy/manifest", "/a.py", "/boot.py", "/device/b.mpy"], b"")
    assert plan.make(board(wanted), {}, []).uploads[0] == "/boot.py"


def test_the_board_is_asked_about_sources_that_would_hide_a_module():
    assert "/device/a.py" in plan.candidates({"/device/a.mpy": b""})


def test_a_folder_that_hides_a_module_is_told():
    wanted = {"/device/a.mpy": b""}
    assert "/device/a" in plan.candidates(wanted)
    *_, hiding = plan.make(board(wanted), board(wanted), [], ["/device/a", "/device/b"]).lines()
    assert hiding.startswith("! device/a is not ours and hides")


@given(wanted=contents, there=contents, listed=st.sets(st.sampled_from(PATHS)))
def test_carried_out_it_gives_what_is_wanted_and_leaves_the_rest(wanted, there, listed):
    found = plan.make(board(wanted), board(there), sorted(listed))
    after = {path: content for path, content in there.items() if path not in found.removed}
    after |= {path: wanted[path] for path in found.uploads}
    assert wanted.items() <= after.items()
    users = {path: content for path, content in there.items() if path not in listed}
    assert {**users, **wanted}.items() <= after.items()
    assert not [path for path in listed if path in after and path not in wanted]
    assert found.empty == (after == there)


def test_what_is_sent_to_the_board_is_what_its_python_has():
    folder = Path(on_board_survey.__file__).parent
    for name in ("on_board.py", "on_board_survey.py", "finish.py"):
        # As boot.py it may wait, print and use files.
        assert check.check("boot.py", (folder / name).read_text()) == []


MICROPYTHON = str(Path(sys.executable).with_name("micropython"))
MICROPYTHON = MICROPYTHON if Path(MICROPYTHON).exists() else shutil.which("micropython")


@pytest.mark.skipif(not MICROPYTHON, reason="no MicroPython for Unix here")
def test_the_survey_of_a_real_micropython_is_understood(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.mpy").write_bytes(b"a" * 1000)
    manifest = json.dumps([f"/{n}.mpy" for n in range(30)])
    (tmp_path / "manifest").write_text(manifest)
    paths = [str(tmp_path / name) for name in ("a.mpy", "none", "a.mpy/below")]
    code = Path(on_board_survey.__file__).read_text()
    code += f"survey()\nprint()\nmanifest({str(tmp_path / 'manifest')!r})\nprint('.')\n"
    code += "".join(f"hashes{group}\n" for group in plan.grouped(paths))
    done = subprocess.run([MICROPYTHON, "-c", code], capture_output=True, text=True, check=True)
    first, *rest = done.stdout.splitlines()
    end = rest.index(".")
    assert json.loads(first) == [6, False, False]
    assert bytes.fromhex("".join(rest[:end])).decode() == manifest
    rest = rest[end + 1 :]
    assert dict(line.split(" ", 1)[::-1] for line in rest) == {
        **board({str(tmp_path / "a.mpy"): b"a" * 1000}),
        str(tmp_path / "none"): "2",  # ENOENT
        str(tmp_path / "a.mpy/below"): "20",  # ENOTDIR
    }


@given(paths=st.sets(st.from_regex("(/[a-z.]{1,40}){1,3}", fullmatch=True)))
def test_no_path_is_lost_on_the_way_to_the_board_and_no_text_is_long(paths):
    groups = plan.grouped(paths)
    assert {folder + name for folder, names in groups for name in names.split("/")} == paths
    assert all(len(names) < 256 for _, names in groups)


@pytest.mark.parametrize(
    "content",
    [
        b"5",
        b"[null]",
        b'[""]',
        b'["boot.py"]',
        b'["/"]',
        b'["/a\\n"]',
        b"{}",
        b"\xff",
        b"[" * 9999,
    ],
)
def test_a_manifest_that_is_damaged_is_known_as_such(content):
    assert plan.listed_in(content) is None
    assert plan.listed_in(plan.manifest({"/boot.py": b"", "/device/a.mpy": b""})) is not None
