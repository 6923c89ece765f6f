"""Recorded events of a real switch, and what they mean to us."""

from pathlib import Path

import orjson
import pytest

from esl_controller.adapters.esl_events import SUBSCRIPTION, translate
from esl_controller.domain import switch_events as told

PAYLOADS = Path(__file__).parents[3] / "payloads"


def recorded(name):
    lines = (PAYLOADS / f"{name}.jsonl").read_bytes().splitlines()
    return [event for event in map(translate, map(orjson.loads, lines)) if event is not None]


def kinds(events):
    return [type(event).__name__ for event in events]


def test_it_tells_an_answered_call_in_order():
    events = recorded("answered")

    assert kinds(events) == [
        "ChannelCreated",
        "ChannelAnswered",
        "QueueJoined",
        "AgentOffered",
        "AgentLegCreated",
        "ChannelAnswered",
        "AgentAnswered",
        "ChannelBridged",
        "AgentTalkEnded",
        "QueueLeft",
        "ChannelHungUp",
        "ChannelHungUp",
    ]


def test_it_names_agents_and_queues_without_the_domain_and_binds_the_legs():
    events = {type(event): event for event in recorded("answered")}
    member = events[told.QueueJoined].member_uuid
    answered = events[told.AgentAnswered]

    assert answered.agent_no == "1001"
    assert answered.queue == "repair"
    assert answered.member_uuid == member
    assert events[told.AgentLegCreated].member_uuid == member
    assert {events[told.ChannelBridged].uuid, events[told.ChannelBridged].other_uuid} == {
        member,
        answered.agent_leg,
    }


def test_it_tells_who_hung_up_and_when_things_happened():
    agent, caller = [event for event in recorded("answered") if type(event) is told.ChannelHungUp]

    assert agent.by_remote
    assert agent.cause == "NORMAL_CLEARING"
    assert agent.created_at <= agent.rang_at < agent.answered_at < agent.at
    assert not caller.by_remote
    assert caller.caller_number == "13800138000"
    assert caller.codec == "PCMU"


@pytest.mark.parametrize(("name", "on"), [("CHANNEL_HOLD", True), ("CHANNEL_UNHOLD", False)])
def test_it_tells_the_hold_key_of_a_telephone(name, on):
    headers = {
        "Event-Name": name,
        "Unique-ID": "7d1e",
        "Event-Date-Timestamp": "1795000000000000",
        "Channel-Call-State": "HELD",
    }
    assert name in SUBSCRIPTION.split()
    assert translate(headers) == told.PhoneHolds(1_795_000_000_000, "7d1e", on)


def test_a_caller_who_left_the_queue_is_told_from_one_who_was_moved():
    left = next(e for e in recorded("abandoned") if type(e) is told.QueueLeft)
    assert (left.cause, left.cancel_reason, left.hung_up) == ("Cancel", "BREAK_OUT", True)

    moved = translate(
        {
            "Event-Name": "CUSTOM",
            "Event-Subclass": "callcenter::info",
            "CC-Action": "member-queue-end",
            "Event-Date-Timestamp": "1795405353324993",
            "CC-Member-Session-UUID": "m",
            "CC-Queue": "repair@default",
            "CC-Cause": "Cancel",
            "CC-Cancel-Reason": "BREAK_OUT",
            "Answer-State": "answered",
        }
    )
    assert moved == told.QueueLeft(1795405353324, "m", "repair", "Cancel", "BREAK_OUT", False)


def test_an_offer_that_the_caller_left_is_no_miss_of_the_agent():
    events = recorded("abandoned_while_ringing")
    failed = next(event for event in events if type(event) is told.AgentOfferFailed)

    assert failed.cause == "ORIGINATOR_CANCEL"


def test_it_tells_the_first_agents_miss_and_the_seconds_answer():
    events = recorded("no_answer")
    failed = [event for event in events if type(event) is told.AgentOfferFailed]
    answered = [event for event in events if type(event) is told.AgentAnswered]

    assert [event.cause for event in failed] == ["NO_ANSWER"]
    assert failed[0].agent_no != answered[0].agent_no


def test_it_tells_a_recording_with_its_length_and_size():
    events = {type(event): event for event in recorded("recorded")}

    stopped = events[told.RecordingStopped]
    assert stopped.path == events[told.RecordingStarted].path
    assert (stopped.ms, stopped.bytes) == (4020, 128708)


def test_it_tells_registrations_by_extension():
    registered = next(e for e in recorded("no_answer") if type(e) is told.PhoneRegistered)
    assert registered.extension.isdigit()

    headers = {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "sofia::expire",
        "Event-Date-Timestamp": "1000000",
        "user": "1001",
    }
    assert translate(headers) == told.PhoneUnregistered(1000, "1001")


@pytest.mark.parametrize(
    ("status", "means"),
    [("UNREACHABLE", told.PhoneUnregistered), ("REACHABLE", told.PhoneRegistered)],
)
def test_it_believes_the_pings_before_the_registration(status, means):
    headers = {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "sofia::sip_user_state",
        "Event-Date-Timestamp": "1000000",
        "from-user": "1001",
        "Ping-Status": status,
    }

    assert translate(headers) == means(1000, "1001")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Event-Name": "CODEC"},
        {"Event-Name": "CHANNEL_CREATE"},
        {"Event-Name": "CHANNEL_CREATE", "Event-Date-Timestamp": "soon", "Unique-ID": "u"},
        {"Event-Name": "CUSTOM", "CC-Action": "agent-offering"},
        {"Event-Name": "CUSTOM", "CC-Action": "CHANNEL_BRIDGE"},
    ],
)
def test_an_unknown_or_damaged_event_means_nothing(headers):
    assert translate(headers) is None


@pytest.mark.parametrize(
    ("digit", "source", "mode"),
    [("3", "RTP", "barge_in"), ("1", "RTP", ""), ("2", "APP", None), ("9", "RTP", None)],
)
def test_it_tells_the_keys_of_a_listener_from_those_that_we_send(digit, source, mode):
    # As seen on FreeSWITCH: uuid_recv_dtmf comes back as APP, a telephone's key as RTP.
    pressed = translate(
        {
            "Event-Name": "DTMF",
            "Event-Date-Timestamp": "1795871480427795",
            "Unique-ID": "221c374b-dbff-47db-90eb-8105960c5c25",
            "DTMF-Digit": digit,
            "DTMF-Source": source,
        }
    )
    assert (pressed.mode if pressed else None) == mode
