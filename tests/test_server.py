"""The HTTP server over the chip's socket rules: nobody can hold it up, and nothing is leaked."""

import errno

import pytest
from fake_socket import PCBS, QUEUE, Net, plug_in

GET = b"GET /led HTTP/1.1\r\nHost: switch\r\n\r\n"
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"on": true}'
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n"
LIMIT = 1536


def answer(data):
    data = bytes(data)
    if b"\r\n\r\n" in data[:LIMIT]:
        return OK
    return TOO_LARGE if len(data) > LIMIT else None


class Board:
    """A server that has started, and the net that it is on."""

    def __init__(self, monkeypatch, **net):
        self.net = Net(**net)
        self.modules = plug_in(monkeypatch, self.net)
        self.pool, self.connection = self.modules["pool"], self.modules["connection"]
        self.answer = answer
        self.served = 0
        self.server = self.modules["server"].Server(lambda data: self.answer(data), self._served)
        self.called_back = self.server.start()
        self.net.idle()

    def _served(self):
        self.served += 1

    def connect(self, data=b"", fin=False):
        return self.net.connect(80, data, fin)

    def client(self, data=b""):
        """A client that has been accepted, with what it has sent since then."""
        client = self.connect()
        self.net.idle()
        assert client.sock
        if data:
            client.send(data)
            self.net.idle()
        return client

    def get(self):
        """A client that is served and goes."""
        client = self.client(GET)
        assert client.received == OK
        client.fin()
        self.net.idle()

    def nobody(self):
        """True if nothing is left of any client."""
        places = [place for place in self.pool._places if place.sock or place.data]
        return not places and not self.net.pcbs


@pytest.fixture
def board(monkeypatch):
    return Board(monkeypatch)


def test_a_request_is_answered_and_the_connection_goes_when_the_client_closes(board):
    client = board.client(GET)
    assert client.received == OK
    assert not client.got_fin
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.got_rst
    assert board.nobody()


def test_a_client_that_waits_for_the_server_to_close_waits_a_moment_only(board):
    client = board.client(GET)
    board.net.idle(150)
    assert client.got_fin and not client.got_rst


def test_what_came_before_the_connection_was_accepted_is_answered(board):
    client = board.connect(GET)
    board.net.idle()
    assert not client.received  # lwIP keeps it back
    board.net.offer_refused()
    board.net.idle()
    assert client.received == OK


@pytest.mark.parametrize("size", [1, 7, 512, 513])
def test_a_request_in_pieces_is_answered_like_a_whole_one(board, size):
    request = GET[:-2] + b"X: " + b"x" * 1400 + b"\r\n\r\n"
    client = board.client()
    for i in range(0, len(request), size):
        assert not client.received
        client.send(request[i : i + size])
        board.net.idle()
    assert client.received == OK


def test_only_the_first_of_several_requests_is_answered(board):
    client = board.client(GET + GET)
    client.send(GET)
    board.net.idle()
    assert client.received == OK
    assert board.server.requests == 1


def test_requests_and_refusals_are_counted(board):
    board.client(GET)
    board.client(b"x" * (LIMIT + 1))
    board.client(GET)
    assert (board.server.requests, board.server.rejected) == (2, 1)
    assert board.served == 3


def test_who_announces_a_response_is_called_after_it_has_left(board):
    seen = []
    client = board.client()
    board.server._on_served = lambda: seen.append(client.received)
    client.send(GET)
    board.net.idle()
    assert seen == [OK]


# Slow and silent clients.


@pytest.mark.parametrize("said", [b"", b"GET /led HTT"])
def test_a_client_that_says_no_more_is_told_that_it_is_late_and_goes(board, said):
    client = board.client(said)
    board.net.idle(3900)
    assert not client.received
    board.net.idle(200)
    assert client.received.startswith(b"HTTP/1.1 408 ")
    board.net.idle(200)
    assert client.got_fin
    client.fin()
    assert board.nobody()
    assert board.server.rejected == 1


def test_a_client_that_trickles_has_no_more_time_than_others(board):
    client = board.client()
    for _ in range(50):
        if not client.got_fin:
            client.send(b"x")
        board.net.idle(100)
    assert client.received.startswith(b"HTTP/1.1 408 ")
    assert client.got_fin


def test_deadlines_hold_after_a_week_without_a_client(board):
    board.get()
    board.net.now += (1 << 29) + 5  # ticks_diff says that this lies ahead
    client = board.client()
    board.net.idle(3900)
    assert not client.got_fin
    board.net.idle(400)
    assert client.got_fin


def test_a_request_cut_in_half_leaves_nothing(board):
    client = board.client(GET[:20])
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.received
    assert board.nobody()


def test_a_close_that_lwip_never_reports_leaves_nothing(board):
    client = board.connect(fin=True)
    board.net.idle(4300)
    assert client.closed
    client.rst()
    assert board.nobody()


def test_a_reset_which_is_no_event_leaves_nothing(board):
    for said in (b"", GET[:20], GET):
        client = board.client(said)
        client.rst()
        board.net.idle(60)
        assert board.nobody()
    assert board.server.rejected == 2  # the third one had been answered


def test_a_client_that_is_gone_before_accept_leaves_nothing(board):
    board.connect().rst()
    board.net.idle()
    assert board.nobody()
    board.get()


# Too many clients.


def test_six_silent_clients_hold_nobody_up(board):
    for _ in range(6):
        board.client()
    start = board.net.now
    board.get()
    assert board.net.now - start < 100


def test_a_place_that_is_needed_is_free_at_once_and_its_client_told(board):
    first, second, third = (board.client() for _ in range(3))
    board.client()
    assert first.received.startswith(b"HTTP/1.1 503 ")
    assert first.got_rst
    assert not (second.got_rst or third.got_rst)
    assert board.server.rejected == 1


def test_one_connection_of_lwips_five_is_free_whatever_comes(board):
    for said in [b"", GET[:9], GET, b"x" * 2000] * 10:
        client = board.client(said)
        assert len(board.net.pcbs) < PCBS
        if client.received:
            client.fin()


def test_who_has_its_answer_makes_room_first_and_loses_nothing(board):
    silent, answered, half = board.client(), board.client(GET), board.client(GET[:9])
    board.client()
    assert answered.received == OK
    assert answered.got_fin and not answered.got_rst
    assert not (silent.got_rst or half.got_rst)


def test_a_silent_client_makes_room_before_one_that_has_begun(board):
    half, silent, silent_too = board.client(GET[:9]), board.client(), board.client()
    board.client()
    assert silent.got_rst
    assert not (half.got_rst or silent_too.got_rst)


def test_of_equals_the_oldest_makes_room(board):
    clients = []
    for _ in range(3):
        clients.append(board.client(GET[:9]))
        board.net.idle(100)
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
    fill_queue(board.net)
    client = board.connect()
    board.net.idle()
    assert not client.sock
    board.server.sweep()
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


# Too much data.


def test_a_line_of_300_kb_is_refused_and_read_no_further_than_a_bound(board):
    client = board.client(b"GET /" + b"a" * 300_000)
    assert client.received == TOO_LARGE
    assert client.got_rst
    assert board.nobody()


def test_a_client_that_is_still_sending_gets_to_read_why_it_need_not(board):
    client = board.client(b"GET /" + b"a" * LIMIT)
    for _ in range(20):
        client.send(b"a" * 536)
        board.net.idle(20)
    assert client.received == TOO_LARGE
    assert not (client.got_fin or client.got_rst)
    client.fin()
    board.net.idle()
    assert client.got_fin and not client.got_rst


# What the firmware may do to a call.


def test_a_response_that_does_not_fit_ends_the_connection(board):
    board.answer = lambda data: b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1072)
    client = board.client(GET)
    assert client.closed
    assert (board.server.requests, board.server.rejected) == (0, 1)


def test_a_full_send_buffer_ends_the_connection(board):
    client = board.client()
    client.unacked = 1072
    client.send(GET)
    board.net.idle()
    assert client.closed
    assert board.server.rejected == 1


@pytest.mark.parametrize("call", ["accept", "setsockopt", "schedule"])
def test_no_memory_for_a_client_costs_that_client_at_most(board, call):
    board.net.no_memory.add(call)
    lost = board.connect()
    board.net.idle()
    board.net.no_memory.clear()
    lost.rst()
    board.net.idle(5000)
    board.get()
    assert board.nobody()


def raise_memory_error(*_):
    raise MemoryError


@pytest.mark.parametrize(
    "what_comes, calls",
    [(GET[:9], "bytes"), (GET, "answer"), (GET, "_on_served"), (None, "error")],
)
def test_no_memory_at_any_stage_costs_that_client_only(board, monkeypatch, what_comes, calls):
    other = board.client()
    with monkeypatch.context() as starved:
        owner = board.connection if calls == "bytes" else board.server
        starved.setattr(owner, calls, raise_memory_error, raising=False)
        client = board.client(what_comes)
        board.net.idle(3000)
        if not what_comes:
            other.send(GET)
            board.net.idle(1100)
    assert client.closed
    other.send(GET) if what_comes else None
    board.net.idle()
    assert other.received == OK


@pytest.mark.parametrize("calls", ["bytearray", "error"])
def test_no_memory_to_make_room_takes_it_all_the_same(board, monkeypatch, calls):
    first = board.client()
    board.client(), board.client()
    owner = board.connection if calls == "bytearray" else board.server
    monkeypatch.setattr(owner, calls, raise_memory_error, raising=False)
    board.get()
    assert first.closed


def test_a_fault_in_the_core_costs_that_client_only(board):
    board.answer = lambda data: data.nonsense
    assert board.client(GET).closed
    board.answer = answer
    board.get()
    assert board.server.rejected == 1


def test_after_an_error_a_socket_is_only_closed(board):
    client = board.client()
    client.sock.error = errno.ETIMEDOUT  # lwIP gave up
    sends = []
    client.sock.send = sends.append
    board.net.idle(5000)
    assert client.sock.closed and not sends


def test_what_a_sweep_calls_at_its_end_cannot_harm_it(board):
    board.pool.after_sweep = raise_memory_error
    board.get()


# Where there is no option 20.


class Stop(BaseException):
    pass


def drive(board, turns):
    """run() for so many turns; what each waited for."""
    poll = board.pool._poll
    waits = poll.waits = []

    def ipoll(timeout):
        if len(waits) == turns:
            raise Stop
        return type(poll).ipoll(poll, timeout)

    poll.ipoll = ipoll
    with pytest.raises(Stop):
        board.server.run()
    return waits


@pytest.fixture
def plain(monkeypatch):
    return Board(monkeypatch, option_20=False)


def test_without_callbacks_the_caller_has_to_run_the_server(board, plain):
    assert board.called_back is True
    assert plain.called_back is False


def test_run_waits_for_ever_only_while_there_is_no_client(plain):
    assert drive(plain, 3) == [-1, -1, -1]
    client = plain.connect()
    client.send(GET)
    assert drive(plain, 2) == [-1, 25]
    plain.net.offer_refused()
    drive(plain, 1)
    assert client.received == OK


def test_run_wakes_up_for_a_client_that_has_yet_to_ask(plain):
    client = plain.connect()
    drive(plain, 2)
    assert client.sock in plain.pool._poll.known
    client.send(GET)
    drive(plain, 1)
    client.fin()
    drive(plain, 1)
    assert client.sock not in plain.pool._poll.known
    assert plain.nobody()


def test_a_port_that_is_taken_is_reported(board):
    with pytest.raises(OSError):
        board.modules["server"].Server(answer).start()
