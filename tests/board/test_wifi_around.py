"""WiFi around the virtual board: scans, networks to join, clients of the access point."""

from collections.abc import Callable

import dns.message
import pytest
from program_rig import JOIN, says

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.hardware.air import NO_AP_FOUND, WRONG_PASSWORD, Air
from tools.virtual_board.udp.peer import Peer

Run = Callable[..., VirtualBoard]
STATION = "import network, socket, time\nsta = network.WLAN(0)\nsta.active(True)\n"
ACCESS_POINT = "import network, socket, time\nap = network.WLAN(1)\nap.active(True)\n"
HOME = (b"home", b"\2\0\0\0\0\7", 11, -61, 3, 0)
UNNAMED = (b"", b"\2\0\0\0\0\x08", 1, -90, 4, 1)


def test_a_scan_finds_what_is_there_and_no_callback_runs_meanwhile(run_program: Run) -> None:
    board = run_program(
        JOIN
        + """
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5000))
called = []
s.setsockopt(socket.SOL_SOCKET, 20, lambda s: called.append(time.ticks_ms()))
begin = time.ticks_ms()
print("scanning")
found = sta.scan()
print("found", found)
while not called:
    time.sleep_ms(1)
print("called", time.ticks_diff(called[0], begin) >= 1000)
sta.active(False)
try:
    sta.scan()
except OSError as e:
    print(e)
""",
        air=Air({"home": "correct horse"}, nearby=[HOME, UNNAMED], scan_ms=1000),
    )
    says(board, "scanning")
    with Peer(board) as phone:
        phone.send(b"x", to=5000)
        says(board, "STA must be active")
    assert f"found {[HOME, UNNAMED]}" in board.console
    assert "called True" in board.console


@pytest.mark.parametrize(
    ("name", "key", "end"),
    [("nowhere", "x", NO_AP_FOUND), ("home", "wrong", WRONG_PASSWORD), ("home", "right", 5)],
)
def test_joining_takes_its_time_and_ends_in_the_chips_status(
    run_program: Run, name: str, key: str, end: int
) -> None:
    board = run_program(
        STATION
        + f"""
begin = time.ticks_ms()
sta.connect("{name}", "{key}")
seen = [sta.status()]
while seen[-1] == network.STAT_CONNECTING:
    time.sleep_ms(20)
    seen.append(sta.status())
print("end", seen[0], seen[-1], time.ticks_diff(time.ticks_ms(), begin) >= 300)
""",
        air=Air({"home": "right"}),
    )
    says(board, f"end 1 {end} True")


def test_the_sdk_joins_what_connect_was_told_after_a_power_cut(run_program: Run) -> None:
    board = run_program(
        "import network\nsta = network.WLAN(0)\nprint('known', sta.config('ssid'))"
    )
    says(board, "known \r\n")
    board.wait_for(lambda chip: chip.boots)
    board.do(lambda chip: chip.terminal.ring.put(b"sta.active(True);sta.connect('home', 'c')\r"))
    board.wait_for(lambda chip: chip.wlan.stored == ("home", "c"))
    board.do(lambda chip: chip.power_cut())
    board.do(lambda chip: setattr(chip.wlan, "air", Air({"home": "c"})))
    board.do(lambda chip: chip.power_on())
    says(board, "known home")
    board.wait_for(lambda chip: chip.wlan.isconnected(0))


def test_clients_of_the_access_point_come_and_go_and_ask_its_dns(run_program: Run) -> None:
    board = run_program(
        ACCESS_POINT
        + """
ap.ifconfig(("4.3.2.1", "255.255.255.0", "4.3.2.1", "4.3.2.1"))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
print("ready", ap.ifconfig(), ap.status("stations"), ap.isconnected())
query, peer = s.recvfrom(512)
print("asked", peer, ap.status("stations"), ap.isconnected())
s.sendto(query, peer)
while ap.isconnected():
    time.sleep_ms(10)
print("alone", ap.status("stations"))
ap.active(False)
try:
    s.sendto(query, peer)
except OSError as e:
    print("off", e.errno)
""",
        air=Air({}),
    )
    says(board, "ready ('4.3.2.1', '255.255.255.0', '4.3.2.1', '4.3.2.1') [] False")
    address = board.do(lambda chip: chip.wlan.clients.join(b"\x06phone"))
    assert address == "4.3.2.2"
    query = dns.message.make_query("connectivitycheck.gstatic.com", "A").to_wire()
    with Peer(board, 40000, address) as phone, Peer(board, 40000, "4.3.2.9") as gone:
        gone.send(b"x", to=53)  # nobody has joined with this address
        phone.send(query, to=53)
        assert phone.receive() == (query, 53)
    board.do(lambda chip: chip.wlan.clients.leave(address))
    says(board, "off 113")
    assert "asked ('4.3.2.2', 40000) [(b'\\x06phone', '4.3.2.2')] True" in board.console
    assert "alone []" in board.console


def test_a_client_loses_the_access_point_when_the_station_joins(run_program: Run) -> None:
    board = run_program(
        ACCESS_POINT + "print('up')\nwhile not ap.isconnected():\n    pass\n" + JOIN
    )
    says(board, "up")
    board.do(lambda chip: chip.wlan.clients.join())
    board.wait_for(lambda chip: chip.wlan.isconnected(0))
    assert board.do(lambda chip: chip.wlan.status(1, "stations")) == []
