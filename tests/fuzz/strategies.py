"""Requests as people, browsers and attackers make them: right, nearly right, and wrong."""

from hypothesis import strategies as st

# What is right at its place, and what is not.
METHODS = b"GET HEAD PUT POST GET PUT POST DELETE OPTIONS TRACE".split()
NO_METHODS = b"CONNECT get G(T PUTT".split() + [b""]
TARGETS = (
    b"/ /led /toggle /status /style.css /led /toggle /led?a=http://b http://switch/led"
    b" HTTP://192.168.4.1 http://[::1]/led"
).split()
NO_TARGETS = (
    b"* switch:80 https://switch/led led http:///led http://switch?/led http://a@switch/led"
    b" http://evil.example/led /LED /led/ //led /./led /%6ced /led#a /led;a /\xff"
).split() + [b"", b"/led?a\tb"]
VERSIONS = b"HTTP/1.1 HTTP/1.1 HTTP/1.0 HTTP/1.9".split()
NO_VERSIONS = b"HTTP/2.0 HTTP/0.9 http/1.1 HTTP/1.1.1".split() + [b"", b"HTTP/1.1 x"]
HOSTS = b"switch SWITCH:80 switch.local. 192.168.4.1 [::1]:8080 localhost".split()
NO_HOSTS = (
    b"evil.example 1.2.3.400 switch.evil.example switch: switch:80:80 a@switch switch,switch"
).split() + [b""]
LENGTHS = b"0 1 11 12 011 1535 1536 99999999999999999999".split()
NO_LENGTHS = b"+11 -1 0x0b 1_1 11.0 11,11 \xd9\xa1".split() + [b"", b"1 1", b"11, 11"]
BODIES = b'{"on":true}|{"on":false}|{"on": true}| { "on" :\r\n false } '.split(b"|")
NO_BODIES = (
    b'{"on":true,"on":true}|{"on":1}|{"on":tr ue}|{"on":true}x|{on:true}|["on",true]|on=true'
    b"|POST /toggle HTTP/1.1"
).split(b"|") + [b""]
STARTS = [b"", b"", b"\r\n"]
NO_STARTS = [b"\n", b"\r\n\r\n", b" ", b"\0"]
SPACES = [b" "]
NO_SPACES = [b"  ", b"\t", b"", b"\r\n "]
COLONS = [b": ", b":", b":\t "]
NO_COLONS = [b" : ", b" :", b"", b":\x0b", b":\0", b"\r\n:"]
ENDS = [b"\r\n"]
NO_ENDS = [b"\n", b"\r", b"\r\r\n", b"\r\n ", b"\0\r\n", b"\r\n\r\n"]
# Of all these, a wish can be right or wrong.
LINES = {
    b"Host": HOSTS + NO_HOSTS,
    b"Origin": (
        b"http://switch https://SWITCH:80 http://evil.example null switch"
        b" http://switch.evil.example http://evil.example://switch"
    ).split()
    + [b""],
    b"Sec-Fetch-Site": b"same-origin none same-site cross-site x".split(),
    b"Content-Length": LENGTHS + NO_LENGTHS,
    b"Transfer-Encoding": [b"chunked", b"Chunked", b"identity", b"gzip, chunked", b"", b"x"],
    b"Content-Type": (
        b"application/json application/json;charset=utf-8 application/x-www-form-urlencoded"
        b" text/plain multipart/form-data APPLICATION/JSON"
    ).split()
    + [b""],
    b"Authorization": (
        b"Basic bWU6c2VjcmV0|basic  OnNlY3JldA==|Basic bWU6d3Jvbmc=|Basic bWU6|Basic|Basic \xff"
        b"|Bearer bWU6c2VjcmV0|Basic bWU6c2VjcmV0 x|Basic bWU6c2VjcmV0c2VjcmV0"
    ).split(b"|"),
    b"Accept": [b"*/*", b"application/json", b"text/html, Application/JSON", b""],
    b"Accept-Encoding": [b"gzip", b"gzip;q=0", b"*;q=0.0", b"br", b""],
    b"X": [b"a", b"\xff\x80 \t", b"x" * 1500],
    b"Transfer_Encoding": [b"chunked"],
}


@st.composite
def requests(draw):
    """Bytes that are a request, or would be but for a detail or two."""
    slips = draw(st.sets(st.integers(0, 10), max_size=2))

    def pick(place, right, wrong):
        return draw(st.sampled_from(wrong if place in slips else right))

    def line(name, value):
        name = draw(st.sampled_from([name, name.lower(), name.upper()]))
        return name + pick(0, COLONS, NO_COLONS) + value + pick(1, ENDS, NO_ENDS)

    body = pick(2, BODIES, NO_BODIES)
    length = b"%d" % len(body)
    lines = [
        line(b"Host", pick(3, HOSTS, NO_HOSTS)),
        line(b"Content-Length", pick(4, [length], LENGTHS + NO_LENGTHS)),
    ]
    del lines[pick(5, [2], [0, 1]) :]
    for name in draw(st.lists(st.sampled_from(sorted(LINES)), max_size=3)):
        lines.append(line(name, draw(st.sampled_from(LINES[name]))))
    space = pick(6, SPACES, NO_SPACES)
    first = space.join(
        [
            pick(7, METHODS, NO_METHODS),
            pick(8, TARGETS, NO_TARGETS),
            pick(9, VERSIONS, NO_VERSIONS),
        ]
    )
    more = draw(st.sampled_from([b"", b"POST /toggle HTTP/1.1\r\nHost: switch\r\n\r\n"]))
    start = pick(10, STARTS, NO_STARTS)
    lines = draw(st.permutations(lines))
    return start + first + b"\r\n" + b"".join(lines) + b"\r\n" + body + more


@st.composite
def damaged(draw, whole):
    """Bytes of `whole` with a piece cut out or put in, or the end missing."""
    data = draw(whole)
    at = draw(st.integers(0, len(data)))
    until = min(len(data), at + draw(st.integers(0, 4)))
    junk = draw(st.sampled_from([b"", b"\r", b"\n", b"\r\n", b"\0", b" ", b":", b"\xff", b"1"]))
    return draw(st.sampled_from([data[:at] + junk + data[until:], data[:at]]))


@st.composite
def wishes(draw):
    """A request that must be obeyed, with no password set, and whether it wants the light on."""
    host = draw(st.sampled_from([b"switch", b"Switch.lan:8080", b"10.0.0.7", b"[fe80::1]:80"]))
    on = draw(st.booleans())
    gap = st.sampled_from([b"", b" ", b"\t", b"\r\n"])
    body = b"".join(
        word + draw(gap) for word in (b"", b"{", b'"on"', b":", b"true" if on else b"false", b"}")
    )
    lines = [b"Host: " + host, b"Content-Length: %d" % len(body)]
    for line in (
        b"Origin: http://" + host,
        b"Sec-Fetch-Site: same-origin",
        b"Content-Type: application/json",
        b"User-Agent: " + draw(st.text("abc/ ()\t~", max_size=400)).encode(),
    ):
        if draw(st.booleans()):
            lines.append(line)
    first = draw(st.sampled_from([b"PUT", b"POST"])) + b" /led HTTP/1.1"
    return b"\r\n".join([first, *draw(st.permutations(lines)), b"", body]), on


@st.composite
def doubtful(draw):
    """A wish with one of its header lines, or one more, saying something else."""
    first, *lines = draw(wishes())[0].split(b"\r\n")
    name = draw(st.sampled_from(sorted(set(LINES) - {b"X", b"Accept", b"Accept-Encoding"})))
    line = name + b": " + draw(st.sampled_from(LINES[name]))
    lines = [old for old in lines if not old.startswith(name + b":")]
    return b"\r\n".join([first, line, *lines])


def ends(size):
    """Where the pieces end that a request of `size` bytes comes in."""
    return st.lists(st.integers(1, size), max_size=6).map(sorted)
