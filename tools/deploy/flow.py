"""One deploy to one board, from opening it to seeing it serve."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import NamedTuple

from tools.board import address, calls, connection, on_board, restart, session
from tools.board.explain import explained
from tools.deploy import on_board as deploy_on_board
from tools.deploy.plan import Plan
from tools.deploy.steps import Deploy
from tools.errors import UserError

_UNDONE = "deploy undone: "  # so begins the last error then, see device/startup.py
_GOES = 0.5  # s that the board may take until its reset: no connection is tried before
Say = Callable[[str], None]


class Outcome(NamedTuple):
    """Whether there was something to change, and where the switch serves; "" after a dry run."""

    changed: bool
    url: str


class NotServing(UserError):
    """All is on the board, but the switch does not run."""


class Flow:
    """Brings `files`, path -> content, onto the board at `host`, or else at PORT.

    `say(line)` tells what is done, `progress(line)` what goes on. Each step raises UserError.
    """

    def __init__(
        self,
        host: str | None,
        files: dict[str, bytes],
        say: Say,
        progress: Say = lambda line: None,
    ) -> None:
        self._host, self._files, self._say, self._progress = host, files, say, progress

    def run(self, dry: bool = False, soft: bool = False, trial: bool = False) -> Outcome:
        """Make the board run what is wanted; `dry` only tells what is to be done for that.

        It is reset where something changed, or where the switch did not run. For `make watch`,
        `soft`, only its Python is, which keeps the WiFi connection, and with ROMFS what changed
        lies on top of the image. On `trial`, what does not work is taken back.
        """
        board = connection.open_board(self._host)
        session.refuse_company(board)
        with session.raw_repl(board):
            job = Deploy(board, self._files, self._progress, trial, on_top=soft)
            plan = job.survey()
            self._tell(job, plan)
            changes = job.changes
            state = None if changes else calls.run(board, on_board.state)
            if dry:
                return Outcome(changes, "")
            if not _serves(state):
                if not changes:
                    self._say("the switch does not run: restarting the board")
                self._apply(job, soft)
        if not _serves(state):
            self._progress("restarting the board")
            state = self._confirmed(soft)
        return Outcome(changes, address.address(state["machine"], state["ip"]))

    def _tell(self, job: Deploy, plan: Plan) -> None:
        if job.unfinished:
            self._say("a deploy that was cut off has to be finished first")
        for line in [*job.damage, *plan.lines()]:
            self._say(line)

    def _apply(self, job: Deploy, soft: bool) -> None:
        job.lock()
        try:
            job.apply()
        except UserError:
            with contextlib.suppress(UserError):
                job.unlock()
            raise
        job.restart(soft)

    def _confirmed(self, soft: bool) -> dict:
        """The board's state once it has booted. UserError where the switch does not serve then."""
        if not soft:
            time.sleep(_GOES)
        state, undoing = self._look()
        why = state["error"] or "?"
        if undoing:
            time.sleep(_GOES)
            self._look()
        if undoing or why.startswith(_UNDONE):
            raise UserError(
                f"the board has taken the deploy back ({why.removeprefix(_UNDONE)})",
                "it runs what it ran before; correct that and deploy again",
            )
        if not _serves(state):
            raise NotServing(
                f"the files are on the board, but the switch does not run ({why})",
                "see `make info` and `make repl`",
            )
        return state

    def _look(self) -> tuple[dict, bool]:
        """(the board's state behind its restart, whether it was sent to take the deploy back).

        What serves is confirmed.
        """
        try:
            with explained(self._host or "the board"):
                board = restart.reconnect(self._host, None)
            with session.raw_repl(board):
                state = calls.run(board, on_board.state)
                assert isinstance(state, dict)
                if _serves(state):
                    calls.run(board, on_board.confirm)
                elif calls.run(board, deploy_on_board.undo):
                    restart.hard_reset(board)
                    return state, True
        except UserError as error:
            text = f"but after its restart: {error}"
            raise UserError("the files are on the board", text) from error
        return state, False


def _serves(state: object) -> bool:
    return isinstance(state, dict) and state["serving"]
