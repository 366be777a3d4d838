"""Read the retained messages of an MQTT broker. Every failure is a UserError."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from tools import inputs, settings
from tools.errors import UserError
from tools.paths import ROOT

_PORT = 1883
_TIMEOUT = 5  # s, for the connection, and again for the broker's answer
_KNOWN = "set MQTT_USER and MQTT_PASSWORD in webrepl_cfg.py, or in the environment"


class Broker(NamedTuple):
    """The broker's address, and the user who asks, or none."""

    host: str
    port: int
    user: str
    password: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def from_environment() -> Broker:
    """The broker that BROKER names, with the user of the environment or of webrepl_cfg.py."""
    text = os.environ.get("BROKER") or ""
    if not text:
        raise UserError("BROKER is not set", "give BROKER=host or BROKER=host:port")
    parts = re.fullmatch(r"([A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?", text)
    port = int(parts[2] or _PORT) if parts else 0
    if not parts or not 0 < port < 65536:
        raise UserError(f"BROKER={text} is not an address", "give BROKER=host or BROKER=host:port")
    return Broker(parts[1], port, *_user())


def retained(broker: Broker, topics: Sequence[str], seconds: float) -> dict[str, bytes]:
    """Return topic -> payload of what the broker sends within `seconds` of the subscription."""
    return _Listener(broker, topics).listen(seconds)


def _user() -> tuple[str, str]:
    """User and password. With a user in the environment, the file's password is not used."""
    user, password = (os.environ.get(name) or "" for name in ("MQTT_USER", "MQTT_PASSWORD"))
    path = ROOT / settings.CONFIG
    if user or not path.exists():
        return user, password
    values = settings.read(inputs.read_text(path))
    return str(values.get("MQTT_USER", "")), password or str(values.get("MQTT_PASSWORD", ""))


class _Listener:
    """One connection to the broker; paho calls its methods."""

    def __init__(self, broker: Broker, topics: Sequence[str]) -> None:
        self._broker, self._topics = broker, [(topic, 0) for topic in topics]
        self._heard: dict[str, bytes] = {}
        self._subscribed, self._refusal = False, ""
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.connect_timeout = _TIMEOUT
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def listen(self, seconds: float) -> dict[str, bytes]:
        """Connect, subscribe, and collect what comes."""
        self._connect()
        try:
            self._loop(_TIMEOUT, until_subscribed=True)
            if not self._subscribed:
                raise self._error("does not answer")
            self._loop(seconds)
        finally:
            self._client.disconnect()
        return self._heard

    def _connect(self) -> None:
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except (OSError, ValueError) as error:  # ValueError: a name with an empty label
            why = getattr(error, "strerror", None) or error
            raise UserError(
                f"no broker at {self._broker} ({why})", "correct BROKER, or start the broker"
            ) from error

    def _loop(self, seconds: float, until_subscribed: bool = False) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not (until_subscribed and self._subscribed):
            try:
                code = self._client.loop(left)
            except ValueError:  # paho cannot read it, so it is not MQTT
                code = paho.MQTT_ERR_PROTOCOL
            if self._refusal:
                raise UserError(f"the broker at {self._broker} {self._refusal}", _KNOWN)
            if code != paho.MQTT_ERR_SUCCESS:
                raise self._error(f"ended the connection ({paho.error_string(code).rstrip('.')})")

    def _error(self, what: str) -> UserError:
        return UserError(f"{self._broker} {what}", "check that it is an MQTT broker without TLS")

    def _on_connect(self, client: paho.Client, data: object, flags: object, code: ReasonCode, *_):
        if not code.is_failure:
            client.subscribe(self._topics)
        elif code.value in (134, 135):  # as MQTT 5 calls bad user name or password, not authorized
            who = f"user {self._broker.user!r}" if self._broker.user else "clients without a user"
            self._refusal = f"refuses {who} ({code})"
        else:
            self._refusal = f"refuses the connection ({code})"

    def _on_subscribe(self, client: object, data: object, mid: int, codes: list[ReasonCode], *_):
        if any(code.is_failure for code in codes):
            self._refusal = "does not let this user read wifi-switch/+/info and /status"
        self._subscribed = True

    def _on_message(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        self._heard[message.topic] = message.payload
