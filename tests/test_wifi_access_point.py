"""The access point: a way in for the owner while the network is away, never for strangers."""

import network
import pytest

from device import wifi

pytestmark = pytest.mark.usefixtures("nothing_on_air")

OURS = {"ssid": "lamp", "key": "12345678", "security": network.AUTH_WPA2_PSK}


def access_point():
    """The access point that strangers see, or None."""
    return dict(network.point) if network.active[1] else None


def test_the_access_point_comes_up_for_want_of_a_network(settings):
    # Not at a private address, where Android shows no setup page.
    assert wifi.connect(settings, fall_back=True) == (
        "4.3.2.1",
        wifi._why(network.STAT_NO_AP_FOUND),
    )
    assert access_point() == OURS
    assert network.active[0]  # or nobody would see the network come back


def test_the_access_point_is_never_up_with_what_was_stored_before(settings):
    wifi.connect(settings, fall_back=True)
    names = [call[:2] for call in network.calls if call[0] == "config" or call[1:2] == (1,)]
    assert names == [("config", OURS), ("active", 1), ("ifconfig", 1)]


def test_the_access_point_comes_up_where_the_sdk_configures_only_a_running_one(settings):
    network.refuses_while_off = True
    wifi.connect(settings, fall_back=True)
    assert access_point() == OURS


def test_without_a_password_there_is_no_access_point(settings):
    settings.AP_PASSWORD = ""
    wifi.connect(settings, fall_back=True)
    assert access_point() is None


def test_an_access_point_that_keeps_the_firmwares_password_is_switched_off(settings):
    network.deaf = True
    address, problem = wifi.connect(settings, fall_back=True)
    assert address == "" and "access point" in problem
    assert access_point() is None


@pytest.mark.parametrize("off", [False, True])
def test_ctrl_c_leaves_no_access_point_half_configured(settings, monkeypatch, off):
    def interrupt(self, *what, **values):
        if what and self._if == 0:
            return "home"
        if off and not network.active[1]:
            raise OSError("not while it is off")
        raise KeyboardInterrupt

    monkeypatch.setattr(network.WLAN, "config", interrupt)
    with pytest.raises(KeyboardInterrupt):
        wifi.connect(settings, fall_back=True)
    assert access_point() is None
