"""HTTP/1.1 without sockets: one request from bytes, one response as bytes.

Strict on purpose (RFC 9110 and 9112): what two parsers could read in two ways is refused, so
that nothing can be smuggled past a proxy or a browser.

A head is plain ASCII, and text once that is certain: a short text is one of the interpreter's
names, where bytes would be an object of several times their size. Words to compare with are the
lines of one constant, each known by its line's number.
"""

from micropython import const

# Head and body of a request together. A browser's head is some 300 to 900 bytes.
_MAX_REQUEST = const(1536)

_METHODS = const("\nGET\nHEAD\nPOST\nPUT\nDELETE\nOPTIONS\nPATCH\nTRACE\nQUERY\n")
# Whoever uses a field has a constant of its own, HOST as _HOST, for its line here: that costs no
# heap, and tests/test_http.py compares them.
_FIELDS = const("""
host
content-length
content-type
transfer-encoding
authorization
origin
sec-fetch-site
sec-websocket-key
accept
accept-encoding
connection
upgrade
expect
""")
_HOST = const(0)
_CONTENT_LENGTH = const(1)
_TRANSFER_ENCODING = const(3)
_EXPECT = const(12)
_LISTS = const(8)  # from here on: may be sent twice, and the last one counts
# What a token is made of (RFC 9110 5.6.2), capitals aside; the frequent ones come first, as
# strip() searches from the left.
_TOKEN = const("etasonrc-dipguhflmwyxkbvjqz0123456789!#$%&'*+.^_`|~")

# The number is the status, with a fourth digit where it has several reasons.
_ERRORS = const("""
303 See Other
4000 Head must be ASCII lines that end in CR LF
4001 First line must be like GET / HTTP/1.1
4002 Headers must be like Name: value
4003 Header sent twice
4004 Host header missing
4005 Content-Length is not a number
401 Password missing or wrong
403 Cross-site request refused
404 Not Found
405 Method Not Allowed
406 Accept-Encoding must allow gzip
408 Request Timeout
411 Length Required
413 Content Too Large
414 URI Too Long
415 Content-Type must be application/json
421 Host is not a name of this switch: see HOST_NAMES
431 Headers Too Large
500 Failed
5010 Method unknown
5011 Transfer-Encoding unknown
503 Busy
505 HTTP Version Not Supported
""")


def response(status, content_type, body, extra=""):
    """Return a whole response (bytes) that no cache keeps.

    `status` is like "200 OK", `content_type` is the media type, `extra` may hold one more header
    line with its CR LF.
    """
    return (
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s"
        % (status, content_type, len(body.encode()), extra, body)
    ).encode()


def error(number, extra=""):
    """Return the response (bytes) that _ERRORS has under a number (int), as error(408), or the
    one with a status like "400 Body must be empty". `extra` is as in response().
    """
    text = number
    if isinstance(number, int):
        start = _ERRORS.find("\n%d " % number) + 1
        text = _ERRORS[start : _ERRORS.find("\n", start)]
    reason = text[text.find(" ") :]
    return response(text[:3] + reason, "text/plain", reason[1:] + "\n", extra)


def line_of(word, lines):
    """Return the number of that line of `lines` which is `word`, from 0; -1 for none."""
    at = lines.find("\n%s\n" % word)
    return lines.count("\n", 0, at) if at >= 0 else -1


def parse(data):
    """Read the request that `data` (bytes, all that came so far) begins with.

    Return None while more must come; 0 where the client first wants to be told to send the body
    (Expect: 100-continue, RFC 9110 10.1.1); the number (int) of an error as soon as it is certain;
    otherwise (method, path, body, fields): method is like "GET", the path is without its query,
    the body is bytes, and fields has a value or None for each line of _FIELDS.
    What follows the body is ignored.
    """
    end = data.find(b"\r\n\r\n", 0, _MAX_REQUEST)
    stop = end
    if end < 0:
        stop = min(len(data), _MAX_REQUEST)
        if stop and data[stop - 1] == 13:  # a CR, which may become a line end
            stop -= 1
    head = _text(data[:stop])
    if head is None:
        return 4000
    if end < 0:
        if len(data) < _MAX_REQUEST:
            return None
        return 431 if head.find("\r\n", 1) >= 0 else 414
    if not head:
        return 4001
    lines = head.split("\r\n")

    first = lines.pop(0) or lines.pop(0)  # an empty line may lead (RFC 9112 2.2)
    words = first.split(" ")
    if len(words) != 3 or "\t" in first:  # others end a word at a tab
        return 4001
    word, target, version = words
    if version[:5] != "HTTP/" or len(version) != 8 or version[6] != ".":
        return 4001
    if not (version[5] + version[7]).isdigit():
        return 4001
    if version[5] != "1":
        return 505
    if line_of(word, _METHODS) < 0:
        return 5010 if word and not word.lower().strip(_TOKEN) else 4001

    fields = [None] * 13
    for line in lines:
        colon = line.find(":")
        name = line[:colon].lower()
        field = line_of(name, _FIELDS)
        if colon < 1 or field < 0 and name.strip(_TOKEN):
            return 4002
        if field >= 0:
            if fields[field] is not None and field < _LISTS:
                return 4003
            fields[field] = line[colon + 1 :].strip()

    if fields[_HOST] is None and version[7] != "0":  # HTTP/1.0 may come without
        return 4004
    if not target.startswith("/"):  # the absolute form: its host counts (RFC 9112 3.2.2)
        if target[:7].lower() != "http://":
            return 4001
        parts = target[7:].split("/", 1)
        fields[_HOST] = parts.pop(0)
        target = "/" + "".join(parts)

    if fields[_TRANSFER_ENCODING] is not None:
        return 5011
    stop = end + 4
    length = fields[_CONTENT_LENGTH]
    if length is not None:
        if not length.isdigit() or len(length) > 20:
            return 4005
        stop += int(length)
        if stop > _MAX_REQUEST:
            return 413
        if stop > len(data):
            return 0 if fields[_EXPECT] and end + 4 == len(data) else None
    return word, target.split("?")[0], data[end + 4 : stop], fields


def takes_gzip(encodings):
    """Whether an Accept-Encoding field (or None for none) allows gzip (RFC 9110 12.5.3)."""
    takes = encodings is None
    for encoding in "".join((encodings or "").lower().split()).split(","):
        name, *weight = encoding.split(";q=")
        wanted = not weight or weight[0].strip("0.") != ""
        if name == "gzip" or name == "x-gzip":
            return wanted
        if name == "*":
            takes = wanted
    return takes


def _text(head):
    """`head` (bytes) as text; None where it has more than printable ASCII, tabs and CR LF."""
    if head and max(head) > 126:
        return None
    text = str(head, "utf-8")
    rest = text.replace("\r\n", "").replace("\t", "").encode()
    return None if rest and min(rest) < 32 else text
