"""The board is found by its name, whatever happens to its network and to it."""

from fault_rig import HOME, boot, complaints
from mdns_cases import RESPONSE, message, record
from named_rig import (
    ADDRESS,
    addresses,
    ask_for,
    start,
    start_over,
    status,
)
from zeroconf import DNSIncoming

from tools.virtual_board.board import VirtualBoard
from tools.virtual_board.udp.peer import Peer


def test_a_phone_finds_the_board_by_its_name_and_opens_its_page(
    mdns_board: VirtualBoard, phone: Peer
) -> None:
    start(mdns_board)
    probes = [DNSIncoming(phone.receive()[0]) for _ in range(3)]
    assert all(p.questions[0].name == "lamp.local." and p.questions[0].unicast for p in probes)
    announced = DNSIncoming(phone.receive()[0])
    assert {r.name for r in announced.answers()} >= {"lamp.local.", "lamp._http._tcp.local."}
    assert addresses(phone, "lamp") == [ADDRESS]
    assert ask_for(mdns_board, "lamp.local") == 200
    assert status(mdns_board)["mdns"] == "lamp.local"
    assert [line for line in complaints(mdns_board) if "off" in line] == []


def test_if_the_name_is_taken_the_board_has_another_which_status_tells(
    mdns_board: VirtualBoard, phone: Peer
) -> None:
    boot(mdns_board)
    while not (name := status(mdns_board)["mdns"]):
        # Again and again, since only three quarters of a second are for an answer to its probes.
        phone.send(message(answers=[record(b"\x04lamp\x05local\0")], flags=RESPONSE))
    assert name == "lamp-2.local"
    assert ask_for(mdns_board, "lamp-2.local") == 200
    assert addresses(phone, "lamp-2") == [ADDRESS]


def test_after_a_new_address_the_name_leads_there(mdns_board: VirtualBoard, phone: Peer) -> None:
    start(mdns_board)
    mdns_board.do(lambda chip: setattr(chip.wlan, "address", "192.168.1.99"))
    mdns_board.wait_for(
        lambda chip: chip.clock.advance(50) or "192.168.1.99" in {k[1] for k in chip.udp.groups}
    )
    start_over(mdns_board)
    assert addresses(phone, "lamp") == ["192.168.1.99"]


def test_while_wifi_is_away_the_switch_goes_on_and_then_the_name_is_back(
    mdns_board: VirtualBoard, phone: Peer
) -> None:
    start(mdns_board)
    mdns_board.do(lambda chip: chip.wlan.air.networks.clear())
    mdns_board.wait_for(lambda chip: chip.clock.advance(50) or not chip.udp.groups)
    mdns_board.do(lambda chip: chip.wlan.air.networks.update(HOME))
    mdns_board.wait_for(lambda chip: chip.clock.advance(100) or chip.udp.groups)
    start_over(mdns_board)
    assert addresses(phone, "lamp") == [ADDRESS]


def test_after_a_soft_reset_the_name_is_the_board_s_again(
    mdns_board: VirtualBoard, phone: Peer
) -> None:
    start(mdns_board)
    boots = mdns_board.chip.boots
    mdns_board.do(lambda chip: chip.terminal.put(b"\x04"))
    mdns_board.wait_for(lambda chip: chip.clock.advance(20) or chip.boots > boots)
    start_over(mdns_board)
    assert addresses(phone, "lamp") == [ADDRESS]
