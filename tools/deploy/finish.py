"""Carries out a deploy that was recorded: staged files go to their places, old ones away.

Runs on the board: from a deploy, and from boot.py where a deploy was cut off. Each deploy stages a
copy for itself, /.deploy/finish.py. What is done already is passed over, so that it may be cut off
anywhere, any number of times.

The record, /.deploy/commit, has a line for each step: "<number> <path>", the staged file
/.deploy/<number> goes to <path>; "- <path>", that file is removed.
"""

import os

_ENOENT, _EEXIST = 2, 17


def _unless(done, action, *paths):
    try:
        action(*paths)
    except OSError as e:
        if e.errno != done:
            raise


with open("/.deploy/commit") as f:
    for step in f:
        what, path = step[:-1].split(" ", 1)
        if what == "-":
            _unless(_ENOENT, os.remove, path)
            continue
        for i in range(1, len(path)):
            if path[i] == "/":
                _unless(_EEXIST, os.mkdir, path[:i])
        _unless(_ENOENT, os.rename, "/.deploy/" + what, path)
os.remove("/.deploy/commit")
os.remove("/.deploy/finish.py")
