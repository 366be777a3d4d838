"""The page as a browser, a screen reader and its owner get it."""

import re

import pytest
from page_rig import WWW, Tags, html, load, split


@pytest.fixture
def pages():
    return load()


@pytest.fixture
def responses(pages):
    """Path -> the whole response."""
    return {"/": pages.render(b"switch", False), **pages.PAGES}


def colours(dark):
    """The custom properties of style.css, with the overrides of dark mode where it is on."""
    css = (WWW / "style.css").read_text()
    light_part, dark_part, lit_part = re.findall(
        r":root {(.*?)}|checked=\"true\"] {(.*?)}", css, re.S
    )
    found = dict(re.findall(r"--(\w+): (#\w+)", light_part[0]))
    if dark:
        found.update(re.findall(r"--(\w+): (#\w+)", dark_part[0]))
    lit = found | dict(re.findall(r"--(\w+): (#\w+)", lit_part[1]))
    return found, lit


def contrast(one, other):
    """Of two colours like #rgb or #rrggbb, as WCAG 2 defines it."""

    def luminance(colour):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_browser_guesses_no_types(responses):
    kinds = {}
    for path, data in responses.items():
        _, fields, _ = split(data)
        assert fields["x-content-type-options"] == "nosniff"
        kinds[path.rpartition(".")[2]] = fields["content-type"]
    expected = {"/": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript"}
    assert kinds == expected


def test_a_foreign_script_or_frame_gets_nowhere(pages):
    policy = split(pages.render(b"switch", False))[1]["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'self'"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in "".join(policy)


def test_no_other_site_learns_the_address_and_the_form_still_says_where_it_comes_from(pages):
    # Under no-referrer the form's POST would come with "Origin: null", and be refused.
    assert split(pages.render(b"switch", False))[1]["referrer-policy"] == "same-origin"


def test_the_state_is_never_taken_from_a_cache(pages):
    assert split(pages.render(b"switch", False))[1]["cache-control"] == "no-store"


def test_a_client_without_gzip_can_read_the_page(pages):
    assert "content-encoding" not in split(pages.render(b"switch", False))[1]
    assert "<h1 id=name>switch" in html(pages)


@pytest.mark.parametrize("on", [False, True])
def test_the_page_shows_the_true_state(pages, on):
    shown = Tags(html(pages, on))
    assert shown.one("button")["aria-checked"] == ("true" if on else "false")
    assert shown.text["p"].strip() == ("On" if on else "Off")


def test_the_state_changes_nothing_else_on_the_page(pages):
    on, off = pages.render(b"switch", True), pages.render(b"switch", False)
    assert on.replace(b'"true" ', b'"false"').replace(b">On <", b">Off<") == off


@pytest.mark.parametrize("name", ["lamp", "a", "x" * 32, "kitchen-lamp"])
def test_the_page_bears_the_name_of_the_board(pages, name):
    assert Tags(html(pages, name=name.encode())).text["h1"].strip() == name
    assert len(pages.render(name.encode(), True)) == len(pages.render(b"switch", False))


def test_the_page_is_well_formed(pages):
    shown = Tags(html(pages))
    assert shown.wrong == shown.open == []
    assert html(pages).startswith("<!doctype html>\n<html lang=en>")


def test_nothing_on_the_page_is_refused_by_its_own_policy(pages):
    for tag, attrs in Tags(html(pages)).tags:
        assert tag != "style" and "style" not in attrs
        assert tag != "script" or "src" in attrs
        assert not [name for name in attrs if name.startswith("on")]


def test_the_page_needs_nothing_but_the_board(pages, responses):
    places = {
        place
        for _, attrs in Tags(html(pages)).tags
        for place in (attrs.get("href"), attrs.get("src"), attrs.get("action"))
        if place
    }
    links = {path[1:] for path in responses}  # relative, for a proxy that serves it under a path
    assert places == {*links, "toggle", "status", "data:,"} - {""}
    for source in WWW.rglob("*.*"):
        assert "://" not in source.read_text() and "url(" not in source.read_text()


def test_the_board_is_not_asked_for_a_favicon(pages):
    icon = [attrs for tag, attrs in Tags(html(pages)).tags if attrs.get("rel") == "icon"]
    assert icon == [{"rel": "icon", "href": "data:,"}]
    assert "img-src data:" in split(pages.render(b"switch", False))[1]["content-security-policy"]


def test_the_switch_works_without_javascript(pages):
    shown = Tags(html(pages))
    assert shown.one("form") == {"method": "post", "action": "toggle"}
    assert shown.one("button").get("type", "submit") == "submit"


def test_a_screen_reader_hears_a_switch_its_name_and_each_change(pages):
    shown = Tags(html(pages))
    assert shown.one("button")["role"] == "switch"
    assert shown.one("button")["aria-labelledby"] == shown.one("h1")["id"]
    assert shown.one("p") == {"role": "status"}


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_can_be_read_in_light_and_in_dark(dark):
    plain, lit = colours(dark)
    for text in ("ink", "faint", "sick"):
        assert contrast(plain[text], plain["paper"]) >= 4.5, text
    # Graphics need less: the sign on the knob, which shows where the knob is.
    for state in (plain, lit):
        assert contrast(state["faint"], state["knob"]) >= 3
