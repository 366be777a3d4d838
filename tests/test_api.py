"""What each request does and gets. Runs on CPython and, by test_core_on_micropython, there."""

import json

from core_cases import CURL, LINES, Api, Client, Light, Pages, split

from device import http

ON, OFF = b'{"on": true}', b'{"on": false}'
JSON = LINES + b"Content-Type: application/json\r\n"


def test_the_light_can_be_read_set_and_read_again():
    client = Client()
    for line, body, on in (
        (b"GET /led", None, False),
        (b"PUT /led", b'{"on":true}', True),
        (b"PUT /led", b'{"on": true}', True),
        (b"GET /led?_=1", None, True),
        (b"POST /led", b' {\r\n\t"on" :\nfalse}\n', False),
        (b"POST /led", b'{"on":true}', True),
    ):
        status, fields, answer = client.ask(line, JSON, body)
        assert (status, answer) == (200, ON if on else OFF), line
        assert fields[b"Content-Type"] == b"application/json"
        assert fields[b"Cache-Control"] == b"no-store"
        assert fields[b"Connection"] == b"close"
        assert client.light.on == on
    assert client.send(CURL).startswith(b"HTTP/1.1 200 OK\r\n")
    assert client.light.told == [True, True, False, True]


def test_the_answers_of_led_are_as_http_makes_them():
    for answer in (ON, OFF):
        head = b"PUT /led HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n" % (JSON, len(answer))
        made = http.response("200 OK", "application/json", answer.decode())
        assert Client().send(head + answer) == made


def test_setting_twice_is_setting_once_however_it_is_named():
    client = Client()
    for kind in (
        b"",
        b"Content-Type:\r\n",
        b"Content-Type: Application/JSON ; charset=utf-8\r\n",
        b"Content-Type: application/x-www-form-urlencoded\r\n",
        b"Content-Type: application/octet-stream\r\n",
    ):
        assert client.status(b"PUT /led", LINES + kind, b'{"on":true}') == 200, kind
    assert client.light.told == [True] * 5


def test_only_a_clear_wish_switches_the_light():
    client = Client()
    for body in (
        b'|{}|true|on=true|[true]|null|"on"|\0|\xff|{"on":1}|{"on":"true"}|{"on":null}|{"on":True}'
        b'|{"off":true}|{"on" true}|{"on":true,}|{,"on":true}|{"on"::true}|{"on":true|"on":true}'
        b'|{"on":true}}|{"on":true}x|\xef\xbb\xbf{"on":true}|{"on":true,"x":1}|{"on":true}{}'
        b'|{"on":true,"on":false}|[{"on":true}]|{"o n":true}|{" on":true}|{"on":tr ue}|{on:true}'
        b'|{"on":fal\nse}|{"On":true}|{"on":\vtrue}|{"on":true\f}|{"on":truefalse}|{"on":true}{"on":true}|{"on":on}|{"on":}|'
        + b"["
        * 1200
    ).split(b"|"):
        for method in (b"PUT", b"POST"):
            status, _, answer = client.ask(method + b" /led", JSON, body)
            assert status == 400 and ON in answer, body
    for kind in (
        b"text/xml",
        b"text/plain",
        b"multipart/form-data; boundary=x",
        b"application/jsonx",
    ):
        lines = LINES + b"Content-Type: " + kind + b"\r\n"
        assert client.status(b"PUT /led", lines, b'{"on":true}') == 415, kind
    assert client.status(b"PUT /led") == 411
    assert client.status(b"POST /led") == 411
    assert client.light.told == []


def test_the_button_of_the_page_flips_and_leads_back_and_programs_get_the_state():
    client = Client()
    status, fields, _ = client.ask(b"POST /toggle")
    assert (status, fields[b"Location"], client.light.on) == (303, b".", True)
    assert client.status(b"POST /toggle", body=b"") == 303
    assert client.status(b"POST /toggle", LINES + b"Accept: text/html,*/*\r\n", b"a=b") == 303
    for accept in (b"application/json", b"text/html, Application/JSON;q=0.5"):
        lines = LINES + b"Accept: " + accept + b"\r\n"
        status, _, answer = client.ask(b"POST /toggle", lines)
        assert (status, answer) == (200, ON if client.light.on else OFF)
    assert client.light.told == ["toggle"] * 5


def test_reading_never_switches_and_wrong_methods_are_told_the_right_ones():
    client = Client(status={"version": "1"}, pages=Pages)
    reads = b"GET, HEAD"
    for path, allow in (
        (b"/", reads),
        (b"/led", b"GET, HEAD, PUT, POST"),
        (b"/toggle", b"POST"),
        (b"/status", reads),
        (b"/style.css", reads),
    ):
        for method in (
            b"GET",
            b"HEAD",
            b"POST",
            b"PUT",
            b"DELETE",
            b"OPTIONS",
            b"PATCH",
            b"TRACE",
            b"QUERY",
        ):
            if method in allow.split(b", "):
                continue
            status, fields, _ = client.ask(method + b" " + path, JSON, b'{"on":true}')
            assert (status, fields[b"Allow"]) == (405, allow), (method, path)
        if b"GET" in allow:
            assert client.status(b"GET " + path) == client.status(b"HEAD " + path) == 200, path
    assert client.status(b"BREW /led") == 501
    assert client.light.told == []


def test_what_is_not_there_is_not_found():
    for pages in (None, Pages):
        client = Client(pages=pages)
        for path in (b"//led", b"/led/", b"/LED", b"/%6ced", b"/..", b"/./led", b"/favicon.ico"):
            for method in (b"GET", b"HEAD", b"PUT", b"POST", b"DELETE"):
                assert client.status(method + b" " + path) == 404, path
        assert client.status(b"GET /%ff%fe") == 404


def test_head_gets_what_get_gets_without_the_body():
    client = Client(status={"version": "1"}, pages=Pages)
    for target in (b"/", b"/led", b"/status", b"/style.css", b"/none", b"/toggle"):
        status, fields, body = client.ask(b"GET " + target)
        assert client.ask(b"HEAD " + target) == (status, fields, b"") and body, target
    assert client.ask(b"HEAD /", b"Host: evil.example\r\n")[0] == 421


def test_the_page_shows_the_state_even_if_it_was_never_built():
    plain = (None, b"on: 0<form", b"on: 1<form")
    for pages, off, on in ((Pages, b"Switch dark", b"Switch lit"), plain):
        client = Client(pages=pages)
        assert client.ask(b"GET /")[2].startswith(off)
        client.light.on = True
        assert client.ask(b"GET /")[2].startswith(on)
    _, fields, body = client.ask(b"GET /")
    assert fields[b"Content-Type"] == b"text/html"
    assert body.endswith(b"<form method=post action=toggle><button>toggle")
    assert Client(pages=Pages).ask(b"GET /style.css")[2] == b"{}"


def test_style_and_script_are_sent_to_those_who_can_unpack_them_and_the_others_are_told():
    client = Client(pages=Pages)
    for encodings, status in (
        (b"gzip", 200),
        (b"gzip, deflate, br, zstd", 200),
        (b"deflate,GZIP;Q=0.001", 200),
        (b"x-gzip", 200),
        (b"br;q=1.0 ,\t*;q=0.5", 200),
        (b"*;q=0, gzip ; q=1", 200),
        (b"", 406),
        (b"identity", 406),
        (b"br, gzipped", 406),
        (b"gzip;q=0, *", 406),
        (b"*;q=0.000", 406),
    ):
        lines = LINES + b"Accept-Encoding: " + encodings + b"\r\n"
        found, fields, body = client.ask(b"GET /style.css", lines)
        assert found == status, encodings
        assert status == 200 or b"Accept-Encoding" in body and b"text/plain" in fields.values()
        assert client.status(b"HEAD /style.css", lines) == status
        assert client.status(b"GET /", lines) == client.status(b"GET /led", lines) == 200
    lines = b"Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n"
    assert client.status(b"GET /style.css", LINES + lines) == 200


def report(status):
    """The response to GET /status. Not by Client, since there is more than one way to write JSON,
    and the two interpreters differ."""
    return Api(Light(), lambda: status).handle(b"GET /status HTTP/1.0\r\n\r\n")


def test_the_status_is_json_and_fits_whatever_is_in_it():
    values = {"version": "1.2", "uptime_s": 5, "rssi": None, "safe_mode": False, "last_error": ""}
    status, fields, body = split(report(values))
    assert (status, fields[b"Content-Type"]) == (200, b"application/json")
    assert json.loads(body) == values
    for text in ("x" * 600, "\x01" * 600, '"' * 300, "\\" * 500, "\u20ac" * 600):
        response = report(dict(values, last_error=text, hostname=text, uptime_s=123456789))
        found = json.loads(split(response)[2])
        assert len(response) <= 1071 and found["uptime_s"] == 123456789 and found["rssi"] is None
        assert len(found["last_error"]) >= 15 and text.startswith(found["last_error"])
    lengths = [len(report({"k" * i: 1})) for i in range(860, 920)]
    assert max(lengths) == 1071 and split(report({"k" * 920: 1}))[0] == 500
