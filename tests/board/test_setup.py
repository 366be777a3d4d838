"""Setup by phone: from a board that knows no network to one that serves in it."""

from collections.abc import Callable

import client
import dns.message
import dns.query
import dns.rdatatype
import pytest
from fault_rig import answers, boot
from setup_rig import AP, CONFIG, NETWORKS, PASSWORD, Phone, air, put

from tools.virtual_board.board import VirtualBoard

# What phones and computers ask to find out whether a network has a page of its own.
PROBES = (
    ("connectivitycheck.gstatic.com", "/generate_204"),  # Android, ChromeOS
    ("www.google.com", "/gen_204"),
    ("clients3.google.com", "/generate_204"),
    ("captive.apple.com", "/hotspot-detect.html"),  # iOS, macOS
    ("www.apple.com", "/library/test/success.html"),
    ("www.msftconnecttest.com", "/connecttest.txt"),  # Windows
    ("www.msftconnecttest.com", "/redirect"),
    ("www.msftncsi.com", "/ncsi.txt"),
    ("detectportal.firefox.com", "/canonical.html"),  # Firefox
    ("detectportal.firefox.com", "/success.txt?ipv4"),
    ("nmcheck.gnome.org", "/check_network_status.txt"),  # GNOME
    ("spectrum.s3.amazonaws.com", "/kindle-wifi/wifistub.html"),  # Kindle
)


@pytest.fixture
def board(make_board: Callable[..., VirtualBoard]) -> VirtualBoard:
    """A board that knows no network, with its access point up."""
    board = make_board(put(CONFIG), air=air())
    assert board.do(lambda chip: chip.wlan.ap_on)
    return board


@pytest.fixture
def phone(board: VirtualBoard) -> Phone:
    return Phone(board)


def test_every_phone_is_led_to_the_page_by_its_own_question(phone: Phone) -> None:
    for host, path in PROBES:
        status, fields, _ = phone.ask("GET", path, host=host)
        assert (status, fields["Location"]) == (302, f"http://{AP}/"), host
        assert fields["Cache-Control"] == "no-store" and fields["Connection"] == "close"
    assert "<form" in phone.open()


def test_every_name_leads_to_the_board_and_other_questions_get_an_empty_answer(
    board: VirtualBoard,
) -> None:
    board.do(lambda chip: chip.wlan.clients.join())
    for host, _ in PROBES:
        for kind, expected in (("A", [AP]), ("AAAA", []), ("HTTPS", [])):
            query = dns.message.make_query(host, kind)
            answer = dns.query.udp(query, "127.0.0.1", 10, port=board.udp_port(53))
            found = [str(item) for rrset in answer.answer for item in rrset]
            assert (answer.rcode(), found) == (0, expected), (host, kind)


def test_the_page_lists_the_networks_in_reach_and_shows_their_names_as_they_are(
    phone: Phone,
) -> None:
    page = phone.open()
    for name in ("home", "Caf\u00e9 &amp; &lt;b>Bar", "open"):
        assert f"<option>{name}" in page
    assert "<b>Bar" not in page


@pytest.mark.parametrize("ssid", sorted(NETWORKS))
def test_after_setup_the_board_is_in_the_network_that_was_entered(
    board: VirtualBoard, phone: Phone, ssid: str
) -> None:
    phone.open()
    phone.enter(ssid, NETWORKS[ssid])
    phone.wait_for("has joined")
    address = board.do(lambda chip: chip.wlan.own_addresses()[0])
    assert f"http://{address}/" in phone.ask("GET", "/")[2]
    assert board.do(lambda chip: chip.wlan.ap_on)  # for the phone to read that
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    assert not board.do(lambda chip: chip.wlan.ap_on)
    assert board.do(lambda chip: chip.wlan.stored) == (ssid, NETWORKS[ssid])
    assert answers(board) is False
    assert "script" in client.request(board.http, "GET", "/")[1].decode()  # its own page again
    assert "Traceback" not in board.console


def test_what_went_wrong_is_said_and_the_next_try_can_do(phone: Phone) -> None:
    phone.open()
    phone.enter("home", "a wrong one")
    assert phone.wait_for("refuses") == "home refuses the password."
    assert "<select name=ssid><option>home" in phone.open()  # still chosen
    phone.enter("", PASSWORD, other="elsewhere")
    assert "elsewhere is not in reach" in phone.wait_for("reach")
    phone.enter("home", "short")
    assert "8 to 63" in phone.line()
    phone.enter("home", PASSWORD)
    phone.wait_for("has joined home")


def test_no_answer_has_a_password_in_it(board: VirtualBoard, phone: Phone) -> None:
    secret = "not to be seen 1"
    phone.open()
    for ssid in ("home", "", "x" * 33):
        phone.enter(ssid, secret)
        for path in ("/", "/wifi", "/switch"):
            assert secret not in phone.ask("GET", path)[2]
        phone.board.do(lambda chip: chip.clock.advance(30_000))
    assert "let me in" not in phone.open() and secret not in board.console


def test_only_a_form_of_the_boards_own_page_is_obeyed(board: VirtualBoard, phone: Phone) -> None:
    phone.enter("home", PASSWORD, token="0" * 12)
    assert "again" in phone.line()
    assert board.do(lambda chip: chip.wlan.stored) == ("", "")
    phone.open()
    # As Apple's small browser sends it at times.
    form = {"ssid": "home", "password": PASSWORD, "token": phone.token}
    status, _, _ = phone.ask("POST", "/wifi", form, Origin="null", Sec_Fetch_Site="cross-site")
    assert status == 303 and "Joining home" in phone.line()


def test_the_switch_works_meanwhile_by_the_boards_own_page(
    board: VirtualBoard, phone: Phone
) -> None:
    phone.open()
    assert "Flip" in phone.ask("GET", "/switch")[2]
    for form in ({}, {"token": "0" * 12}):
        assert phone.ask("POST", "/switch", form)[0] == 303
        assert not board.do(lambda chip: chip.gpio.led())
    assert phone.ask("POST", "/switch", {"token": phone.token})[0] == 303
    board.wait_for(lambda chip: chip.gpio.led())
    assert "status>On<" in phone.ask("GET", "/switch")[2]


def test_everything_else_is_an_error_that_fits(phone: Phone) -> None:
    assert phone.ask("GET", "/led")[0] == 404
    assert phone.ask("POST", "/", {})[:2][0] == 405
    assert phone.ask("PUT", "/wifi", {})[1]["Allow"] == "GET, HEAD, POST"
    assert phone.ask("GET", "/", host="lamp.local")[0] == 200
    head = phone.ask("HEAD", "/")
    assert head[0] == 200 and head[2] == "" and int(head[1]["Content-Length"]) > 400


def test_without_a_password_for_the_access_point_there_is_no_setup(
    make_board: Callable[..., VirtualBoard],
) -> None:
    board = make_board(put(CONFIG.replace("let me in", "")), air=air())
    assert not board.do(lambda chip: chip.wlan.ap_on)
    assert "setup" not in board.console


def test_a_network_that_is_gone_for_two_minutes_brings_setup_and_its_return_ends_that(
    make_board: Callable[..., VirtualBoard],
) -> None:
    board = make_board(put(client.CONFIG + 'AP_PASSWORD = "let me in"\n'), air=air())
    client.set_led(board.http, True)
    board.do(lambda chip: chip.wlan.air.networks.pop("home"))
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    assert board.do(lambda chip: chip.wlan.ap_on and chip.gpio.led())
    assert "<form" in Phone(board).open()
    boots = board.chip.boots
    board.do(lambda chip: chip.wlan.air.networks.update(NETWORKS))
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    assert not board.do(lambda chip: chip.wlan.ap_on)
    assert answers(board) is True


def test_with_another_network_in_the_settings_the_entered_one_is_kept_until_power_is_cut(
    make_board: Callable[..., VirtualBoard],
) -> None:
    config = CONFIG + 'WIFI_SSID = "open"\nWIFI_PASSWORD = "for a while"\n'
    board = make_board(put(config), start=False, air=air())
    boot(board)
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    phone = Phone(board)
    phone.open()
    phone.enter("home", PASSWORD)
    phone.wait_for("has joined")
    assert "After a power cut, the WiFi in webrepl_cfg.py counts" in phone.ask("GET", "/wifi")[2]
    boots = board.chip.boots
    board.wait_for(lambda chip: chip.clock.advance(200) or chip.boots > boots, 60)
    assert answers(board) is False
    assert board.do(lambda chip: chip.wlan.stored)[0] == "home"
