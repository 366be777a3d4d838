"""Who may ask: by the name the request uses, by the password, and by the site it comes from."""

import binascii

from micropython import const

from device import http

# Lines of http's list of fields.
_HOST = const(0)
_AUTHORIZATION = const(4)
_ORIGIN = const(5)
_SEC_FETCH_SITE = const(6)

# What may follow the board's name: nothing, or what the DNS of the world does not lead to.
_DOMAINS = const("\n\n.local\n.lan\n.home\n.home.arpa\n.internal\n")

password = b""  # asked for unless empty

names = ""  # the board's, and more: each between two line feeds


def start(name, secret):
    """Set the board's host name and the password (str, "" for none)."""
    global names, password
    names = "\n%s\nlocalhost\n" % name.lower()
    password = secret.encode()


def refusal(writes, fields):
    """Return the response or number of an error for a request that may not be made, else None.

    `fields` are http.parse()'s, `writes` is whether it asks for a change.
    """
    host = fields[_HOST]
    if host is not None:
        host = host.lower()
        if not is_local(host):
            return 421  # a foreign name that leads here: DNS rebinding
    if password and not _is_password(fields[_AUTHORIZATION]):
        return http.error(401, 'WWW-Authenticate: Basic realm="switch", charset="UTF-8"\r\n')
    origin = fields[_ORIGIN]
    site = fields[_SEC_FETCH_SITE]
    # A page of another site may make a browser ask: RFC 6454, and Fetch Metadata.
    if writes and origin is not None and origin.lower().split("://")[1:] != [host]:
        return 403
    if writes and site is not None and site != "same-origin" and site != "none":
        return 403
    return None


def is_local(host):
    """Whether `host`, in lower case and maybe with a port, is an IP address or a name of ours."""
    if host.startswith("["):  # as nothing but an IPv6 address begins
        return not host.strip("[]:.0123456789abcdef")
    host, *port = host.split(":")
    if port and not ":".join(port).isdigit():
        return False
    if host.endswith("."):
        host = host[:-1]
    own = names.split("\n", 2)[1]
    if host.startswith(own) and http.line_of(host[len(own) :], _DOMAINS) >= 0:
        return True
    if http.line_of(host, names) >= 0:
        return True
    octets = host.split(".")
    for octet in octets:
        if not octet.isdigit() or int(octet) > 255:
            return False
    return len(octets) == 4


def _is_password(credentials):
    """Whether an Authorization field (RFC 7617) has the password in it.

    Takes a time that does not tell how much of a guess is right.
    """
    words = (credentials or "").split()
    if len(words) != 2 or words[0].lower() != "basic":
        return False
    try:
        _, given = binascii.a2b_base64(words[1]).split(b":", 1)
    except ValueError:
        return False
    differ = len(given) ^ len(password)
    for i in range(len(given)):
        differ |= given[i] ^ password[i % len(password)]
    return not differ
