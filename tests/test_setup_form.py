"""What a browser sends of the setup form. It runs on MicroPython, too, so no pytest in here."""

from core_cases import mutated, note

from device import setup_form

TEXTS = (
    "home",
    "",
    "a b",
    "caf\u00e9",
    "\u5bb6\u306eWiFi",
    "\U0001f600",
    "100% & <b>=+\"'",
    " x ",
)


def encoded(text):
    """As browsers encode it, who leave these characters alone."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*-._"
    return b"".join(
        bytes((byte,)) if byte in plain else b"+" if byte == 32 else b"%%%02X" % byte
        for byte in text.encode()
    )


def fields(body):
    found = setup_form.fields(body)
    # repr() shows other characters differently on the two interpreters.
    note(body, found and sorted((name.encode(), found[name].encode()) for name in found))
    return found


def test_any_name_and_password_arrives_as_it_was_entered():
    for ssid in TEXTS:
        for password in TEXTS:
            body = b"ssid=" + encoded(ssid) + b"&password=" + encoded(password)
            assert fields(body) == {"ssid": ssid, "password": password}
            assert fields(body.replace(b"%C3%A9", b"%c3%a9"))["ssid"] == ssid
            assert fields(body.replace(b"+", b"%20"))["password"] == password


def test_what_is_no_form_is_refused_and_nothing_of_it_is_guessed():
    for body in (
        b"a=%",
        b"a=%4",
        b"a=%zz",
        b"a=%+1",
        b"a=%-1",
        b"a=%0x",
        b"a=%ff",
        b"%=b",
        b"a=%c3",
    ):
        assert fields(body) is None, body


def test_forms_with_less_or_more_are_read():
    assert fields(b"") == {"": ""}
    assert fields(b"ssid") == {"ssid": ""}
    assert fields(b"ssid=a=b&&x=") == {"ssid": "a=b", "": "", "x": ""}
    assert fields(b"ssid=a&ssid=b") == {"ssid": "b"}


def test_what_no_network_can_have_is_refused_with_the_reason():
    for ssid, password, word in (
        ("", "12345678", "name"),
        ("x" * 33, "12345678", "32"),
        ("\u00fc" * 17, "12345678", "32"),
        ("home", "1234567", "8 to 63"),
        ("home", "x" * 64, "8 to 63"),
        ("home", "\u00fc" * 32, "8 to 63"),
        ("ho\0me", "12345678", "control"),
        ("home", "1234\n5678", "control"),
    ):
        assert word in setup_form.fault(ssid, password), (ssid, password)


def test_every_network_that_there_can_be_is_taken():
    for ssid, password in (
        ("h", ""),
        ("x" * 32, "12345678"),
        ("\u00fc" * 16, "x" * 63),
        ("home", "0123456789abcdefABCDEF" + "0" * 42),
        (" \"'<&", "p\u00e4ssw\u00f6rd"),
    ):
        assert setup_form.fault(ssid, password) == "", (ssid, password)


def test_no_name_of_a_network_becomes_part_of_the_page():
    assert setup_form.option("<script>") == "<option>&lt;script>"
    assert setup_form.option('"><b> ') == '<option value="&quot;>&lt;b> ">&quot;>&lt;b> '
    assert setup_form.escape("&lt;") == "&amp;lt;"


def test_a_name_with_spaces_that_browsers_would_drop_is_sent_whole():
    assert setup_form.option("a b") == "<option>a b"
    for name in (" a", "a ", "a  b"):
        assert 'value="%s"' % name in setup_form.option(name)


def test_whatever_comes_is_read_or_refused():
    seeds = [b"ssid=caf%C3%A9&other=&password=a+b%2B&token=00ff", b"a=b&c=d", b"%41%42=%43"]
    for body in mutated(seeds, 2000):
        if max(body) < 128:
            found = setup_form.fields(body)  # MicroPython takes more for UTF-8 than CPython
            assert found is None or len("".join(found)) <= len(body)
