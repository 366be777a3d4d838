"""`make webrepl`: MicroPython's own WebREPL client in the browser, from the board's address.

Environment: HOST, or PORT (serial), over which the board is asked where it is.
"""

from __future__ import annotations

import re
import webbrowser
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

from tools import inputs
from tools.board import calls, connection, on_board, running, session
from tools.board.webrepl import Unreachable, split
from tools.errors import UserError, main
from tools.virtual_board import passwords

_TIMEOUT = 5.0  # s


def client_source(url: str, where: str) -> str:
    """Where the page at `url` loads the client from; Unreachable if there is no such page."""
    try:
        page = build_opener(ProxyHandler({})).open(url, timeout=_TIMEOUT).read(4096).decode()
    except (OSError, ValueError, HTTPException) as e:
        reason = getattr(e, "reason", e)
        raise Unreachable(where, getattr(reason, "strerror", None) or reason) from e
    base = re.search(r'<base href="([^"]+)"', page)
    if not base:
        raise Unreachable(where, "what answers there is not WebREPL")
    return base[1]


def ask_for_host(port: str | None) -> str:
    """Ask the board at the serial `port` for its HOST; UserError if it has none."""
    with session.raw_repl(connection.open_board(None, port)) as board:
        state = calls.run(board, on_board.state)
    assert isinstance(state, dict)
    if state["ip"] == "0.0.0.0":
        raise UserError(
            "the board is in no WiFi network",
            "correct WIFI_SSID and WIFI_PASSWORD and deploy",
        )
    virtual = re.search(r"ws://([^/]+)", state["machine"])  # on another port, maybe
    return virtual[1] if virtual else state["ip"]


def run() -> None:
    """Print the address and where the client comes from, and open the address."""
    host, port = inputs.host_and_port()
    name, number = split(host or ask_for_host(port))
    url = f"http://{name}:{number}/"
    base = client_source(url, f"{name}:{number}")
    print(f"{url}\nThe client on this page is loaded from {base}")
    print("(the board has no room for it; BASE in webrepl_cfg.py names another address)")
    if (image := running.image(f"{name}:{number}")) and (password := passwords.shown(image)):
        print(f"password {password}")
    if not webbrowser.open(url):
        print("No browser could be started: open the address in one")


if __name__ == "__main__":
    main(run)
