"""`make bench`: its counts can be trusted, and its tables and its plot say what was measured."""

import re
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from tools.bench import boot, callgrind, client, heap, latency, plot, report
from tools.bench.instructions import Counts
from tools.bench.report import Figures
from tools.bench.server import FLOOR, MICRODOT, SERVERS, SWITCH, Server, compile_all
from tools.errors import UserError
from tools.virtual_board.vm.process import interpreter

try:
    interpreter()
except FileNotFoundError:
    pytest.skip("no MicroPython for Unix here", allow_module_level=True)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return compile_all(tmp_path_factory.mktemp("bench") / "tree")


@pytest.fixture(scope="module")
def figures():
    """Of nobody: numbers that can be told from each other."""
    made = {}
    for i, name in enumerate(SERVERS, 1):
        counts = Counts(i * 1000 + 7, i * 1000, [i * 100.0] * 5, [i * 10.0, *[None] * 4])
        made[name] = Figures([counts, counts], i * 256, i * 800, (i, i * 2), (i * 3, i * 4))
    return made


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_answers_and_says_what_memory_it_took(name, tree):
    assert heap.kept(tree, name) > 0
    assert heap.allocated(tree, name, 2, 4) >= 0


@pytest.mark.skipif(not shutil.which("valgrind"), reason="no valgrind here")
def test_the_same_requests_count_the_same_and_a_silent_client_blocks_the_floor(tree):
    with callgrind.Counted(tree, FLOOR) as counted:

        def ask(times):
            for _ in range(times):
                client.get(counted.server)

        ask(2)
        first, second = (counted.each(ask, 5, 15) for _ in range(2))
        # Of so few, one collection more or less is some percent.
        assert first == pytest.approx(second, rel=0.1)
        with client.silent(counted.server, 1), pytest.raises(client.Blocks):
            client.crowd(counted.server, 1)


def test_without_valgrind_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UserError, match="valgrind is missing; install it .*apt install valgrind"):
        callgrind.check()


def test_a_server_that_fails_is_quoted_and_not_waited_for(tree, monkeypatch):
    monkeypatch.setitem(SERVERS, "broken", "no_such_module")
    with pytest.raises(UserError, match="does not start: .*no_such_module"):
        Server(tree, "broken", "time")


def test_times_are_taken_of_every_server(tree):
    times = latency.measure(tree, 3, 30)
    assert list(times) == list(SERVERS)
    assert all(0 < median <= late for median, late in times.values())


def test_boot_is_timed_up_to_serving():
    stages = boot.measure(1)
    assert [stage.name for stage in stages] == list(boot.STAGES)
    assert all(stage.ms > 0 for stage in stages)
    assert stages[-1].read > 0


def test_the_tables_go_between_the_marks_and_the_rest_stays(tmp_path, figures):
    document = tmp_path / "performance.md"
    document.write_text(f"above\n{report._BEGIN}stale figures\n{report._END}below\n")
    made = report.tables(figures, {"files": [100, 110, 900]}, [boot.Stage("serving", 5, 2048)])
    once = report.renewed(document, made)
    document.write_text(once)
    assert report.renewed(document, made) == once
    assert once.startswith("above\n") and once.endswith("below\n") and "stale" not in once
    assert f"| {MICRODOT} | 2,000 (0.5) | 2,007 (0.5) | 512 (0.5) | 1,600 (0.5) |" in once
    assert f"| {SWITCH} | 10 | blocks | blocks | blocks | blocks |" in once
    for table in made:
        assert report.text(table).count("\n") == len(table.rows) + 2


def test_a_document_without_marks_is_left_alone(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text("mine")
    with pytest.raises(UserError, match="lacks its two marks"):
        report.renewed(document, [])
    assert document.read_text() == "mine"


def test_the_plot_names_every_server_and_stays_inside_its_frame(figures):
    bars = [("bars", {name: f.allocated for name, f in figures.items()})]
    lines = [("lines", 0, {name: f.runs[0].silent for name, f in figures.items()})]
    picture = plot.draw(bars, lines)
    ElementTree.fromstring(picture)
    for name in SERVERS:
        assert picture.count(f">{name}") == 2
    assert max(float(x) for x in re.findall(r' (?:x|cx)="([\d.]+)"', picture)) < plot._WIDTH
    assert max(float(y) for y in re.findall(r' (?:y|cy)="([\d.]+)"', picture)) < plot._HEIGHT
