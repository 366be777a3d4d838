"""MQTT's packets, byte by byte. Runs on CPython and on MicroPython."""

from core_cases import note

from device import mqtt_packets

SET = b"wifi-switch/switch-c0002a/set"


class Stream:
    """What has come from the broker, of which `piece` bytes at most are read at a time."""

    def __init__(self, data, piece=1000):
        self.data, self.piece = data, piece

    def readinto(self, buffer):
        n = min(len(buffer), len(self.data), self.piece)
        if not n:
            return None
        buffer[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


def read_all(data, piece=1000):
    reader, stream = mqtt_packets.Reader(), Stream(data, piece)
    packets = []
    while stream.data:
        packet = reader.read(stream)
        if packet is not None:
            packets.append(note(b"", packet))
    return packets


def published(payload, kind=0x30, topic=SET):
    body = bytes((0, len(topic))) + topic + payload
    return bytes((kind, len(body))) + body


def raised(function):
    try:
        function()
    except OSError:
        return True
    return False


def test_the_broker_learns_who_is_there_and_what_to_say_when_it_is_gone():
    packet = mqtt_packets.connect("switch-c0002a", "a/status", "", "")
    assert packet == (
        b"\x10\x2c\x00\x04MQTT\x04\x2e\x00\x2d\x00\x0dswitch-c0002a\x00\x08a/status\x00\x07offline"
    )


def test_user_and_password_reach_the_broker_as_utf_8():
    packet = mqtt_packets.connect("x", "w", "me", "pä")
    assert packet[9] == 0xEE
    assert packet.endswith(b"\x00\x07offline\x00\x02me\x00\x03p\xc3\xa4")
    packet = mqtt_packets.connect("x", "w", "me", "")
    assert packet[9] == 0xAE and packet.endswith(b"\x00\x02me")
    # [MQTT-3.1.2-22]: no password without a user name.
    assert mqtt_packets.connect("x", "w", "", "secret")[9] == 0x2E


def test_commands_are_subscribed_to_without_acknowledgement():
    expected = b"\x82\x0a\x00\x01\x00\x01a\x00\x00\x01b\x00\xc0\x00"
    assert mqtt_packets.subscribe([b"a", b"b"]) == expected


def test_messages_are_retained_and_their_length_is_told_also_beyond_127_bytes():
    assert mqtt_packets.publish("a/b", "ON") == b"\x31\x07\x00\x03a/bON\xc0\x00"
    long = mqtt_packets.publish("t", "x" * 300)
    assert long[:6] == b"\x31\xaf\x02\x00\x01t" and len(long) == 3 + 303 + 2


def test_a_command_is_understood_however_its_bytes_come():
    data = b"\x20\x02\x00\x00" + published(b"ON") + b"\xd0\x00" + published(b"OFF") * 10
    expected = [b"\x20\x00\x00", b"\x30" + published(b"ON")[2:], b"\xd0"]
    expected += [b"\x30" + published(b"OFF")[2:]] * 10
    for piece in range(1, 70):
        assert read_all(data, piece) == expected, piece
    assert mqtt_packets.message(expected[1]) == (SET, b"ON")


def test_what_is_too_long_is_skipped_and_the_next_command_is_understood():
    for size in (64, 127, 128, 2048, 3000):
        head = [size & 127 | 128, size >> 7 & 127 | 128, size >> 14]
        if size < 128:
            head = [size]
        data = b"\x30" + bytes(head) + b"\xc0" * size + published(b"ON")
        assert read_all(data) == [b"\x30", b"\x30" + published(b"ON")[2:]], size
    assert mqtt_packets.message(b"\x30") == (b"", b"")
    assert len(read_all(b"\x30\x3f" + b"x" * 63)[0]) == 64


def test_a_flood_is_not_read_without_end():
    stream = Stream(b"\x30\xff\xff\xff\x7f" + b"x" * 10000)
    assert mqtt_packets.Reader().read(stream) is None
    assert 6000 < len(stream.data) < 8000


def test_what_is_no_mqtt_ends_the_connection():
    assert raised(lambda: read_all(b"\x30\xff\xff\xff\xff"))

    class End:
        @staticmethod
        def readinto(buffer):
            return 0

    assert raised(lambda: mqtt_packets.Reader().read(End))


def test_a_message_whose_topic_is_longer_than_itself_is_empty():
    for packet in (b"\x30", b"\x30\x00", b"\x30\x00\x05abc", b"\x30\xff\xffabc"):
        assert mqtt_packets.message(packet) == (b"", b"")
    assert mqtt_packets.message(b"\x30\x00\x03abc") == (b"abc", b"")
    assert mqtt_packets.message(b"\x30\x00\x00abc") == (b"", b"abc")


def test_whatever_bytes_come_they_make_packets_or_end_the_connection():
    state = 7
    for _ in range(300):
        data = []
        for _ in range(150):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            data.append(state >> 16 & (0xFF if state >> 8 & 1 else 0x3F))
        data = bytes(data)
        try:
            whole = read_all(data)
        except OSError:
            assert raised(lambda data=data: read_all(data, 1))
            continue
        assert whole == read_all(data, 1)
        for packet in whole:
            assert len(packet) <= 64
            topic, payload = mqtt_packets.message(packet)
            assert len(topic) + len(payload) < 64
