"""`_webrepl`: the session lives in the chip (tools/virtual_board/webrepl/session.py)."""

import link


def password(value):
    if len(value) > 9:
        raise ValueError
    link.call(link.WEBREPL_PASSWORD, 0, 0, value.encode())


class _webrepl:
    def __init__(self, stream):
        self._stream = stream
        self.number = stream.sock._n
        link.call(link.WEBREPL_SESSION, self.number)

    def close(self):
        self._stream.sock.close()
