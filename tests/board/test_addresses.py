"""The station's addresses and names: as a router gives them, as a program sets and asks them."""

from collections.abc import Iterator

import pytest
from network_rig import ADDRESS, Programs, programs

HOSTS = {"broker.lan": (ADDRESS, {})}
GIVEN = ("192.168.1.42", "255.255.255.0", "192.168.1.1", "192.168.1.1")
OWN = ("192.168.1.77", "255.255.255.0", "192.168.1.2", "192.168.1.3")


@pytest.fixture(scope="module")
def module_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with programs(tmp_path_factory.mktemp("addresses"), hosts=HOSTS) as board:
        board.run("w = network.WLAN(0)")
        yield board


@pytest.fixture
def repl(module_board: Programs) -> Iterator[Programs]:
    yield module_board
    module_board.run("w.ifconfig('dhcp')")


def test_station_has_the_address_that_the_router_gave(repl: Programs):
    assert repl.value("w.ifconfig()") == GIVEN
    assert repl.value("w.ipconfig('addr4'), w.ipconfig('gw4'), w.ipconfig('dhcp4')") == (
        GIVEN[:2],
        GIVEN[2],
        True,
    )
    assert repl.value("network.WLAN(1).ifconfig()[0]") == "0.0.0.0"


def test_addresses_that_a_program_sets_are_used_until_it_asks_for_dhcp_again(repl: Programs):
    repl.run(f"w.ifconfig({OWN})")
    assert repl.value("w.ifconfig(), w.ipconfig('dhcp4'), network.ipconfig('dns')") == (
        OWN,
        False,
        OWN[3],
    )
    repl.run("w.ipconfig(addr4='10.1.2.3/8', gw4='10.0.0.1'); network.ipconfig(dns='9.9.9.9')")
    assert repl.value("w.ifconfig()") == ("10.1.2.3", "255.0.0.0", "10.0.0.1", "9.9.9.9")
    repl.run("w.ipconfig(dhcp4=True)")
    assert repl.value("w.ifconfig()[:3]") == GIVEN[:3]


@pytest.mark.parametrize(
    "call", ["w.ifconfig(('1.2.3', 24, '', ''))", "w.ipconfig('mtu')", "network.ipconfig(gw4='')"]
)
def test_addresses_that_are_none_raise_valueerror(repl: Programs, call: str):
    assert repl.value(f"isinstance(attempt(lambda: {call}), str)")


def test_name_is_found_in_the_time_that_a_lookup_takes_and_an_address_at_once(repl: Programs):
    repl.board.chip.stack.hosts.lookup_time = 0.4
    repl.run("start = time.ticks_ms()")
    found = [(2, 1, 0, "", (ADDRESS, 1883))]
    assert repl.value(f"socket.getaddrinfo('{ADDRESS}', 1883)") == found
    assert repl.value("time.ticks_diff(time.ticks_ms(), start)") < 400
    repl.run("start = time.ticks_ms()")
    assert repl.value("socket.getaddrinfo('broker.lan', 1883)") == found
    assert repl.value("time.ticks_diff(time.ticks_ms(), start)") >= 400


def test_lookup_fails_with_lwips_negative_numbers(repl: Programs):
    hosts = repl.board.chip.stack.hosts
    hosts.lookup_time, hosts.dns_timeout = 0.02, 0.4
    assert repl.value("attempt(socket.getaddrinfo, 'nobody.lan', 80)") == -2
    assert repl.value("attempt(socket.getaddrinfo, '', 80)") == -12
    hosts.dns_answers = False
    repl.run("start = time.ticks_ms()")
    assert repl.value("attempt(socket.getaddrinfo, 'broker.lan', 80)") == -2
    assert repl.value("time.ticks_diff(time.ticks_ms(), start)") >= 400
    hosts.dns_answers = True
    repl.run("w.disconnect()")
    repl.board.wait_for(lambda chip: not chip.stack.link_up)
    assert repl.value("attempt(socket.getaddrinfo, 'broker.lan', 80)") == -2
    repl.run("w.connect()")
    repl.board.wait_for(lambda chip: chip.stack.link_up)
