"""Defects O01 to O06: the sockets that the switch opens to us, one for each call."""

import re
import time

import gevent
from gevent import socket

from tests.fakes.fake_freeswitch import OK, plain_event, wait_until


def read_command(peer, answer=OK):
    """Read one command block from our side and answer it."""
    block = b""
    while not block.endswith(b"\n\n"):
        data = peer.recv(4096)
        assert data, "closed"
        block += data
    if answer:
        peer.sendall(answer)
    return block.decode()


def complete(command, **extra):
    """The completion of an execute command, as the switch tells it."""
    found = re.search(r"Event-UUID: (\S+)", command)
    headers = {
        "Event-Name": "CHANNEL_EXECUTE_COMPLETE",
        "Application": "playback",
        "variable_current_application": "playback",
    }
    if found:
        headers["Application-UUID"] = found.group(1)
    return plain_event(headers | extra)


def playback(session, path):
    return session.playback(path)


def test_o01_an_own_handler_for_completions_does_not_make_commands_hang(esl):
    session, peer = esl.session()
    session.register_handle("CHANNEL_EXECUTE_COMPLETE", lambda event: None)
    esl.spawn(lambda: peer.sendall(complete(read_command(peer))))

    assert esl.within(1.2, session.playback, "a.wav")


def test_o02_a_line_break_in_an_argument_smuggles_no_application_in(esl):
    session, peer = esl.session()

    argument = "x.wav\nexecute-app-name: system\nexecute-app-arg: id"
    refused = esl.spawn(session.call_command, "playback", argument)
    refused.join(0.2)

    peer.settimeout(0.2)
    try:
        sent = peer.recv(4096)
    except socket.timeout:
        sent = b""
    assert b"system" not in sent
    assert isinstance(refused.exception, ValueError)


def test_o03_a_broken_connection_ends_a_playback(esl):
    session, peer = esl.session()
    esl.spawn(lambda: (read_command(peer), peer.shutdown(socket.SHUT_RDWR)))

    ended = esl.outcome(1.2, session.playback, "a.wav")

    assert type(ended).__name__ == "OutboundSessionHasGoneAway"


def test_o04_two_playbacks_get_each_its_own_completion(esl):
    session, peer = esl.session()
    first = esl.spawn(session.playback, "first.wav")
    one = read_command(peer)
    second = esl.spawn(session.playback, "second.wav")
    two = read_command(peer)

    peer.sendall(complete(two, which="second"))
    peer.sendall(complete(one, which="first"))
    gevent.joinall([first, second], timeout=0.5)

    assert first.value and first.value.headers["which"] == "first"
    assert second.value and second.value.headers["which"] == "second"


class Idle:
    def __init__(self, session):
        pass

    def run(self):
        gevent.sleep(0)


def test_o05_peers_that_say_nothing_are_counted_and_sent_away(esl):
    port = esl.server(Idle, max_connections=2)
    peers = [esl.dial(port) for _ in range(20)]

    def still_open():
        count = 0
        for peer in peers:
            peer.setblocking(False)
            try:
                while peer.recv(100):
                    pass
            except BlockingIOError:
                count += 1
            except OSError:
                pass
        return count

    assert wait_until(lambda: still_open() <= 2, 0.6), f"{still_open()} of 20 still open"
    assert wait_until(lambda: still_open() == 0, 2.0), "silent peers are never sent away"


def test_o06_a_call_is_accepted_at_once(esl):
    port = esl.server(Idle)
    waits = []
    for _ in range(5):
        began = time.monotonic()
        peer = esl.dial(port)
        assert peer.recv(20)
        waits.append(time.monotonic() - began)
        peer.close()

    assert sorted(waits)[2] < 0.045


def test_it_ends_a_playback_when_the_caller_hangs_up():
    from tests.unit.esl_controller.adapters.esl_implementations import Implementation

    ours = Implementation("ours")
    session, peer = ours.session()
    data = b"Content-Type: command/reply\nReply-Text: +OK\nUnique-ID: u-1\n\n"
    ours.spawn(read_command, peer, data)
    session.connect()
    ours.spawn(
        lambda: (
            read_command(peer),
            peer.sendall(plain_event({"Event-Name": "CHANNEL_HANGUP", "Unique-ID": "u-1"})),
        )
    )

    ended = ours.outcome(1, session.playback, "a.wav")

    assert type(ended).__name__ == "OutboundSessionHasGoneAway"
    assert session.gone
    ours.clear()
