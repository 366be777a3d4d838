"""`os` of the ESP8266 port: the real one, with dupterm and uname, without the Unix extras."""

from collections import namedtuple

import link
from uos import (
    VfsFat,
    VfsLfs2,
    chdir,
    getcwd,
    ilistdir,
    listdir,
    mkdir,
    mount,
    remove,
    rename,
    rmdir,
    sep,
    stat,
    statvfs,
    umount,
    unlink,
    urandom,
)

_version = "1.29.0-preview"
_uname = namedtuple("uname_result", ("sysname", "nodename", "release", "version", "machine"))
_machine = "ESP module with ESP8266"
_file = None  # that a PUT or GET has open
_slot = None  # dupterm slot 0; slot 1 is the UART, wired in the chip


def uname():
    return _uname("esp8266", "esp8266", _version, "v" + _version, _machine)


def dupterm(stream, index=0):
    """Attach a `_webrepl` object to slot 0, or None to free it; the one that was there before."""
    global _slot
    before, _slot = _slot, stream
    link.call(link.DUPTERM, -1 if stream is None else stream.number)
    return before


def dupterm_notify(_sock=None):
    """Work off what came for slot 0: the chip reads frames, the files are ours to open."""
    global _slot, _file
    answer, tag = b"", 0
    while True:
        operation, data = link.call(link.DUPTERM_NOTIFY, tag, 0, answer)
        answer, tag = b"", 0
        try:
            if operation == 0:  # idle
                return
            elif operation == 1:
                _file = open(data[1:].decode(), data[:1].decode() + "b")
            elif operation == 2:
                _file.write(data)
            elif operation == 3:
                answer = _file.read(256)
            elif operation == 4:
                _file.close()
            else:  # the session is over: the slot is free, the socket closed
                stream, _slot = _slot, None
                if stream:
                    stream.close()
                return
        except OSError as e:
            tag = e.errno


def sync():
    pass
