"""What was typed and not read yet on the virtual board: a ring of 255 bytes."""

from tools.virtual_board.prompt.uart import StdinRing


def test_keys_beyond_255_are_lost_as_on_the_chip():
    ring = StdinRing(lambda: None)
    ring.put(b"x" * 250)
    ring.put(b"0123456789")
    assert len(ring) == 255
    assert bytes(iter(ring.get, None)) == b"x" * 250 + b"01234"
    ring.put(b"again")
    assert ring.get() == ord("a")
    ring.clear()
    assert ring.get() is None


def test_ctrl_c_interrupts_a_program_and_is_a_key_at_the_prompt():
    interrupts = []
    ring = StdinRing(lambda: interrupts.append(1))
    assert not ring.put(b"\x03")
    assert (ring.get(), interrupts) == (3, [])
    ring.interrupt_char = 3
    assert ring.put(b"a\x03b")
    assert (bytes(iter(ring.get, None)), interrupts) == (b"ab", [1])


def test_ctrl_c_gets_through_when_the_ring_is_full():
    interrupts = []
    ring = StdinRing(lambda: interrupts.append(1))
    ring.interrupt_char = 3
    ring.put(b"x" * 300 + b"\x03")
    assert interrupts == [1]
