"""Features that would not fit into a board's heap are refused before anything is written."""

import pytest

from tools.deploy import fit
from tools.errors import UserError

MQTT, LOG, TIMER = "MQTT_HOST = 'a'\n", "EVENT_LOG = True\n", "AUTO_OFF_S = 60\n"


@pytest.mark.parametrize(
    "source, told",
    [
        (MQTT, "MQTT_HOST needs more memory.*; leave it out"),
        ("MDNS = True\n", "MDNS needs more memory.*; leave it out"),
        (LOG + "METRICS = True\n", "EVENT_LOG and METRICS together need more memory"),
        (LOG + TIMER, "EVENT_LOG and AUTO_OFF_S together need more memory.*; leave one out"),
        ("POWER_ON = 'last'\n", 'POWER_ON = "last" needs firmware with ROMFS.*; choose "on"'),
    ],
)
def test_what_does_not_fit_without_romfs_is_refused_and_fits_with_it(source, told):
    with pytest.raises(UserError, match=told) as error:
        fit.check(source, has_rom=False)
    assert "make flash" in str(error.value) and "\n" not in str(error.value)
    fit.check(source, has_rom=True)


@pytest.mark.parametrize("source", ["", LOG, TIMER, "METRICS = True\n" + TIMER])
def test_one_feature_fits_without_romfs(source):
    fit.check(source, has_rom=False)


def test_every_feature_has_its_figure():
    assert {s.feature for s in fit.OPTIONAL} == set(fit.BYTES)
