"""HOSTS=@fleet: the boards that a broker has online, a few first, until one fails."""

from __future__ import annotations

import time
from collections.abc import Callable

from tools.board import calls, connection, on_board, session
from tools.deploy.screen import Rows
from tools.errors import UserError
from tools.fleet.known import addresses, known_boards

FLEET = "@fleet"

_MOST = 8  # boards at once
_WATCH_S = 60  # for the first board
_EVERY_S = 10  # between two looks at it
_ROW = "all boards"


def hosts() -> list[str]:
    """Where the broker's boards are. UserError where none of them can be deployed to."""
    known = known_boards()
    found = addresses(known)
    if not found:
        raise UserError("the broker has no board online", "see `make fleet`")
    print(f"{len(found)} of the broker's {len(known)} boards are online", flush=True)
    return found


def waves(hosts: list[str]) -> list[list[str]]:
    """One board, then 10 % of them, then the others; never more than 8 at a time."""
    ends = [1, 1 + min(_MOST, max(1, len(hosts) // 10))]
    while ends[-1] < len(hosts):
        ends.append(ends[-1] + _MOST)
    cut = [hosts[begin:end] for begin, end in zip([0, *ends], ends)]
    return [wave for wave in cut if wave]


def rollout(hosts: list[str], deploy: Callable[[list[str]], int], dry: bool, rows: Rows) -> int:
    """deploy(wave) for each wave, up to the one that fails; the first board is watched.

    The exit status is that of the deploys, of which 2 says that a dry run found changes.
    """
    done, status = 0, 0
    for wave in waves(hosts):
        span = f"board {done + 1}"
        if len(wave) > 1:
            span = f"boards {done + 1} to {done + len(wave)}"
        rows.show(_ROW, f"{done} of {len(hosts)}", done, len(hosts))
        rows.say(f"{span} of {len(hosts)}: {' '.join(wave)}")
        found = deploy(wave)
        if found == 1:
            raise _stopped(f"after a failure at {span} of {len(hosts)}")
        if not done and not dry:
            _watch(wave[0], rows)
        status = max(status, found)
        done += len(wave)
    return status


def _watch(host: str, rows: Rows) -> None:
    """Look at a board for a while. UserError where it fails, or is no longer there."""
    rows.say(f"{host}: watching it for {_WATCH_S} s")
    first = _state(host)
    end = time.monotonic() + _WATCH_S
    while (left := end - time.monotonic()) > 0:
        rows.show(host, f"watching it for {left:.0f} s more", _WATCH_S - left, _WATCH_S)
        time.sleep(min(left, _EVERY_S))
        state = _state(host)
        if not state["serving"] or state["error"] != first["error"]:
            raise _stopped(f"because {host} failed while it was watched ({state['error'] or '?'})")
    rows.hide(host)


def _state(host: str) -> dict:
    try:
        with session.raw_repl(connection.open_board(host)) as board:
            state = calls.run(board, on_board.state)
    except UserError as error:
        raise _stopped(f"because {host} did not answer while it was watched ({error})") from error
    assert isinstance(state, dict)
    return state


def _stopped(why: str) -> UserError:
    return UserError(
        f"stopped {why}, and left the later boards as they are",
        "correct the cause and run the same command again: boards that are up to date are skipped",
    )
