"""The link finds the switch, tells the loop, and begins again after every kind of loss."""

import re

import gevent
import pytest

from esl_controller.adapters.esl_link import EslLink
from esl_controller.domain.errors import SwitchUnavailable
from esl_controller.domain.switch_events import Heartbeat, LinkDown, LinkUp
from tests.fakes.fake_freeswitch import (
    OK,
    FakeFreeSwitch,
    api_response,
    packet,
    silent,
    wait_until,
)

HEARTBEAT = packet(
    "text/event-json",
    b'{"Event-Name":"HEARTBEAT","Event-Date-Timestamp":"5000000","Session-Count":"3"}',
)


def answers(command):
    if command == "api global_getvar core_uuid":
        return api_response(b"core-1\n")
    if command.startswith("bgapi "):
        job = re.search(r"Job-UUID: (\S+)", command).group(1).encode()
        body = b'{"Event-Name":"BACKGROUND_JOB","Job-UUID":"%s","_body":"+OK done\\n"}' % job
        return packet("text/event-json", body) + OK  # the answer may be faster than the reply
    if command.startswith("api "):
        return api_response(b"+OK " + command[4:].encode())
    return OK


@pytest.fixture
def fake():
    fake = FakeFreeSwitch(answer=answers)
    yield fake
    fake.close()


@pytest.fixture
def told():
    return []


@pytest.fixture
def link(fake, told, monkeypatch):
    monkeypatch.setattr("esl_controller.adapters.esl_link.FIRST_WAIT_S", 0.01)
    link = EslLink(
        "127.0.0.1", fake.port, "secret", told.append, connect_timeout_s=1, command_timeout_s=0.3
    )
    link.probe_every_s = 0.05
    link.start()
    yield link
    link.stop()


def kinds(told):
    return [type(event) for event in told]


def test_it_subscribes_by_name_and_tells_the_switchs_own_id(link, fake, told):
    assert wait_until(lambda: link.up)

    assert told[0].core_uuid == "core-1"
    subscription = next(command for command in fake.commands if command.startswith("event "))
    assert subscription.startswith("event json CHANNEL_CREATE ")
    assert subscription.endswith(
        "CUSTOM callcenter::info sofia::register sofia::unregister sofia::expire"
        " sofia::sip_user_state"
    )
    assert "ALL" not in subscription


def test_it_translates_events_in_order_after_link_up(link, fake, told):
    assert wait_until(lambda: link.up)
    fake.push(HEARTBEAT)

    assert wait_until(lambda: len(told) == 2)
    assert kinds(told) == [LinkUp, Heartbeat]
    assert told[1].sessions == 3


def test_given_a_lost_connection_it_tells_it_and_connects_anew(link, fake, told):
    assert wait_until(lambda: link.up)
    fake.break_off()

    assert wait_until(lambda: kinds(told) == [LinkUp, LinkDown, LinkUp])
    assert link.connects == 2
    assert link.api("status") == "+OK status"


def test_given_a_switch_that_stops_answering_it_drops_the_connection(link, fake, told):
    assert wait_until(lambda: link.up)
    fake.answer = silent

    assert wait_until(lambda: kinds(told)[:2] == [LinkUp, LinkDown])
    assert "no reply" in told[1].reason


def test_given_no_heartbeat_it_subscribes_anew(link, fake, told):
    link.quiet_limit_s = 0.1

    assert wait_until(lambda: kinds(told)[:3] == [LinkUp, LinkDown, LinkUp])
    assert "heartbeat" in told[1].reason


def test_given_a_switch_with_another_id_it_begins_again(link, fake, told):
    assert wait_until(lambda: link.up)
    fake.answer = lambda command: (
        api_response(b"core-2") if "core_uuid" in command else answers(command)
    )

    assert wait_until(lambda: len(told) >= 3)
    assert [told[0].core_uuid, told[2].core_uuid] == ["core-1", "core-2"]


def test_a_job_ends_with_its_own_text_even_when_it_is_faster_than_the_reply(link):
    assert wait_until(lambda: link.up)

    assert link.bgapi("originate user/1001 &park()", timeout_s=1) == "+OK done\n"


def test_a_job_that_does_not_end_is_given_up(link, fake):
    assert wait_until(lambda: link.up)
    fake.answer = lambda command: OK if command.startswith("bgapi") else answers(command)

    with pytest.raises(SwitchUnavailable, match="in time"):
        link.bgapi("msleep 100000", timeout_s=0.1)


def test_jobs_fail_when_the_link_is_lost(link, fake):
    assert wait_until(lambda: link.up)
    fake.answer = lambda command: OK if command.startswith("bgapi") else answers(command)
    job = gevent.spawn(link.bgapi, "msleep 100000", 10)
    assert wait_until(lambda: any(command.startswith("bgapi") for command in fake.commands))
    fake.break_off()

    job.join(1)
    assert isinstance(job.exception, SwitchUnavailable)


def test_given_a_wrong_password_it_says_so_and_asks_rarely(told):
    fake = FakeFreeSwitch(password="other")
    link = EslLink("127.0.0.1", fake.port, "secret", told.append, connect_timeout_s=1)
    link.start()

    assert wait_until(lambda: "ESL_PASSWORD" in link.trouble)
    assert told == []
    with pytest.raises(SwitchUnavailable):
        link.api("status")
    assert fake.commands.count("auth secret") == 1
    link.stop()
    fake.close()


def test_stopping_tells_no_loss_and_leaves_nothing_running(link, fake, told):
    assert wait_until(lambda: link.up)
    link.stop()

    assert kinds(told) == [LinkUp]
    assert not link.up
    assert wait_until(lambda: "exit" in fake.commands)
