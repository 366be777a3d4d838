"""The broker goes, is slow or refuses, and the board loses power: they find each other again."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable

import client
from broker_rig import BASE, Broker, Client, becomes, needs_mosquitto, state
from fault_rig import HOME

from tools import build
from tools.soak.measure import free_heap
from tools.soak.mosquitto import ADDRESS
from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.chip import Chip

pytestmark = needs_mosquitto


def test_the_broker_says_offline_when_a_board_has_lost_its_power(
    make_lamp: Callable[..., VirtualBoard], listener: Client, broker: Broker
) -> None:
    # The broker's clock cannot be advanced: so the board asks for 2 s, in place of 45.
    source = (build.ROOT / "device" / "mqtt_packets.py").read_text()
    assert source.count("flags, 0, 45") == 1
    packets = build.compile_source(
        "mqtt_packets.py", source.replace("flags, 0, 45", "flags, 0, 2")
    )
    board = make_lamp(broker.port, change={"/device/mqtt_packets.mpy": packets})
    listener.wait(BASE + "info")
    start = time.monotonic()
    while time.monotonic() < start + 5:  # so it stays while it is there
        board.do(lambda chip: chip.clock.advance(1000))
        time.sleep(0.05)
    assert listener.last(BASE + "status") == "online"
    mark = listener.mark()
    board.do(Chip.power_cut)
    listener.wait(BASE + "status", "offline", mark)


def test_a_board_whose_power_is_back_is_online_again(lamp: VirtualBoard, listener: Client) -> None:
    mark = listener.mark()
    boots = lamp.chip.boots
    lamp.do(Chip.power_cut)
    lamp.do(Chip.power_on)
    lamp.wait_for(lambda chip: chip.boots > boots)
    listener.wait(BASE + "info", since=mark)
    # The old session may end after the new one has begun, but its will comes before.
    told = [payload for topic, payload in listener.heard(mark) if topic == BASE + "status"]
    assert told[-1] == "online"


def test_a_broker_that_restarts_has_everything_again(
    lamp: VirtualBoard, listener: Client, broker: Broker
) -> None:
    listener.close()
    broker.stop()
    becomes(lamp, "no answer")
    assert client.set_led(lamp.http, True) is True
    broker.start()
    becomes(lamp, "connected")
    later = Client(broker.port)
    try:
        later.wait(BASE + "info")
        assert later.last(BASE + "state") == "ON" and later.last(BASE + "status") == "online"
    finally:
        later.close()
    assert "Traceback" not in lamp.console


def test_a_wrong_password_is_told_and_the_right_one_gets_in(
    make_broker: Callable[..., Broker], make_lamp: Callable[..., VirtualBoard], tmp_path
) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("lamp:right\n")
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True, capture_output=True)
    broker = make_broker(f"user root\npassword_file {passwords}\n")
    board = make_lamp(broker.port, 'MQTT_USER = "lamp"\nMQTT_PASSWORD = "wrong"\n')
    becomes(board, "wrong user or password")
    board.close()
    board = make_lamp(broker.port, 'MQTT_USER = "lamp"\nMQTT_PASSWORD = "right"\n')
    becomes(board, "connected")
    assert "right" not in board.console and "wrong" not in board.console


def test_a_broker_that_is_not_there_costs_the_switch_nothing(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    board = make_lamp(1)
    becomes(board, "no answer")
    board.do(lambda chip: chip.stack.hosts.silent.add(ADDRESS))
    for on in (True, False) * 10:
        assert client.set_led(board.http, on) is on
        board.do(lambda chip: chip.clock.advance(1000))
    assert state(board) == "no answer"


def test_a_broker_that_stops_in_the_middle_of_a_packet_is_left(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        sock = server.accept()[0]
        assert sock.recv(200).startswith(b"\x10")
        sock.sendall(b"\x20\2\0\0\x30\x40\0")
        assert sock.recv(200).startswith(b"\x82")
        assert state(board) == "connected"
        sock.close()  # with what it has not read: an RST
        becomes(board, "connection lost")


def test_a_slow_broker_gets_one_message_at_a_time_and_holds_nobody_up(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        sock = server.accept()[0]
        sock.settimeout(10)
        assert sock.recv(200).startswith(b"\x10")
        sock.sendall(b"\x20\2\0\0")
        kinds = []
        for _ in range(7):
            data = sock.recv(2000)
            assert data.endswith(b"\xc0\0")
            kinds.append(data[0])
            for on in (True, False):
                assert client.set_led(board.http, on) is on
            sock.setblocking(False)
            try:
                more = sock.recv(2000)
            except BlockingIOError:
                more = b""
            assert not more, "nothing comes before the answer"
            sock.settimeout(10)
            sock.sendall(b"\xd0\0")
        assert kinds == [0x82] + [0x31] * 6
        assert state(board) == "connected"
        sock.close()


def comes(board: VirtualBoard, server: socket.socket) -> socket.socket:
    """The board's next connection, after its CONNECT; the chip's clock goes faster meanwhile."""
    server.settimeout(0.05)
    for _ in range(600):
        board.do(lambda chip: chip.clock.advance(500))
        with contextlib.suppress(TimeoutError):
            sock = server.accept()[0]
            sock.settimeout(10)
            assert sock.recv(200).startswith(b"\x10")
            return sock
    raise TimeoutError(f"it does not come: {state(board)}")


ACCEPTED = b"\x20\2\0\0"
MALFORMED = {
    "nothing": b"",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "a long CONNACK": b"\x20\3\0\0\0",
    "SUBACK before CONNACK": b"\x90\3\0\1\0",
    "a length of five bytes": ACCEPTED + b"\x30\xff\xff\xff\xff\1",
    "half a packet": ACCEPTED + b"\x30\x40\0\x1dwifi",
}


def test_a_broker_that_sends_malformed_packets_is_left_and_costs_no_heap(
    make_lamp: Callable[..., VirtualBoard],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        board = make_lamp(server.getsockname()[1])
        comes(board, server).close()
        before = free_heap(board)
        for packets in MALFORMED.values():
            sock = comes(board, server)
            sock.sendall(packets)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(2000):  # until the board has closed its end
                pass
            sock.close()
            assert state(board) != "connected"
            for on in (True, False):
                assert client.set_led(board.http, on) is on
        sock = comes(board, server)
        sock.sendall(ACCEPTED)
        assert sock.recv(2000).startswith(b"\x82")
        becomes(board, "connected")
        assert free_heap(board) >= before - 1024
        assert "Traceback" not in board.console
        sock.close()


def test_a_full_broker_is_tried_again_until_it_has_room(
    make_broker: Callable[..., Broker], make_lamp: Callable[..., VirtualBoard]
) -> None:
    broker = make_broker("allow_anonymous true\nmax_connections 1\n")
    other = Client(broker.port)
    other.say("here", "1")
    board = make_lamp(broker.port)
    becomes(board, "no answer")
    assert client.set_led(board.http, True) is True
    other.close()
    becomes(board, "connected")


def test_a_switch_that_loses_wifi_comes_back_to_the_broker(
    lamp: VirtualBoard, listener: Client
) -> None:
    lamp.do(lambda chip: setattr(chip.wlan.air, "networks", {}))
    lamp.wait_for(lambda chip: chip.clock.advance(50) or chip.stack.active_pcbs == 0)
    mark = listener.mark()
    lamp.do(lambda chip: setattr(chip.wlan.air, "networks", HOME))
    lamp.wait_for(lambda chip: chip.clock.advance(50) or chip.wlan.isconnected(0))
    becomes(lamp, "connected")
    listener.wait(BASE + "state", since=mark)
