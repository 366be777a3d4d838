"""What the chip's TCP does: the same for both stand-ins, so that they cannot drift apart.

test_virtual_lwip*.py have what the virtual board's alone plays: time, segments and windows.
"""

from errno import EADDRINUSE, EAGAIN, EBADF, ECONNRESET

from tcp_contract_rig import POLLERR, POLLHUP, POLLIN, POLLOUT, error, on_both, pair


@on_both
def test_a_request_and_its_response_arrive_each_with_an_event(on):
    async def test(net):
        client, sock = await pair(net)
        assert net.events == [net.listener]
        assert net.poll(sock) == POLLOUT
        assert error(net.read, sock, 9) == EAGAIN
        net.say(client, b"GET")
        await net.until(lambda: net.events[1:] == [sock])
        assert net.poll(sock) == POLLIN | POLLOUT
        assert (net.read(sock, 2), net.read(sock, 9)) == (b"GE", b"T")
        assert net.write(sock, b"200") == 3
        await net.until(lambda: net.got(client) == (b"200", ""))

    on(test)


@on_both
def test_with_nobody_there_accept_says_so(on):
    async def test(net):
        assert net.poll(net.listener) == 0
        assert error(net.accept) == EAGAIN

    on(test)


@on_both
def test_the_end_of_a_client_is_an_event_and_reads_as_nothing(on):
    async def test(net):
        client, sock = await pair(net)
        net.fin(client)
        await net.until(lambda: net.events[1:] == [sock])
        assert net.poll(sock) == POLLIN | POLLOUT
        assert (net.read(sock, 9), net.read(sock, 9)) == (b"", b"")

    on(test)


@on_both
def test_a_fin_before_accept_is_lost(on):
    async def test(net):
        client = net.connect()
        net.fin(client)
        await net.until(lambda: net.poll(net.listener) & POLLIN)
        sock = net.accept()
        assert net.poll(sock) == POLLOUT
        assert error(net.read, sock, 9) == EAGAIN

    on(test)


@on_both
def test_a_reset_is_no_event_and_is_told_once_behind_what_came_before(on):
    async def test(net):
        client, sock = await pair(net)
        net.say(client, b"last")
        await net.until(lambda: len(net.events) == 2)
        net.reset(client)
        await net.until(lambda: net.poll(sock) == POLLIN | POLLOUT | POLLERR | POLLHUP)
        assert net.connections() == 0
        assert net.read(sock, 9) == b"last"
        assert error(net.read, sock, 9) == ECONNRESET
        assert net.poll(sock) == POLLIN | POLLHUP
        assert len(net.events) == 2
        net.close(sock)

    on(test)


@on_both
def test_a_send_after_a_reset_tells_it_and_leaves_no_socket(on):
    async def test(net):
        client, sock = await pair(net)
        net.reset(client)
        await net.until(lambda: net.poll(sock) & POLLERR)
        assert error(net.write, sock, b"x") == ECONNRESET
        assert error(net.write, sock, b"x") == EBADF
        assert error(net.read, sock, 1) == EBADF

    on(test)


@on_both
def test_a_client_that_resets_before_accept_leaves_an_event_and_nobody_to_accept(on):
    async def test(net):
        client = net.connect()
        await net.until(lambda: net.events == [net.listener])
        net.reset(client)
        await net.until(lambda: net.connections() == 0)
        assert error(net.accept) == EAGAIN

    on(test)


@on_both
def test_the_send_buffer_takes_1072_bytes_and_then_no_more(on):
    async def test(net):
        _client, sock = await pair(net)
        assert net.write(sock, bytes(2000)) == 1072
        assert not net.poll(sock) & POLLOUT
        assert error(net.write, sock, b"x") == EAGAIN

    on(test)


@on_both
def test_what_was_sent_arrives_before_the_end(on):
    async def test(net):
        client, sock = await pair(net)
        net.write(sock, bytes(1071))
        net.close(sock)
        await net.until(lambda: net.got(client) == (bytes(1071), "FIN"))
        assert net.connections() == 1  # it waits for the client to close, too

    on(test)


@on_both
def test_a_close_behind_a_full_send_buffer_is_a_reset(on):
    async def test(net):
        client, sock = await pair(net)
        net.write(sock, bytes(1072))
        net.close(sock)
        await net.until(lambda: net.got(client)[1] == "RST")
        assert net.connections() == 0

    on(test)


@on_both
def test_a_close_with_bytes_unread_is_a_reset(on):
    async def test(net):
        client, sock = await pair(net)
        net.say(client, b"GET")
        await net.until(lambda: net.poll(sock) & POLLIN)
        net.close(sock)
        await net.until(lambda: net.got(client)[1] == "RST")

    on(test)


@on_both
def test_data_after_the_close_is_answered_with_a_reset(on):
    async def test(net):
        client, sock = await pair(net)
        net.close(sock)
        await net.until(lambda: net.got(client)[1] == "FIN")
        net.say(client, b"late")
        await net.until(lambda: net.connections() == 0)

    on(test)


@on_both
def test_who_finds_no_room_in_the_backlog_is_reset_without_an_event(on):
    async def test(net):
        clients = [net.connect() for _ in range(5)]
        await net.until(lambda: net.got(clients[4])[1] == "RST")
        assert net.events == 4 * [net.listener]
        assert not any(net.got(client)[1] for client in clients[:4])

    on(test)


@on_both
def test_a_closed_socket_refuses_everything_but_another_close(on):
    async def test(net):
        _client, sock = await pair(net)
        net.close(sock)
        net.close(sock)
        assert error(net.read, sock, 1) == error(net.write, sock, b"x") == EBADF
        assert net.poll(sock) == 32  # POLLNVAL

    on(test)


@on_both
def test_a_port_in_use_is_refused(on):
    async def test(net):
        assert error(net.second_listener) == EADDRINUSE

    on(test)
