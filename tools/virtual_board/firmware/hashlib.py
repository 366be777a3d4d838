"""`hashlib` of the ESP8266: it has no md5."""

from uhashlib import sha1, sha256
