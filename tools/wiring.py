"""Draw docs/wiring.svg: a bare module wired for flashing, and what may hang on GPIO2."""

from __future__ import annotations

from pathlib import Path

import schemdraw
from schemdraw import elements as elm

from tools.errors import main

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "wiring.svg"

_REMARK, _TITLE = 11, 15  # points
# Heights in drawing units: the rails of the upper row, the supply and ground of the lower one.
_TOP, _BOTTOM = 7.6, -3.5
_HIGH, _LOW = -8.5, -14.5

_WARNING = (
    "GPIO2 must be high while the board starts, or it does not start: so the load goes to 3.3 V, "
    "never to ground.\nA load that has to go to ground: use GPIO4 or GPIO5, and say so in LED_PIN."
)


def draw() -> bytes:
    """The drawing as SVG, the same each time for one version of schemdraw."""
    schemdraw.use("svg")
    drawing = schemdraw.Drawing(show=False)
    drawing.config(unit=2, fontsize=13, lw=1.5, bgcolor="white", margin=0.3)
    with drawing:
        _flashing()
        _led(2)
        _relay_module(9)
        _relay(18.5)
        _text((0, _LOW - 2.2), _WARNING)
    return drawing.get_imagedata("svg")


def _flashing() -> None:
    _text((0, 8.9), "To flash a bare module (ESP-12, ESP-01)", _TITLE)
    adapter = _box((0, 0), (4, 5), "", right="GND RXD . TXD .")
    _text((0.3, 2.7), "USB-serial\nadapter,\n3.3 V signals")
    pins = {"left": ". TX . RX .", "top": "VCC EN", "bottom": "GND GPIO15 GPIO0 RST"}
    module = _box((8.5, 0), (9.5, 5), "ESP-12 or ESP-01", **pins)
    supply = _box((21.5, 0), (4.6, 5), "3.3 V supply,\n300 mA or more", top="+", bottom="−")
    _text((module.EN.x - 1.2, 3.9), "or CH_PD")
    elm.Line().at(adapter.TXD).to(module.RX)
    elm.Line().at(adapter.RXD).to(module.TX)

    elm.Line().at(module.VCC).toy(_TOP)
    elm.Line().tox(supply["+"].x)
    elm.Line().toy(supply["+"])
    elm.Resistor().at(module.EN).toy(_TOP).label("10 kΩ", loc="bottom", fontsize=_REMARK)
    elm.Dot()
    elm.Capacitor(polar=True).at((19.8, _TOP)).toy(_BOTTOM).label("100 µF", fontsize=_REMARK)

    elm.Line().at(adapter.GND).toy(_BOTTOM)
    elm.Line().tox(supply["−"].x)
    elm.Line().toy(supply["−"])
    elm.Line().at(module.GND).toy(_BOTTOM)
    elm.Resistor().at(module.GPIO15).toy(_BOTTOM).label("10 kΩ", fontsize=_REMARK)
    elm.Switch().at(module.GPIO0).toy(_BOTTOM)
    elm.Button().at(module.RST).toy(_BOTTOM)
    elm.Ground().at((6.5, _BOTTOM))
    for x in (module.GND.x, module.GPIO15.x, module.GPIO0.x, module.RST.x, 19.8):
        elm.Dot().at((x, _BOTTOM))
    elm.Dot().at((19.8, _TOP))
    for x, text in (
        (module.GPIO15.x, "only ESP-12\nhas it"),
        (module.GPIO0.x, "closed: flash\nopen: run"),
        (module.RST.x, "touch to\nreset"),
    ):
        _text((x - 0.8, _BOTTOM - 1), text)


def _led(x: float) -> None:
    _heading(x - 2, "An LED on GPIO2", "lit while GPIO2 is low")
    elm.Vdd().at((x, _HIGH)).label("3.3 V")
    elm.Resistor().at((x, _HIGH)).down().label("470 Ω", fontsize=_REMARK)
    elm.LED().down()
    elm.Line().down(0.7)
    elm.Line().right(1)
    elm.Dot(open=True).label("GPIO2", loc="right")


def _relay_module(x: float) -> None:
    _heading(x - 2, "A relay module on GPIO2", "made for 3.3 V, active low")
    box = _box((x, _HIGH - 4.6), (4, 3.6), "relay", left="GND IN VCC", right=". NO COM .")
    elm.Line().at(box.VCC).toy(_HIGH)
    elm.Vdd().label("3.3 V")
    elm.Line().at(box.IN).left(0.7)
    elm.Dot(open=True).label("GPIO2", loc="left")
    elm.Line().at(box.GND).toy(_LOW)
    elm.Ground()
    for pin in (box.NO, box.COM):
        elm.Dot(open=True).at(pin)
    _text((box.COM.x + 0.3, box.center.y - 0.1), "to the load")


def _relay(x: float) -> None:
    _heading(x - 2, "A relay on GPIO2", "with a coil for 3 V, up to 60 mA")
    transistor = elm.BjtPnp(circle=True).right().at((x + 2, _HIGH - 1.4))
    transistor.label("BC327", loc="right", fontsize=_REMARK)
    elm.Line().at(transistor.emitter).toy(_HIGH)
    elm.Vdd().label("3.3 V")
    elm.Resistor().at(transistor.base).left().label("470 Ω", fontsize=_REMARK, loc="bottom")
    elm.Dot(open=True).label("GPIO2", loc="left")
    relay = elm.Relay(box=False, lw=1.5).right().at((transistor.collector.x, _HIGH - 3.2))
    elm.Line().at(transistor.collector).to(relay.in1)
    elm.Dot()
    elm.Line().left(1.3)
    elm.Diode().down().reverse().label("1N4148", fontsize=_REMARK)
    elm.Line().tox(relay.in2)
    elm.Dot()
    elm.Line().at(relay.in2).toy(_LOW)
    elm.Ground()
    _text((relay.in1.x + 1.6, _HIGH - 4.3), "to the load")


def _heading(x: float, title: str, remark: str) -> None:
    _text((x, _HIGH + 2.4), title, _TITLE)
    _text((x, _HIGH + 1.7), remark)


def _box(at: tuple[float, float], size: tuple[float, float], name: str, **sides: str) -> elm.Ic:
    """A box with pins on its sides, listed from the left or from below; "." leaves a gap."""
    pins = []
    for side, names in sides.items():
        places = names.split()
        for place, pin in enumerate(places, 1):
            if pin != ".":
                pins.append(elm.IcPin(name=pin, side=side, slot=f"{place}/{len(places)}"))
    return elm.Ic(size=size, pins=pins).at(at).label(name, loc="center")


def _text(at: tuple[float, float], text: str, size: int = _REMARK) -> None:
    elm.Label().right().at(at).label(text, fontsize=size, halign="left")


def run() -> None:
    """Write the drawing."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(draw())
    print(f"{PICTURE} written")


if __name__ == "__main__":
    main(run)
