"""Defects D10 to D20, D22 to D24 and D29: connections that hang, leak, freeze or pretend."""

import subprocess
import sys

import gevent
import pytest
from gevent import socket
from greenswitch.esl import NotConnectedError

from tests.fakes.fake_freeswitch import OK, plain_event, silent, wait_until

FREEZE = """
import os, signal, sys, warnings
warnings.simplefilter("ignore")
import gevent
from tests.unit.esl_controller.adapters.esl_implementations import Implementation
esl = Implementation(sys.argv[1])
fake = esl.fake()
connection = esl.connect(fake)
ticks = []
pulse = gevent.get_hub().loop.timer(0.02, repeat=0.02)
pulse.start(ticks.append, 1)
def tell(*_):
    os.write(1, b"%d" % len(ticks))
    os._exit(0)
signal.signal(signal.SIGALRM, tell)
signal.setitimer(signal.ITIMER_REAL, 1.0)
fake.push(b"Content-Type: text/event-plain\\nContent-Length: 500\\n\\nEvent-")
fake.break_off()
gevent.event.Event().wait(5)
"""


def test_d10_an_end_in_mid_body_does_not_freeze_the_process(esl):
    done = subprocess.run(
        [sys.executable, "-c", FREEZE, "stock" if esl.stock else "ours"],
        capture_output=True,
        timeout=20,
    )

    assert int(done.stdout or b"0") > 10, "nothing else ran after the end"


def waiting_command(esl, fake, connection):
    """A command under way that the switch never answers; the list that gets its outcome."""
    outcomes = []

    def ask():
        try:
            outcomes.append(connection.send("api slow"))
        except Exception as error:
            outcomes.append(error)

    esl.spawn(ask)
    assert wait_until(lambda: "api slow" in fake.commands)
    return outcomes


def test_d11_a_broken_connection_fails_the_commands_that_wait(esl):
    fake = esl.fake(answer=silent)
    outcomes = waiting_command(esl, fake, esl.connect(fake))

    fake.break_off()

    assert wait_until(lambda: outcomes, 1.2), "still waiting"
    assert isinstance(outcomes[0], NotConnectedError)


def test_d12_a_disconnect_notice_fails_the_commands_that_wait(esl):
    fake = esl.fake(answer=silent)
    outcomes = waiting_command(esl, fake, esl.connect(fake))

    fake.push(b"Content-Type: text/disconnect-notice\nContent-Length: 9\n\nGoodbye.\n")

    assert wait_until(lambda: outcomes, 1.2), "still waiting"


def test_d13_events_before_a_broken_connection_are_handled_and_the_end_is_told(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    handled, ends = [], []

    def slow(event):
        handled.append(event)
        gevent.sleep(0)  # others have their turn

    connection.register_handle("X", slow)
    connection.register_handle("DISCONNECT", ends.append)
    fake.push(plain_event({"Event-Name": "X"}) * 50)
    fake.break_off()

    assert wait_until(lambda: len(handled) == 50 and ends, 1.0), f"{len(handled)} of 50, {ends}"
    assert len(ends) == 1


def test_d14_a_large_command_arrives_whole(esl):
    fake = esl.fake(reading=False)
    connection = esl.connect(fake)
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    esl.spawn(lambda: (gevent.sleep(0), fake.may_read.set()))

    reply = esl.within(1.5, connection.send, "api expand " + "x" * 1_000_000)

    assert len(reply.data) == len("+OK expand ") + 1_000_000


def test_d15_a_command_that_cannot_be_encoded_leaves_the_replies_in_order(esl):
    connection = esl.connect(esl.fake())
    assert isinstance(esl.outcome(0.5, connection.send, "api \ud800"), UnicodeEncodeError)

    assert esl.within(1.2, connection.send, "api status").data == "+OK status"


@pytest.mark.parametrize("text", ["user\n\napi system shutdown", "user\r\n\r\napi system x"])
def test_d16_a_line_break_in_a_command_runs_no_second_command(esl, text):
    fake = esl.fake()
    connection = esl.connect(fake)

    refused = esl.outcome(0.5, connection.send, "api originate " + text)

    assert isinstance(refused, ValueError), "the command went out"
    assert fake.commands == ["auth secret"]


def test_d17_a_switch_that_stays_silent_is_given_up(esl):
    fake = esl.fake(greeting=b"")

    refused = esl.outcome(1.0, esl.make(fake.port, timeout=0.3).connect)

    assert isinstance(refused, NotConnectedError)


def test_d18_a_switch_that_closes_before_the_handshake_is_given_up(esl):
    fake = esl.fake(greeting=b"")
    esl.spawn(lambda: wait_until(lambda: fake.sockets) and fake.break_off())

    refused = esl.outcome(1.0, esl.make(fake.port, timeout=0.5).connect)

    assert isinstance(refused, NotConnectedError)


def test_d19_every_failure_to_connect_is_one_kind_of_error_and_leaks_nothing(esl):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = closed.getsockname()[1]
        assert isinstance(esl.outcome(1, esl.make(nobody).connect), NotConnectedError)

    connection = esl.make(esl.fake(password="other").port)
    assert isinstance(esl.outcome(1, connection.connect), NotConnectedError)
    assert wait_until(lambda: connection._receive_events_greenlet.dead, 0.5), "reader leaked"


def test_d20_a_used_connection_refuses_to_connect_again_at_once(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    fake.break_off()
    assert wait_until(lambda: not connection.connected)

    assert isinstance(esl.outcome(1.2, connection.connect), NotConnectedError)


def test_d22_stopping_takes_no_second(esl):
    connection = esl.connect(esl.fake())

    esl.within(0.5, connection.stop)

    assert not connection.connected


def test_d23_stopping_does_not_wait_for_a_frozen_switch(esl):
    connection = esl.connect(esl.fake(answer=silent))

    esl.within(1.5, connection.stop)

    assert not connection.connected


def test_d24_a_handler_may_stop_the_connection(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    returned = []
    connection.register_handle("X", lambda event: (connection.stop(), returned.append(1)))

    fake.push(plain_event({"Event-Name": "X"}))

    assert wait_until(lambda: returned, 1.5), "deadlock"


def test_d29_a_peer_that_vanishes_is_noticed_by_the_kernel(esl):
    connection = esl.connect(esl.fake())

    assert connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_it_gives_up_a_command_without_a_reply_and_keeps_the_order_of_later_ones():
    from tests.unit.esl_controller.adapters.esl_implementations import Implementation

    ours = Implementation("ours")
    fake = ours.fake(answer=silent)
    connection = ours.connect(fake)
    with pytest.raises(NotConnectedError, match="no reply to api"):
        connection.send("api slow", timeout_s=0.05)

    replies = []
    ours.spawn(lambda: replies.append(connection.send("api next").data))
    assert wait_until(lambda: "api next" in fake.commands)
    fake.push(OK + b"Content-Type: command/reply\nReply-Text: +OK next\n\n")

    assert wait_until(lambda: replies == ["+OK next"])
    ours.clear()
