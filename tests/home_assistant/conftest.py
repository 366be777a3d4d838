"""A Home Assistant for a test, and the board and the broker that it is to find."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker_rig import Broker, broker, lamp, listener, make_broker, make_lamp  # noqa: F401

from tests.board.conftest import bundle  # noqa: F401
from tests.home_assistant.house import House


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """make_house(broker's port, more of configuration.yaml): a Home Assistant that starts."""
    houses = []

    def make(port: int, config: dict | None = None) -> House:
        houses.append(House(tmp_path / f"house{len(houses)}", port, config))
        return houses[-1]

    yield make
    for house in houses:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House], broker: Broker) -> House:  # noqa: F811
    """One that knows the broker and nothing of the switch."""
    return make_house(broker.port)
