"""The guards of the switch, each with an edit that removes it and the test that then fails.

docs/reliability.md shows this table; tests/test_guards.py makes the edits. Here are those of
requests, soft resets and the button.
"""

import guards_recovery
from guard import Guard

GUARDS = [
    Guard(
        "timeout of a request, and of WebREPL's handshake",
        "device/connection.py",
        ("_REQUEST_TIMEOUT_MS = const(4000)", "_REQUEST_TIMEOUT_MS = const(1 << 28)"),
        "test_webrepl_server_guards.py::test_a_client_that_says_no_more_is_dropped",
    ),
    Guard(
        "end of a connection that has its answer",
        "device/connection.py",
        ("_LINGER_MS = const(50)", "_LINGER_MS = const(1 << 28)"),
        "test_server.py::test_a_client_that_waits_for_the_server_to_close_waits_a_moment_only",
    ),
    Guard(
        "eviction: a new client takes the slot of one that matters less",
        "device/connection.py",
        ("        slot = max(slots, key=_rank)", "        return False"),
        "test_server_crowd.py::test_six_silent_clients_hold_nobody_up",
    ),
    Guard(
        "eviction: not of a client that has just come and has not asked yet",
        "device/connection.py",
        ("_UNDISTURBED_MS = const(150)", "_UNDISTURBED_MS = const(0)"),
        "test_server_crowd.py::test_who_has_just_come_is_not_evicted_before_it_has_asked",
    ),
    Guard(
        "one client at a time may keep a connection that the server has closed",
        "device/connection.py",
        ("        sock.setsockopt(_SOL_SOCKET, _SO_REUSEADDR, 0)\n", ""),
        "test_server_stay.py::test_one_connection_of_lwips_five_is_free_whatever_comes",
    ),
    Guard(
        "a reset before the server closes: no option is set on a connection that is gone",
        "device/connection.py",
        ("        sock.readinto(_view)\n", ""),
        "test_server_stay.py::test_a_reset_just_before_the_server_closes_does_no_harm",
    ),
    Guard(
        "a client that stays does not keep its port from the next start",
        "device/switch.py",
        ("        time.sleep(6)\n", ""),
        "board/test_soft_reset.py::test_a_client_that_never_closes_keeps_no_port_from_the_next"
        "_start",
    ),
    Guard(
        "an evicted connection leaves lwIP at once",
        "device/connection.py",
        ("%-909s", "%s"),
        "test_server_crowd.py::test_a_slot_that_is_needed_is_free_at_once_and_its_client_told",
    ),
    Guard(
        "no socket ever blocks",
        "device/connection.py",
        ("        slot[_SOCK].setblocking(False)\n", ""),
        "test_server_micropython.py::test_six_silent_clients_hold_nobody_up",
    ),
    Guard(
        "limit of a request's size",
        "device/http.py",
        ("_MAX_REQUEST = const(1536)", "_MAX_REQUEST = const(1 << 20)"),
        "test_http.py::test_no_request_takes_more_memory_than_there_is",
    ),
    Guard(
        "request smuggling: no field may be sent twice",
        "device/http.py",
        ("field < _LISTS", "False"),
        "test_http_refusals.py::test_what_could_be_read_in_two_ways_is_refused",
    ),
    Guard(
        "Host: a foreign name is refused (DNS rebinding)",
        "device/access.py",
        ("if not is_local(host):", "if False:"),
        "test_api_access.py::test_a_foreign_name_that_leads_here_opens_nothing",
    ),
    Guard(
        "Origin: another site cannot switch",
        "device/access.py",
        ("if writes and origin is not None and", "if False and"),
        "test_api_access.py::test_other_sites_cannot_flip_the_light",
    ),
    Guard(
        "Sec-Fetch-Site: another site cannot switch",
        "device/access.py",
        ("if writes and site is not None and", "if False and"),
        "test_api_access.py::test_other_sites_cannot_flip_the_light",
    ),
    Guard(
        "password",
        "device/access.py",
        ("if password and not _is_password(fields[_AUTHORIZATION]):", "if False:"),
        "test_api_access.py::test_with_a_password_nothing_is_told_without_it",
    ),
    Guard(
        "requests with a password in them are not cached",
        "device/api.py",
        (" and not access.password:", ":"),
        "test_api_polls.py::test_two_pollers_are_parsed_once_unless_they_are_long_or"
        "_have_a_password_in_them",
    ),
    Guard(
        "sweeps compensate for lost events",
        "device/server.py",
        ("late is not None and not _ticking:", "False:"),
        "test_server_crowd.py::test_a_lost_event_of_data_is_made_up_for_without_another",
    ),
    Guard(
        "a lost tick is restarted",
        "device/server.py",
        ("            _ticking = False  # a tick got lost", "            pass  # a tick got lost"),
        "test_server_crowd.py::test_a_tick_that_got_lost_comes_back",
    ),
    Guard(
        "a soft reset: no event of a socket does anything on the swept heap",
        "device/server.py",
        ("if item[1] & _POLLNVAL:", "if item[1] & _POLLNVAL and event is True:"),
        "board/test_soft_reset.py::test_a_client_that_comes_at_a_soft_reset_crashes_nothing",
    ),
    Guard(
        "a soft reset: no tick does",
        "device/server.py",
        ("if item[1] & _POLLNVAL:", "if item[1] & _POLLNVAL and event is not True:"),
        "board/test_soft_reset.py::test_a_client_that_is_there_at_a_soft_reset_crashes_nothing",
    ),
    Guard(
        "a soft reset: nothing that a WebREPL client sends does",
        "device/webrepl_server.py",
        ("    if not server.sweep():", "    if server.sweep() or True:"),
        "board/test_soft_reset.py::test_what_a_webrepl_client_sends_at_a_soft_reset"
        "_crashes_nothing",
    ),
    Guard(
        "a soft reset: no press of the button does",
        "device/button.py",
        ("        sweep()  # which calls poll()", "        sweep(), poll(None)"),
        "board/test_soft_reset.py::test_the_button_pressed_at_a_soft_reset_crashes_nothing"
        "_and_leaves_the_light",
    ),
    Guard(
        "debouncing",
        "device/button.py",
        ("_DEBOUNCE_MS = const(50)", "_DEBOUNCE_MS = const(0)"),
        "test_button.py::test_a_press_of_bouncing_contacts_toggles_the_light_once",
    ),
    Guard(
        "a press whose event was lost is still noticed",
        "device/switch.py",
        ("        server.sources.append(button.poll)", "        pass"),
        "test_start.py::test_a_press_whose_event_a_full_queue_loses_counts_once_clients_come",
    ),
    Guard(
        "a response fits one send, with room for the FIN",
        "tools/build_pages.py",
        ("    if len(data) > MAX_RESPONSE:", "    if False:"),
        "test_build_pages.py::test_a_page_that_has_grown_too_big_is_named",
    ),
    *guards_recovery.GUARDS,
]
