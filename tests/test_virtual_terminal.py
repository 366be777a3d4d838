"""The board's terminal: what is printed, while a WebREPL client takes it piece by piece."""

import errno
import types

from tools.virtual_board.prompt.terminal import Terminal
from tools.virtual_board.tcp.sockets import POLLOUT

SOCK = 3


class Stack:
    """One connection, whose client sends nothing and takes `room` bytes."""

    def __init__(self):
        self.room = 1000

    def send(self, sock, data):
        n, self.room = min(self.room, len(data)), self.room - min(self.room, len(data))
        if not n:
            raise OSError(errno.EAGAIN, "full")
        return n

    def poll(self, sock):
        return POLLOUT


def test_a_client_that_takes_some_of_a_print_makes_no_callback_wait_for_its_keys():
    stack, uart = Stack(), types.SimpleNamespace(write=len, occupy=int)
    terminal = Terminal(uart, stack, lambda data: None, lambda: None, lambda: None)
    terminal.open_session(SOCK)
    terminal.attach(SOCK)
    terminal.session.logged_in = True
    stack.room = 100
    terminal.print(b"x" * 500)
    terminal.set_blocking(SOCK, False)  # a callback is about to read
    stack.room = 100
    assert terminal.blocked() and not terminal.stands_still()
