"""The beginnings of programs that use UDP on the virtual board."""

from collections.abc import Callable

from program_rig import JOIN

from tools.virtual_board.board import VirtualBoard

Run = Callable[..., VirtualBoard]
MDNS = (
    JOIN
    + """\
import select
def error(call, *args):
    try:
        return call(*args)
    except OSError as e:
        return "errno %d" % e.errno
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 5353))
group = bytes([224, 0, 0, 251]) + bytes(4)
"""
)
JOINED = MDNS + "s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, group)\n"
READY = "print('ready')\n"
