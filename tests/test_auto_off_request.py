"""Auto-off: `for_s` in PUT /led."""

import pytest
from auto_off_rig import ON, SECOND, Board
from core_cases import LINES


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


@pytest.mark.parametrize("every", [0, 600])
def test_a_request_may_ask_for_another_time_once(board, every):
    board.boot(every)
    assert b'{"on": true}' in board.put(b'{"on": true, "for_s": 30}')
    assert board.run(100) == 30 * SECOND
    board.put(b'{"for_s":\t86400 , "on":true}\r\n')
    assert board.run(86400, 5 * SECOND) == 86400 * SECOND and not board.lit
    board.put(ON)
    assert board.run(1000) == (every or 1000) * SECOND


@pytest.mark.parametrize(
    "body",
    [
        b'{"on": true, "for_s": 0}',
        b'{"on": true, "for_s": -1}',
        b'{"on": true, "for_s": 86401}',
        b'{"on": true, "for_s": 100000}',
        b'{"on": true, "for_s": 1e3}',
        b'{"on": true, "for_s": 1.5}',
        b'{"on": true, "for_s": 030}',
        b'{"on": true, "for_s": 3 0}',
        b'{"on": true, "for_s": "30"}',
        b'{"on": true, "for_s": true}',
        b'{"on": true, "for_s": null}',
        b'{"on": true, "for_s": }',
        b'{"on": true "for_s": 30}',
        b'{"on": true, "for_s": 30,}',
        b'{"on": tr ue, "for_s": 30}',
        b'{"o n": true, "for_s": 30}',
        b'{"on": true, "for_ s": 30, "for_s"}',
        b'{"on": false, "for_s": 30}',
        b'{"for_s": 30}',
        b'{"on": true, "for_s": 30, "for_s": 30}',
        b'{"on": true, "for_s": 30, "x": 1}',
        b'{"on": true, "for_s": 3\xd9\xa1}',
    ],
)
def test_another_form_of_for_s_changes_nothing_and_is_told_so(board, body):
    response = board.put(body)
    assert response.startswith(b"HTTP/1.1 400 for_s is 1 to 86400") and not board.lit
    assert board.kept == 0


def test_the_header_fields_count_as_for_any_other_put(board):
    form = b"PUT /led HTTP/1.1\r\n%sContent-Type: text/html\r\nContent-Length: 24\r\n\r\n" % LINES
    assert b" 415 " in bytes(board.api.handle(form + b'{"on":true, "for_s": 30}'))[:16]
    assert not board.lit


def test_without_auto_off_for_s_is_told_to_need_it(board):
    board.boot(-1)
    response = board.put(b'{"on": true, "for_s": 30}')
    assert response.startswith(b"HTTP/1.1 400 ") and b"for_s needs AUTO_OFF_S" in response
    assert not board.lit
