"""Carries out a deploy that was committed: staged files go to their places, old ones away."""

# Runs on the board: from a deploy, and from boot.py where a deploy was cut off. Each deploy stages
# a copy for itself, /.deploy/finish.py. What is done already is passed over, so that it may be cut
# off anywhere, any number of times.
#
# The heap may be in small pieces. To compile deeply nested code takes a large one, and so does a
# long docstring, which is why this is none.
#
# The commit marker, /.deploy/commit, has a line for each step: "<number> <path>", the staged file
# /.deploy/<number> goes to <path>; "- <path>", that file is removed.
#
# /.deploy/undo.new is such a marker, too, for the way back. It is in force once all is done, as
# /.deploy/undo, until the deploy is confirmed; boot.py then makes it the commit marker.

import os

import vfs

_ENOENT, _EEXIST = 2, 17


def _file_system():
    # With ROMFS /device is a file system of its own, across which nothing can be renamed.
    try:
        for system, mounted in vfs.mount():
            if mounted == "/":
                return system
    except TypeError:  # MicroPython before 1.25
        pass
    return os


_files = _file_system()


def _unless(done, action, *paths):
    try:
        action(*paths)
    except OSError as e:
        if e.errno != done:
            raise


def _make_folders(path):
    end = path.find("/", 1)
    while end > 0:
        folder = path[:end]
        _unless(_EEXIST, _files.mkdir, folder)
        end = path.find("/", end + 1)


def _carry_out(what, path):
    if what == "-":
        _unless(_ENOENT, _files.remove, path)
    else:
        _make_folders(path)
        _unless(_ENOENT, _files.rename, "/.deploy/" + what, path)


with open("/.deploy/commit") as f:
    for step in f:
        step = step[:-1]
        what, path = step.split(" ", 1)
        _carry_out(what, path)

_unless(_ENOENT, os.rename, "/.deploy/undo.new", "/.deploy/undo")
os.remove("/.deploy/commit")
if "undo" not in os.listdir("/.deploy"):
    os.remove("/.deploy/finish.py")
