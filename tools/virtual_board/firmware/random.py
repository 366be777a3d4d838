"""`random` of the ESP8266: MICROPY_PY_RANDOM_EXTRA_FUNCS is 0 there."""

from urandom import getrandbits, seed
