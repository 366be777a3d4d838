"""HTTP/1.1 without sockets: read one request from bytes, write one response as bytes.

Strict on purpose (RFC 9110 and 9112): what two parsers could read in two ways is refused, so
that nothing can be smuggled past a proxy or a browser.

Words to compare with are the lines of one constant, each known by its line's number: on the chip
an object of its own costs more than a word.
"""

from micropython import const

# Head and body of a request together. A browser's head is some 300 to 900 bytes.
_MAX_REQUEST = const(1536)

_METHODS = const(b"\nGET\nHEAD\nPOST\nPUT\nDELETE\nOPTIONS\nPATCH\nTRACE\nQUERY\n")
_FIELDS = const(b"""
host
accept
content-length
content-type
transfer-encoding
authorization
origin
sec-fetch-site
accept-encoding
""")
_HOST = const(0)
_ACCEPT = const(1)
_LENGTH = const(2)
_CODING = const(4)
_ENCODINGS = const(8)
# What a token is made of (RFC 9110 5.6.2), capitals aside; the frequent ones come first, as
# strip() searches from the left.
_TOKEN = const(b"etasonrc-dipguhflmwyxkbvjqz0123456789!#$%&'*+.^_`|~")

# Number, reason, one more header. The number is the status, with a fourth digit where it has
# several reasons.
_ERRORS = const(b"""
303 See Other|Location: /
4000 Control character or bare line end
4001 First line not like GET / HTTP/1.1
4002 Header line not like Name: value
4003 Header sent twice
4004 No Host
4005 Content-Length not a number
4006 Body not like {"on": true}
401 Password missing or wrong|WWW-Authenticate: Basic realm="switch", charset="UTF-8"
403 Another site asks
404 Not Found
4050 Method Not Allowed|Allow: GET, HEAD
4051 Method Not Allowed|Allow: GET, HEAD, PUT, POST
4052 Method Not Allowed|Allow: POST
406 No gzip in Accept-Encoding
408 Request Timeout
411 Length Required
413 Content Too Large
414 URI Too Long
415 Not application/json
421 Host not a name of this switch
431 Request Header Fields Too Large
500 Status too long
5010 Method Not Implemented
5011 Transfer-Encoding Not Implemented
503 Busy
505 HTTP Version Not Supported
""")


def response(status, kind, body, extra=b""):
    """Return a whole response (bytes) that no cache keeps.

    `status` is like b"200 OK", `kind` is the media type, `extra` may hold one more header line
    with its CR LF; all of them bytes.
    """
    return (
        b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sCache-Control: no-store\r\n"
        b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s"
        % (status, kind, len(body), extra, body)
    )


def error(number):
    """Return the response (bytes) that _ERRORS has under `number` (int), as error(408)."""
    start = _ERRORS.find(b"\n%d " % number) + 1
    text, *more = _ERRORS[start : _ERRORS.find(b"\n", start)].split(b"|")
    reason = text[text.find(b" ") :]
    extra = more[0] + b"\r\n" if more else b""
    return response(text[:3] + reason, b"text/plain", reason[1:] + b"\n", extra)


def line_of(word, lines):
    """Return the number of that line of `lines` which is `word`, from 0; -1 for none."""
    at = lines.find(b"\n%s\n" % word)
    return lines.count(b"\n", 0, at) if at >= 0 else -1


def parse(data):
    """Read the request that `data` (bytes, all that came so far) begins with.

    Return None while more must come; the number (int) of an error as soon as it is certain;
    otherwise (method, path, body, fields): method is a line of _METHODS, the path is without
    its query, and fields has a value or None for each line of _FIELDS. All but method are bytes.
    What follows the body is ignored.
    """
    end = data.find(b"\r\n\r\n", 0, _MAX_REQUEST)
    if end < 1:
        return _unfinished(data[:_MAX_REQUEST])
    head = data[:end]
    if _has_control(head):
        return 4000
    lines = head.split(b"\r\n")

    words = (lines.pop(0) or lines.pop(0)).split(b" ")  # an empty line may lead (RFC 9112 2.2)
    if len(words) != 3:
        return 4001
    word, target, version = words
    if version[:5] != b"HTTP/" or len(version) != 8 or version[6] != 46:  # a dot
        return 4001
    if not version[5:6].isdigit() or not version[7:].isdigit():
        return 4001
    if version[5] != 49:  # 1
        return 505
    method = line_of(word, _METHODS)
    if method < 0:
        return 5010 if word and not word.lower().strip(_TOKEN) else 4001

    fields = [None] * 9
    for line in lines:
        colon = line.find(b":")
        name = line[:colon].lower()
        field = line_of(name, _FIELDS)
        if colon < 1 or field < 0 and name.strip(_TOKEN):
            return 4002
        if field >= 0:
            if fields[field] is not None and field not in (_ACCEPT, _ENCODINGS):
                return 4003
            fields[field] = line[colon + 1 :].strip()

    if fields[_HOST] is None and version[7] != 48:  # HTTP/1.0 may come without
        return 4004
    if not target.startswith(b"/"):  # the absolute form: its host counts (RFC 9112 3.2.2)
        if target[:7].lower() != b"http://":
            return 4001
        parts = target[7:].split(b"/", 1)
        fields[_HOST] = parts.pop(0)
        target = b"/" + b"".join(parts)

    if fields[_CODING] is not None:
        return 5011
    stop = end + 4
    length = fields[_LENGTH]
    if length is not None:
        if not length.isdigit() or len(length) > 20:
            return 4005
        stop += int(length)
        if stop > _MAX_REQUEST:
            return 413
        if stop > len(data):
            return None
    return method, target.split(b"?")[0], data[end + 4 : stop], fields


def takes_gzip(encodings):
    """Whether an Accept-Encoding field (bytes, or None for none) allows gzip (RFC 9110 12.5.3)."""
    takes = encodings is None
    for encoding in b"".join((encodings or b"").lower().split()).split(b","):
        name, *weight = encoding.split(b";q=")
        wanted = not weight or weight[0].strip(b"0.") != b""
        if name in (b"gzip", b"x-gzip"):
            return wanted
        if name == b"*":
            takes = wanted
    return takes


def _unfinished(data):
    """Return None if `data`, in which no head ends, may still become one; or an error."""
    if data.startswith(b"\r\n\r\n"):
        return 4001
    if _has_control(data[:-1] if data.endswith(b"\r") else data):
        return 4000
    if len(data) < _MAX_REQUEST:
        return None
    return 431 if data.find(b"\r\n", 1) >= 0 else 414


def _has_control(text):
    """Whether `text` has a control character other than a tab or CR LF."""
    text = text.replace(b"\r\n", b" ").replace(b"\t", b" ") + b" "
    return min(text) < 32 or b"\x7f" in text
