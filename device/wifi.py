"""WiFi: join the configured network; where that fails, access_point.py opens one of our own."""

import time

import network
from micropython import const

_POLL_MS = const(50)

ap_is_up = False  # our access point, which ap_watch.py switches off again


def connect(config, gone=False, keep=False, fall_back=False, wait_ms=6000):
    """Join the network of `config` (a config.Config) and wait for it, `wait_ms` at most.

    Our access point comes up where no network is known, or the known one is `gone`, which is not
    waited for then; and where it cannot be joined, if that is what `fall_back` says. With `keep`,
    the network that the SDK has stored counts.

    Returns (address, problem): the address, of the access point where that has come up, or "";
    and what went wrong, in one line, or "". Never raises an Exception. A station that is left
    without a connection goes on trying, by the SDK. Expects the firmware's access point to be off.
    """
    sta = network.WLAN(network.WLAN.IF_STA)
    call = _Guard()
    # A name takes effect inside sta.connect() only. The firmware's own is back after every reset.
    renamed = call(network.hostname) != config.HOSTNAME
    call(network.hostname, config.HOSTNAME)
    if not call(sta.active):
        call(sta.active, True)
    # 32 bytes: a name of that length is stored without an end, and the password behind it is read
    # as a part of it (network_wlan.c: esp_config).
    stored = (call(sta.config, "ssid") or "").encode()[:32]
    wanted = config.WIFI_SSID.encode()
    if gone:
        return _fall_back(config, call, "the network has been gone for 2 minutes")
    if not wanted and not stored:
        call(sta.active, False)  # its search for nothing would disturb the access point
        return _fall_back(config, call, "no network: set WIFI_SSID in webrepl_cfg.py")
    if config.AP_PASSWORD and stored and wanted != stored:
        # What is stored may have been entered on the setup page, far from the one in the file.
        names = ()
        if not keep:
            from device import access_point

            names = [name.encode() for name in access_point.scan(sta, call)]
        if keep or (stored in names and wanted not in names):
            wanted = b""
    # With arguments connect() writes to flash, without them it does not.
    ours = (config.WIFI_SSID, config.WIFI_PASSWORD)
    if wanted and wanted != stored:
        if call(sta.status) in (network.STAT_CONNECTING, network.STAT_GOT_IP):
            call(sta.disconnect)  # from another network, which the SDK would keep
        call(sta.connect, *ours)
    elif renamed or call(sta.status) != network.STAT_GOT_IP:
        call(sta.connect)
    untried = wanted == stored

    start = time.ticks_ms()
    while True:
        status = call(sta.status)
        if status == network.STAT_GOT_IP:
            return _address(sta, call), call.problem
        late = time.ticks_diff(time.ticks_ms(), start) >= wait_ms
        # The stored password cannot be read, only seen to fail; and at the end of the wait it may
        # be why, unless there is no such network.
        if untried and (
            status == network.STAT_WRONG_PASSWORD or (late and status != network.STAT_NO_AP_FOUND)
        ):
            call(sta.connect, *ours)
            untried = False
        if late:
            if not fall_back:
                return "", call.problem or _why(status)
            return _fall_back(config, call, _why(status))
        time.sleep_ms(_POLL_MS)


class _Guard:
    """Makes calls; for one that raises it gives None, and keeps the first reason in `problem`."""

    problem = ""

    def __call__(self, function, *args):
        try:
            return function(*args)
        except Exception as e:
            self.problem = self.problem or "%s: %s" % (type(e).__name__, e)


def _why(status):
    if status == network.STAT_WRONG_PASSWORD:
        return "wrong password: check WIFI_PASSWORD in webrepl_cfg.py"
    if status == network.STAT_NO_AP_FOUND:
        return "no such network in reach: check WIFI_SSID in webrepl_cfg.py, and 2.4 GHz"
    return "the network does not answer; the board goes on trying"


def _fall_back(config, call, why):
    global ap_is_up
    ap = network.WLAN(network.WLAN.IF_AP)
    if config.AP_PASSWORD:
        from device import access_point

        ap_is_up = access_point.start(ap, config, call)
    return _address(ap, call) if ap_is_up else "", call.problem or why


def _address(interface, call):
    return (call(interface.ifconfig) or ("",))[0]
