"""What the system denies to the virtual board's interpreter, layer by layer; tools/virtual_board/
launch.py. CPython tries it, and the real MicroPython with nothing of ours in between."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.virtual_board.sandbox import landlock, launch, seccomp
from tools.virtual_board.vm import process

ROOT = Path(__file__).resolve().parents[1]
LANDLOCK = f"landlock.restrict([Path({str(launch.FIRMWARE)!r})])"
SECCOMP = "seccomp.restrict()"
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(not seccomp.available(), reason="no seccomp, or not x86-64")
needs_all = pytest.mark.skipif(bool(launch.lacks()), reason=f"not on {launch.lacks()}")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something on the PC that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def attempt(layer: str, code: str, *arguments: object) -> str:
    """What Python code prints in a process with this layer: "done", or its error's name."""
    program = f"""
import ctypes, mmap, os, socket, subprocess, sys
from pathlib import Path
sys.path.append({str(ROOT)!r})
from tools.virtual_board.sandbox import landlock, seccomp
{layer}
try:
    {code}
    print("done", flush=True)
except OSError as e:
    print(type(e).__name__, flush=True)
os._exit(0)
"""
    command = [sys.executable, "-I", "-S", "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip()


READS = "os.close(os.open(sys.argv[1], os.O_RDONLY))"
LISTS = "os.listdir(sys.argv[1])"
WRITES = "os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)"
EXECUTES = "os.execv('/bin/echo', ['echo', 'done'])"
FORKS = "os.fork() or os._exit(0)"
CONNECTS = "socket.socket().connect(('127.0.0.1', int(sys.argv[1])))"
SIGNALS = "os.kill(os.getppid(), 0)"
MAPS = "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"


@needs_landlock
def test_landlock_leaves_no_file_but_the_firmwares() -> None:
    assert attempt(LANDLOCK, READS, launch.FIRMWARE / "link.py") == "done"
    for code, path in ((READS, ROOT / "README.md"), (LISTS, "/"), (READS, "/proc/self/environ")):
        assert attempt(LANDLOCK, code, path) == "PermissionError"
        assert attempt("", code, path) == "done"


@needs_landlock
def test_landlock_leaves_no_program_to_start_and_no_file_to_write(tmp_path: Path) -> None:
    for code in (EXECUTES, WRITES):
        assert attempt(LANDLOCK, code, tmp_path / "x") == "PermissionError"
        assert not (tmp_path / "x").exists()
        assert attempt("", code, tmp_path / "x") == "done"


@needs_landlock
def test_landlock_leaves_no_service_of_the_pc(listener: socket.socket) -> None:
    if landlock.version() < 4:
        pytest.skip("this kernel's Landlock knows nothing of TCP")
    port = listener.getsockname()[1]
    assert attempt(LANDLOCK, CONNECTS, port) == "PermissionError"
    assert attempt("", CONNECTS, port) == "done"


@needs_landlock
def test_landlock_leaves_no_process_of_the_pc() -> None:
    if landlock.version() < 6:
        pytest.skip("this kernel's Landlock knows nothing of signals")
    assert attempt(LANDLOCK, SIGNALS) == "PermissionError"
    assert attempt("", SIGNALS) == "done"


@needs_seccomp
@pytest.mark.parametrize("code", [EXECUTES, FORKS, CONNECTS, SIGNALS, MAPS, WRITES])
def test_seccomp_leaves_computing(listener: socket.socket, tmp_path: Path, code: str) -> None:
    argument = tmp_path / "x" if code is WRITES else listener.getsockname()[1]
    assert attempt(SECCOMP, code, argument) == "PermissionError"
    assert attempt("", code, argument) == "done"


def micropython(code: str, *command: str) -> str:
    """What MicroPython prints, started as the board's is, with all of its own modules."""
    shown = subprocess.run(
        list(command) or process.command("-c", code), capture_output=True, text=True, timeout=20
    )
    return shown.stdout + shown.stderr


@needs_all
@pytest.mark.parametrize(
    "code",
    [
        "import uos; print('status', uos.system('echo done'))",
        "print('done', open('/etc/passwd').read())",
        "import vfs; vfs.mount(vfs.VfsPosix('/'), '/host'); import uos; uos.listdir('/host/etc')",
        "f = open('done', 'w')",
        "import usocket; usocket.socket(); print('done')",
        "import _thread; _thread.start_new_thread(print, ('done',))",
    ],
)
def test_with_its_own_modules_it_does_not_get_out(code: str) -> None:
    shown = micropython(code)
    assert "done" not in shown
    assert "EPERM" in shown or "EACCES" in shown or "status 32512" in shown  # no shell
    assert not Path("done").exists()


def test_nothing_of_the_users_environment_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "qqSECRETqq")
    run = subprocess.run(
        process.command("-c", "import uos; print(uos.getenv('SECRET'))"),
        env=process.environment(),
        capture_output=True,
        text=True,
    )
    assert run.stdout == "None\n"


def launched(program: str, *arguments: str) -> str:
    """What it prints where MicroPython is a program, for which another one stands here."""
    command = [sys.executable, "-I", "-S", "-c", process.LAUNCH, program, *arguments]
    return micropython("", *command)


@needs_all
def test_where_it_is_a_program_it_starts_and_starts_no_other() -> None:
    cat, link = "/bin/cat", str(launch.FIRMWARE / "link.py")
    assert launched(cat, link) == Path(link).read_text()
    assert launched(cat, "/etc/passwd").count("\n") == 1  # the error
    shell = os.path.realpath("/bin/sh")
    assert launched(shell, "-c", "echo it runs") == "it runs\n"
    shown = launched(shell, "-c", f"exec {shell} -c 'echo done'")
    assert "done\n" not in shown and "ermi" in shown


@needs_seccomp
def test_a_program_is_started_by_who_knows_the_secret_only() -> None:
    layer = "seccomp.restrict(bytes(range(16)))"
    assert attempt(layer, EXECUTES) == "PermissionError"
    known = "libc.syscall(59, b'/bin/echo', argv, None, None, *words)"
    prepare = f"""{layer}
libc = ctypes.CDLL(None)
argv = (ctypes.c_char_p * 3)(b"echo", b"started", None)
words = [ctypes.c_uint64(int.from_bytes(bytes(range(i, i + 8)), "little")) for i in (0, 8)]
"""
    assert attempt(prepare, known) == "started"
    for i in range(16):  # each byte of it counts
        wrong = bytes(range(16))
        wrong = wrong[:i] + b"\xff" + wrong[i + 1 :]
        other = prepare.replace("bytes(range(16))", repr(wrong))
        assert attempt(other, known) == "done"
