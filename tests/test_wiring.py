from tools import wiring


def test_the_readmes_drawing_is_the_one_that_the_tool_draws():
    assert wiring.PICTURE.read_bytes() == wiring.draw() == wiring.draw()


def test_the_drawing_names_every_pin_that_must_be_wired():
    picture = wiring.draw().decode()
    for pin in ("RX", "TX", "VCC", "EN", "GND", "GPIO0", "GPIO2", "GPIO15", "RST", "300 mA"):
        assert pin in picture
