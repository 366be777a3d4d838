"""`io` of the ESP8266: the real one, whose name is the PC's too, by its parts."""

from uio import BytesIO, IOBase, StringIO, open
