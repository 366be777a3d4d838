"""A real nginx in front of a board, with the examples of docs/reverse-proxy.md."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tools import build

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(not NGINX, reason="needs nginx (package nginx-light)")
NAME, PATH_NAME = "switch.example.org", "home.example.org"  # in the examples
PLACES = [f"{NAME}/", f"{PATH_NAME}/switch/"]  # where nginx has the page
_DOCUMENT = build.ROOT / "docs" / "reverse-proxy.md"
_FRAME = """
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
    access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    %s
}
"""


def examples() -> list[str]:
    """The examples for nginx."""
    return re.findall(r"(?ms)^```nginx\n(.*?)^```$", _DOCUMENT.read_text())


def allow(tree: Path) -> None:
    """Have a board's tree answer to the names of the examples."""
    with (tree / "webrepl_cfg.py").open("a") as settings:
        settings.write(f'HOST_NAMES = "{NAME} {PATH_NAME.upper()}"\n')


@contextlib.contextmanager
def nginx(folder: Path, board: str) -> Iterator[int]:
    """Serve the examples in front of the board at this URL -> the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    servers = "".join(examples())
    servers = servers.replace("listen 80;", f"listen 127.0.0.1:{port};")
    servers = servers.replace("192.168.1.50", urlsplit(board).netloc)
    (folder / "nginx.conf").write_text(_FRAME % servers)
    assert NGINX
    process = subprocess.Popen([NGINX, "-p", folder, "-c", "nginx.conf"])
    try:
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, "nginx does not start"
                time.sleep(0.02)
        yield port
    finally:
        process.kill()
        process.wait()
