"""The virtual board's websocket framing: what extmod/modwebsocket.c takes, sends and garbles."""

import pytest
from virtual_session import GET_VERSION, Board, masked, request

from tools.virtual_board.webrepl.websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Decoder,
    encode,
)


def test_closing_politely_is_answered_and_ends_the_session():
    board = Board().login()
    assert board.receive(masked(CLOSE, b"")) == b"\x88\x00"
    assert board.ended


def test_a_frame_with_a_64_bit_length_ends_the_session():
    board = Board().login()
    board.receive(b"\x82\xff" + bytes(12))
    assert board.ended
    assert "EIO" in board.session.reason


def test_a_pings_payload_spoils_the_next_request_as_on_the_chip():
    board = Board().login()
    assert board.receive(masked(PING, b"1234"), masked(BINARY, request(GET_VERSION))) == b""
    assert board.ended


def test_frames_are_read_in_pieces_undecoded_and_unmasked():
    decoder = Decoder(lambda data: None)
    stream = masked(TEXT, b"\xff\xfe") + encode(TEXT, b"") + masked(CONTINUATION, b"a" * 300)
    read = b""
    for i in range(len(stream)):
        decoder.feed(stream[i : i + 1])
        while part := decoder.read(100):
            assert decoder.opcode == TEXT
            read += part
    assert read == b"\xff\xfe" + b"a" * 300
    decoder.feed(b"")
    assert decoder.read(1) == b""


def test_an_empty_ping_inside_a_message_changes_what_the_rest_is_taken_for():
    decoder = Decoder(lambda data: None)
    decoder.feed(b"\x01\x01a" + encode(PING, b"") + b"\x80\x01b")
    assert (decoder.read(1), decoder.opcode) == (b"a", TEXT)
    assert (decoder.read(1), decoder.opcode) == (b"b", PING)


@pytest.mark.parametrize(
    "size, head", [(0, "8100"), (125, "817d"), (126, "817e007e"), (65535, "817effff")]
)
def test_a_frame_uses_the_shortest_length(size, head):
    assert encode(TEXT, bytes(size)) == bytes.fromhex(head) + bytes(size)


def test_output_too_long_for_a_frame_is_refused():
    with pytest.raises(OSError):
        encode(TEXT, bytes(65536))
