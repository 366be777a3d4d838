"""Runs on MicroPython's WebAssembly build: stands in for the firmware's modules.

Loaded before anything is measured, since on the chip these modules take no heap and their names
are in ROM. It has what the bundle and the tools' programs use, and shares no other names with
them, since names are counted, too.
"""

import errno  # noqa: F401
import gc
import hashlib
import json  # noqa: F401
import os
import select  # noqa: F401
import sys
import time  # noqa: F401

import micropython
import standin_sockets
import ubinascii
import vfs

_FREE = 14000  # bytes, as on the chip: this build counts what it could still get


class _Machine:
    class Pin:
        IN, OUT, PULL_UP, IRQ_RISING, IRQ_FALLING = 0, 1, 1, 1, 2

        def __init__(self, *_, value=1):
            pass

        def value(self, *_):
            return 1

        def irq(self, handler, trigger):
            pass

    class Signal:
        def __init__(self, pin, invert=False):
            self._lit = 0

        def value(self, *lit):
            if not lit:
                return self._lit
            self._lit = lit[0]

    class RTC:
        kept = b""

        def memory(self, *kept):
            if not kept:
                return _Machine.RTC.kept
            _Machine.RTC.kept = bytes(kept[0])

    def reset_cause():
        return 0

    def unique_id():
        return bytes(4)

    def reset():
        pass


class _Network:
    STAT_CONNECTING, STAT_WRONG_PASSWORD, STAT_NO_AP_FOUND, STAT_GOT_IP = 1, 2, 3, 5
    AUTH_WPA2_PSK = 3

    class WLAN:
        IF_STA, IF_AP = 0, 1

        def __init__(self, number):
            self._number = number

        def active(self, *_):
            return not self._number

        def isconnected(self):
            return not self._number

        def config(self, *_, **values):
            return "a house's network"

        def connect(self, *_):
            pass

        def disconnect(self):
            pass

        def status(self, *what):
            return -60 if what else 5

        def ifconfig(self):
            return ("192.168.4.16", "255.255.255.0", "192.168.4.1", "192.168.4.1")

    def hostname(*_):
        return "switch in the hall"

    def country(*_):
        return "XX"


class _Esp:
    def check_fw():
        return True

    def flash_size():
        return 4 << 20


class _Gc:
    collect, mem_alloc = gc.collect, gc.mem_alloc

    def mem_free():
        return _FREE


class _Hashlib:
    sha1 = sha256 = hashlib.sha256  # this build has no SHA-1


class _Micropython:
    qstr_info, mem_info = micropython.qstr_info, micropython.mem_info

    def schedule(*_):  # act.py does the sweeps: here a tick would run again and again at once
        pass


class _Session:
    """_webrepl"""

    def password(_):
        pass

    def _webrepl(stream):
        return stream


class _Websocket:
    def websocket(stream, _):
        return stream


class _Version:
    machine = "ESP module with ESP8266"
    version = "v1.29.0 on 2026-01-01"


def _statvfs(_):
    return (4096, 4096, 763, 700, 700, 0, 0, 0, 0, 255)


def mount_flash(path):
    """Have the file at `path` as the partition of ROMFS: from now on the firmware has that."""
    with open(path, "rb") as f:
        # Loaded before anything is measured, and kept: on the chip it is mapped flash.
        _Vfs.partition = memoryview(f.read())
    sys.modules["vfs"] = _Vfs


class _Vfs:
    VfsRom, mount, umount = vfs.VfsRom, vfs.mount, vfs.umount

    def rom_ioctl(*_):
        return _Vfs.partition


sys.modules.update(
    binascii=ubinascii,  # the one in C: this build has one in Python, too, in front of it
    socket=standin_sockets.Module,
    machine=_Machine,
    network=_Network,
    esp=_Esp,
    gc=_Gc,
    hashlib=_Hashlib,
    micropython=_Micropython,
    _webrepl=_Session,
    websocket=_Websocket,
)
os.dupterm = os.dupterm_notify = lambda _: None
os.uname = lambda: _Version
os.urandom, os.statvfs = bytes, _statvfs
