"""Auto-off: switches the light off after AUTO_OFF_S, or once after `for_s` of PUT /led.

The relay may be one that must never stay on. So it goes on only where this timer runs: at boot it
stays off until the switch has started, and so in safe mode or at a prompt without the switch. The
seconds left are in RTC memory before the light is on. Each boot takes _KEEP_S from them, as that
many may have passed since they were written: no row of resets makes the time longer.
"""

from time import ticks_diff, ticks_ms

import micropython
from micropython import const

import device
from device import led, rtc_state

_MOST_S = const(86400)
_KEEP_S = const(10)  # the seconds in RTC memory are older by that at most
# In RTC memory, see rtc_state.py.
_CHECK = const(3)
_LEFT = const(10)

_every = 0  # AUTO_OFF_S: seconds after each ON; 0: only where a request asks for it
_left = 0  # ms until the light goes off, at _last; 0: it stays on
_last = 0  # ticks
_kept = 0  # seconds left, as in RTC memory
_held = False  # it was on before this boot, and waits for start()
_set = None  # led.set as it was
_sweep = None  # server.sweep, once the timer runs
_led = None  # api.py's function for /led


def boot(settings):
    """Take over led.set, before the light is set; and leave it off until start()."""
    global _every, _kept, _held, _set
    if _set:
        return
    _every = settings.AUTO_OFF_S
    _set = led.set
    led.set = set
    for i in range(_LEFT + 3, _LEFT - 1, -1):
        _kept = _kept << 8 | rtc_state._bytes[i]
    _held = rtc_state.light and (_every or _kept) > 0
    if _held:
        rtc_state.light = False  # for led.start(); RTC memory itself has it on


def start(settings):
    """Run the timer; the light goes on again for what was left of its time."""
    global _sweep, _held, _led
    boot(settings)
    device.server.jobs.append(poll)  # type: ignore[attr-defined]
    _sweep = device.server.sweep  # type: ignore[attr-defined]
    if _held:
        _held = False
        rtc_state.light = True
        if not _kept:  # as after a power cut
            on_for(_every)
        elif _kept > _KEEP_S:
            on_for(min(_kept, _MOST_S) - _KEEP_S)
        else:
            led.set(False)
    allow, _led = device.api.routes["/led"]
    device.api.routes["/led"] = (allow, _request)
    device.status.more.append(_report)
    try:
        from device import page_more  # allowed: at boot
    except ImportError:
        return  # lost: the page works all the same
    page_more.start()


def set(on):
    """What led.set is here."""
    if on:
        on_for(_every)
    else:
        _set(False)
        _keep(0)


def on_for(seconds):
    """Switch it on, and off after so many seconds, 1 to 86400; 0: it stays on. Allocates nothing.

    It stays off where nothing would switch it off again.
    """
    global _left, _last
    if seconds and not _sweep:
        return
    _left = seconds * 1000
    _last = ticks_ms()
    _keep(seconds)
    _set(True)
    try:
        micropython.schedule(_sweep, None)  # or nobody calls poll() after an ON at the prompt
    except Exception:
        pass  # a full queue: of what sweeps, too


def poll(now):
    """Switch it off when its time is over. A job of server.py's."""
    global _left, _last
    if not led.signal.value():
        if _kept:
            _keep(0)
        return None
    if not _kept:
        if not _every:
            return None
        # By the pin itself, as from the prompt.
        _left = _every * 1000
        _last = now
        _keep(_every)
    passed = ticks_diff(now, _last)
    _last = now
    # Below 0: nobody has called for six days, and the counter has come half way round.
    if not 0 <= passed < _left:
        led.set(False)
        return None
    _left -= passed
    if _left <= (_kept - _KEEP_S) * 1000:
        _keep((_left + 999) // 1000)
    return min(_left, _left - (_kept - _KEEP_S) * 1000)


def _keep(seconds):
    global _kept
    _kept = seconds
    head = rtc_state._bytes
    for i in range(_LEFT, _LEFT + 4):
        head[_CHECK] = head[_CHECK] + head[i] - (seconds & 0xFF) & 0xFF
        head[i] = seconds & 0xFF
        seconds >>= 8
    rtc_state._memory(head)


def _report(fields):
    fields["off_in_s"] = None
    if _kept:
        fields["off_in_s"] = max(0, _left - ticks_diff(ticks_ms(), _last) + 999) // 1000


def _request(method, body, fields):
    # /led: api.py's, but for a body with for_s in it.
    if method in "GET, HEAD" or b"for_s" not in body:
        return _led(method, body, fields)
    on = device.api.wish(b'{"on":true}', fields)
    if on is not True:
        return on
    seconds = _seconds(body)
    if not 0 < seconds <= _MOST_S:
        reason = '400 for_s is 1 to 86400, as in {"on": true, "for_s": 30}'
        return device.http.error(reason)
    on_for(seconds)
    return _led("GET", None, None)


def _seconds(body):
    # By hand, as api.wish() reads -> 0 for what it may not be.
    if max(body) > 126:
        return 0
    words = text = str(body, "utf-8")
    for space in " \t\r\n":
        words = words.replace(space, "")
    digits = "".join(filter(str.isdigit, words))
    if words != '{"on":true,"for_s":%s}' % digits and words != '{"for_s":%s,"on":true}' % digits:
        return 0
    for word in ('"on"', "true", '"for_s"', digits):  # no space in a word
        if word not in text:
            return 0
    return int(digits) if digits and digits[0] != "0" and len(digits) < 6 else 0
