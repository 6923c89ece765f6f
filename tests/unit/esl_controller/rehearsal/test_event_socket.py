"""The event socket's protocol: what a client may send and what it gets."""

from __future__ import annotations

import socket

from tests.unit.esl_controller.rehearsal.client import Connection, read_packet
from tests.unit.esl_controller.rehearsal.switch import Rehearsal


def test_a_wrong_password_is_refused_and_the_connection_closed(switch: Rehearsal) -> None:
    with socket.create_connection(("127.0.0.1", switch.port), 5) as sock:
        with sock.makefile("rb") as stream:
            assert read_packet(stream)[0]["Content-Type"] == "auth/request"
            sock.sendall(b"auth wrong\n\n")
            assert read_packet(stream)[0]["Reply-Text"] == "-ERR invalid"
            assert read_packet(stream)[0]["Content-Type"] == "text/disconnect-notice"
            assert stream.read() == b""


def test_nothing_is_done_before_the_password(switch: Rehearsal) -> None:
    with socket.create_connection(("127.0.0.1", switch.port), 5) as sock:
        with sock.makefile("rb") as stream:
            read_packet(stream)
            sock.sendall(b"api status\n\n")
            assert read_packet(stream)[0]["Reply-Text"] == "-ERR command not found"


def test_plain_events_are_percent_encoded_so_that_no_value_can_forge_a_header(
    switch: Rehearsal,
) -> None:
    client = switch.client("event plain CHANNEL_CREATE")
    client.api("rehearsal call 1%0AUnique-ID:%20forged 96001 early")
    created = client.until("CHANNEL_CREATE")
    assert created["Unique-ID"] != "forged"
    assert created["Caller-Caller-ID-Number"] == "1\nUnique-ID: forged"
    # behind the shipped dialplan a number like that is nobody's
    assert "\n" not in client.api("callcenter_config queue list members").split("\n")[0]


def test_only_what_was_asked_for_is_sent(switch: Rehearsal) -> None:
    client = switch.client("event json CUSTOM sofia::register")
    client.api("rehearsal phone 1001 register")
    client.until("CUSTOM", **{"from-user": "1001"})
    client.api("rehearsal call 13800138000 96001 early")
    client.api("rehearsal phone 1002 register")
    client.until("CUSTOM", **{"from-user": "1002"})
    assert {event["Event-Subclass"] for event in client.events} == {"sofia::register"}
    assert client.reply("noevents") == "+OK no longer listening for events"


def test_a_background_job_answers_at_once_and_reports_later(esl: Connection) -> None:
    reply, _ = esl.command("bgapi callcenter_config agent list", "Job-UUID: job-1")
    assert reply["Reply-Text"] == "+OK Job-UUID: job-1"
    assert reply["Job-UUID"] == "job-1"
    done = esl.until("BACKGROUND_JOB", **{"Job-UUID": "job-1"})
    assert (done["_body"], done["Job-Command"]) == ("+OK\n", "callcenter_config")


def test_events_are_numbered_without_a_gap(esl: Connection) -> None:
    for number in range(20):
        esl.api(f"rehearsal phone {2000 + number} register")
    esl.until("CUSTOM", **{"from-user": "2019"})
    numbers = [int(event["Event-Sequence"]) for event in esl.events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_api_errors_have_the_texts_of_the_real_switch(esl: Connection) -> None:
    answers = {
        "nonsense": "-ERR nonsense Command not found!\n",
        "uuid_kill 11111111-1111-1111-1111-111111111111": "-ERR No such channel!\n",
        "callcenter_config agent set status nosuch@default Available": "-ERR Agent not found!\n",
        "callcenter_config agent set status x@default Asleep": "-ERR Invalid Agent Status!\n",
        "callcenter_config agent add 1@default callback": "+OK\n",
        "callcenter_config agent add 1@default bicycle": "-ERR Agent type invalid!\n",
        "callcenter_config tier add q@default 2@default 1 1": "-ERR Agent not found!\n",
        "callcenter_config queue list members q@default": "+OK\n",
        "callcenter_config agent get status 1@default": "Logged Out",
        "show channels as json": '{"row_count":0}',
    }
    assert {command: esl.api(command) for command in answers} == answers
    assert esl.api("callcenter_config agent add 1@default callback") == (
        "-ERR Agent already exist!\n")


def test_exit_says_goodbye(esl: Connection) -> None:
    assert esl.reply("exit") == "+OK bye"
    assert esl.closed.wait(5)
    assert esl.notices[0][1].endswith(b"http://www.cluecon.com/\n")
