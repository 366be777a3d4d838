"""The virtual board's serial wire: no faster than 115,200 baud, whatever the PC writes at once."""

import asyncio
import os

from test_virtual_uart import terminal

from tools.virtual_board.prompt.uart import Uart

WRITTEN = bytes(range(256)) * 4


def test_a_long_paste_comes_as_slowly_as_the_wire_would_bring_it():
    loop = asyncio.new_event_loop()
    came = []
    uart = Uart(loop, lambda data: came.append((loop.time(), data)))
    with terminal(uart) as t:
        os.write(t, WRITTEN)
        while sum(len(data) for _, data in came) < len(WRITTEN):
            loop.run_until_complete(asyncio.sleep(0.001))
    uart.close()
    loop.close()
    assert b"".join(data for _, data in came) == WRITTEN
    start, so_far = came[0][0], 0
    for at, data in came:
        so_far += len(data)
        assert so_far <= 32 + (at - start) * 11520 + 1


def test_nothing_is_lost_while_the_prompt_is_kept_from_reading():
    loop = asyncio.new_event_loop()
    came, ready = [], []
    uart = Uart(loop, came.append, lambda: bool(ready))
    with terminal(uart) as t:
        os.write(t, b"x = 1\r")
        loop.run_until_complete(asyncio.sleep(0.02))
        assert not came
        ready.append(True)
        while not came:
            loop.run_until_complete(asyncio.sleep(0.001))
    uart.close()
    loop.close()
    assert came == [b"x = 1\r"]
