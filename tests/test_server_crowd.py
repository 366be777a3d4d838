"""More clients than the chip has connections, and events that its queue of callbacks loses."""

import pytest
from fake_socket import PCBS, QUEUE
from fake_tcp import SEND_BUFFER
from server_rig import GET, OK, Board


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


UNDISTURBED = 225  # ms: until a client can be evicted, and a job has seen that


def crowd(board, *said):
    """Clients with what they say, who have been there for long enough to be evicted."""
    clients = [board.client(words) for words in said]
    board.net.idle(UNDISTURBED)
    return clients


def test_six_silent_clients_hold_nobody_up(board):
    for _ in range(6):
        board.client()
        board.net.idle(UNDISTURBED)
    start = board.net.now
    board.get()
    assert board.net.now - start < 100


def test_silent_clients_that_come_at_once_hold_nobody_up_for_long(board):
    for _ in range(3):
        board.client()
    client = board.connect(GET)
    board.net.idle(UNDISTURBED)
    board.net.offer_refused()
    board.net.idle()
    assert client.received == OK


def test_who_has_just_come_is_not_evicted_before_it_has_asked(board):
    clients = [board.client() for _ in range(3)] + [board.connect(), board.connect()]
    board.net.idle(50)
    for client in clients:
        client.send(GET)
        board.net.idle(20)
        board.net.offer_refused()
        board.net.idle(20)
        client.fin()
        board.net.idle(5)
    assert [client.received for client in clients] == [OK] * 5


def test_a_slot_that_is_needed_is_free_at_once_and_its_client_told(board):
    first, second, third = crowd(board, b"", b"", b"")
    board.client()
    assert first.received.startswith(b"HTTP/1.1 503 ")
    assert first.got_rst
    assert not (second.got_rst or third.got_rst)
    assert board.service.rejected == 1


def test_what_an_evicted_client_is_told_is_one_whole_response(board):
    first, *_ = crowd(board, b"", b"", b"")
    board.client()
    assert len(first.received) == SEND_BUFFER  # or close() would not take effect at once
    head, _, body = first.received.partition(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert int(fields[b"Content-Length"]) == len(body)
    assert fields[b"Retry-After"].strip() == b"1"
    assert body == b"Busy\n"


def test_one_connection_of_lwips_five_is_free_whatever_comes(board):
    for said in [b"", GET[:9], GET, b"x" * 2000] * 10:
        board.client(said)  # which never closes
        assert len(board.net.pcbs) < PCBS - 1  # and a WebREPL session
        board.net.idle(UNDISTURBED)


def test_who_has_its_answer_and_stays_makes_room_first_and_gets_all_of_it(board):
    closed, answered, silent = crowd(board, GET, GET, b"")
    board.client()
    assert closed.received == OK
    assert closed.got_fin and not closed.got_rst
    assert answered.received.startswith(OK)
    assert answered.received[len(OK) :].strip(b"\r\n") == b""  # an error to no client
    assert answered.got_rst and not silent.got_rst


def test_who_stays_behind_the_servers_close_costs_one_slot_and_its_end_gives_that_back(board):
    closed, answered = crowd(board, GET, GET)
    board.net.idle(5000)
    assert closed.got_fin and not answered.got_fin
    closed.gone()  # lwIP gives up
    board.net.idle(50)
    assert answered.got_fin and not answered.got_rst
    answered.fin()
    board.net.idle(50)
    silent = [board.client() for _ in range(3)]
    board.net.idle(UNDISTURBED)
    assert not any(client.got_rst for client in silent)


def test_clients_that_close_behind_the_server_are_all_closed_by_it_after_a_moment(board):
    for _ in range(20):
        clients = [board.client(GET) for _ in range(3)]
        for client in clients:
            board.net.idle(100)
            assert client.got_fin and not client.got_rst
            client.fin()
        board.net.idle(50)


def test_a_reset_just_before_the_server_closes_does_no_harm(board):
    client = board.client(GET)
    readinto = type(client.sock).readinto

    def and_reset(buffer):
        count = readinto(client.sock, buffer)
        if board.net.now > start + 50:
            client.rst()
        return count

    start = board.net.now
    client.sock.readinto = and_reset
    board.net.idle(500)
    assert board.nobody()
    board.get()


def test_a_silent_client_makes_room_before_one_that_has_begun(board):
    half, silent, silent_too = crowd(board, GET[:9], b"", b"")
    board.client()
    assert silent.got_rst
    assert not (half.got_rst or silent_too.got_rst)


def test_of_equals_the_oldest_makes_room(board):
    clients = []
    for _ in range(3):
        clients.append(board.client(GET[:9]))
        board.net.idle(UNDISTURBED)
    board.client()
    assert [client.got_rst for client in clients] == [True, False, False]


def test_clients_that_come_at_once_are_all_served(board):
    clients = [board.connect(GET) for _ in range(3)]
    board.net.idle()
    board.net.offer_refused()
    board.net.idle()
    assert [client.received for client in clients] == [OK] * 3


# Lost events.


def fill_queue(net):
    for _ in range(QUEUE - len(net.queue)):
        net.queue.append((lambda _: None, None))


def test_lost_events_of_new_clients_are_made_up_for(board):
    fill_queue(board.net)
    clients = [board.connect() for _ in range(3)]
    assert board.net.lost == 3
    board.net.idle()
    clients.append(board.connect())  # the event that is not lost
    board.net.idle(300)
    assert all(client.sock for client in clients)


def test_a_lost_event_of_data_is_made_up_for_without_another(board):
    client = board.client()
    fill_queue(board.net)
    client.send(GET)
    assert board.net.lost == 1
    board.net.idle(50)
    assert client.received == OK


def test_the_buttons_sweep_makes_up_for_its_own_events(board):
    board.net.idle(100)
    fill_queue(board.net)
    client = board.connect()
    board.net.idle()
    assert not client.sock
    board.driver.sweep()
    assert client.sock


def test_an_event_lost_behind_a_sweep_is_made_up_for(board):
    board.driver.sweep()
    fill_queue(board.net)
    client = board.connect()
    assert board.net.lost == 1
    board.net.idle(50)
    assert client.sock


def test_with_no_client_there_nothing_is_called_back(board):
    board.get()
    board.net.idle(100)
    assert not board.net.queue


def test_a_tick_that_got_lost_comes_back(board):
    client = board.client()
    board.net.queue.clear()  # as where the stack was full
    board.net.idle(2000)
    client.send(b"x")
    board.net.idle(4100)
    assert client.received.startswith(b"HTTP/1.1 408 ")
