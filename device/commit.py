"""Finish a deploy that was recorded: put each staged file in its place, remove what is gone.

The record, /.deploy/commit, appears in one step (rename) after all files were staged and verified.
Each of its lines is "<number> <path>", the staged file /.deploy/<number> goes to <path>, or
"- <path>", it is removed. Doing it twice is the same as doing it once, so it can be cut anywhere.
"""

import os

_RECORD = "/.deploy/commit"


def finish():
    """Carry the record out, in its order. OSError from the file system: try again later."""
    with open(_RECORD) as f:
        for line in f:
            what, path = line.strip().split(" ", 1)
            if what == "-":
                _remove(path)
            else:
                _place("/.deploy/" + what, path)
    os.remove(_RECORD)


def _remove(path):
    try:
        os.remove(path)
    except OSError as e:
        if e.errno != 2:  # ENOENT: removed already
            raise


def _place(staged, path):
    for i in range(1, len(path)):
        if path[i] == "/":
            try:
                os.mkdir(path[:i])
            except OSError as e:
                if e.errno != 17:  # EEXIST
                    raise
    try:
        os.rename(staged, path)
    except OSError as e:
        if e.errno != 2:  # ENOENT: in its place already
            raise
