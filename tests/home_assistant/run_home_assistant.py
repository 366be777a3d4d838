"""Home Assistant without its web page, driven by JSON lines. The Python of build/home-assistant
runs it: `python run_home_assistant.py FOLDER PORT`, with the folder of its configuration.yaml
and the MQTT broker's port on 127.0.0.1.

Each line of stdin is a service call, as in
{"domain": "switch", "service": "turn_on", "entity_id": "switch.lamp"}. The end of stdin stops it.
On stdout is a line for each new state of an entity. What it logs goes to stderr.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys

from homeassistant import bootstrap, config_entries, loader
from homeassistant.config import async_hass_config_yaml, async_process_ha_core_config
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component


def write(line: dict) -> None:
    """Write a line to stdout."""
    print(json.dumps(line, default=str), flush=True)


async def tell(event: Event) -> None:
    """Write an entity's new state; None where the entity was removed."""
    state = event.data["new_state"]
    write(
        {
            "entity_id": event.data["entity_id"],
            "state": state.state if state else None,
            "attributes": dict(state.attributes) if state else {},
        }
    )


def mqtt_entry(port: int) -> config_entries.ConfigEntry:
    """What a user's answers to the dialogue of the MQTT integration become."""
    return config_entries.ConfigEntry(
        version=1,
        minor_version=1,
        domain="mqtt",
        title="127.0.0.1",
        data={"broker": "127.0.0.1", "port": port},
        source=config_entries.SOURCE_USER,
    )


async def start(folder: str, broker: int) -> HomeAssistant:
    """Home Assistant with its core, MQTT, and what configuration.yaml names."""
    hass = HomeAssistant(folder)
    hass.config.skip_pip = True  # requirements.txt has what it needs
    loader.async_setup(hass)
    hass.bus.async_listen(EVENT_STATE_CHANGED, tell)
    config = await async_hass_config_yaml(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, config)
    await bootstrap.async_load_base_functionality(hass)
    await async_process_ha_core_config(hass, {})
    for domain in ("homeassistant", *config):
        if not await async_setup_component(hass, domain, config):
            raise SystemExit(f"Home Assistant does not accept {domain}")
    await hass.config_entries.async_add(mqtt_entry(broker))
    await hass.async_start()
    return hass


async def main() -> None:
    """Start, call the services that stdin names, stop."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    hass = await start(sys.argv[1], int(sys.argv[2]))
    while line := await lines.readline():
        call = json.loads(line)
        domain, service = call.pop("domain"), call.pop("service")
        await hass.services.async_call(domain, service, call, blocking=True)
    await hass.async_stop(force=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main())
