"""GET /metrics: figures of the switch for Prometheus, in its text format 0.0.4."""

from micropython import const

from device import api, http, led, rtc_state

_LABEL = const(40)  # characters at most, so that all fits into one response
# What is there at all times. `promtool` wants a HELP of each; there is no room for the TYPE of
# gauges, for which Prometheus has no use.
_LINES = const("""\
# HELP switch_on on
switch_on %d
# HELP switch_changes_total changes
# TYPE switch_changes_total counter
switch_changes_total %d
# HELP switch_uptime_seconds s
switch_uptime_seconds %d
# HELP switch_heap_free_bytes free
switch_heap_free_bytes %d
# HELP switch_requests_total served
# TYPE switch_requests_total counter
switch_requests_total %d
# HELP switch_rejected_total refused
# TYPE switch_rejected_total counter
switch_rejected_total %d
# HELP switch_crashes in a row
switch_crashes %d
# HELP switch_info build
switch_info{version="%s",firmware="%s",reset_cause="%s"} 1
""")
_SIGNAL = const("""\
# HELP switch_wifi_rssi_dbm dBm
switch_wifi_rssi_dbm %d
""")
_MQTT = const("""\
# HELP switch_mqtt_connected yes
switch_mqtt_connected %d
""")

_changes = 0
_set_light = rtc_state.set_light


def start(settings):
    """Add the resource, and count the changes of the light from now on."""
    rtc_state.set_light = _changed
    api.routes["/metrics"] = ("GET, HEAD", _get)


def _changed(on):
    global _changes
    if on != rtc_state.light:
        _changes += 1
    _set_light(on)


def _get(method, body, fields):
    report = api.report()
    lines = _LINES % (
        led.signal.value(),
        _changes,
        report["uptime_s"],
        report["mem_free"],
        report["requests"],
        report["rejected"],
        rtc_state.crashes,
        _label(report["version"]),
        _label(report["firmware"]),
        report["reset_cause"],
    )
    if report["rssi"] is not None:
        lines += _SIGNAL % report["rssi"]
    mqtt = report.get("mqtt")  # what mqtt.py says of the connection, if it is loaded
    if mqtt:
        lines += _MQTT % (mqtt[:9] == "connected")
    return http.response("200 OK", "text/plain; version=0.0.4; charset=utf-8", lines)


def _label(text):
    return text[:_LABEL].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
