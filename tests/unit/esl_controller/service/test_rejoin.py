"""An agent's leg is lost and the caller is not: music, the same agent again, or the queue."""

from __future__ import annotations

import itertools

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, Hotline
from tests.unit.esl_controller.service.test_parties import at, gone

NEW_LEG = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def talking() -> Hotline:
    hotline = Hotline()
    numbers = itertools.count(1)
    hotline.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"
    return hotline.talked()


def lost(hotline: Hotline) -> Hotline:
    return hotline.event(
        gone(20, AGENT_LEG, "MEDIA_TIMEOUT", by_remote=False),
        sw.AgentTalkEnded(at(20), "1001", "general", MEMBER),
    )


def test_given_the_leg_is_lost_then_the_talk_waits_for_its_agent(talking):
    lost(talking)
    assert talking.call().state == "orphaned"
    assert talking.call().orphaned_until == at(40)
    assert talking.agent().state == "on_call"
    assert talking.told("talk.ended") == []


def test_given_the_queue_tells_the_loss_first_then_the_talk_waits_for_its_agent_too(talking):
    talking.event(
        sw.AgentTalkEnded(at(20), "1001", "general", MEMBER, "MEDIA_TIMEOUT"),
        gone(20, AGENT_LEG, "MEDIA_TIMEOUT", by_remote=False),
    )
    assert talking.call().state == "orphaned"
    assert talking.agent().state == "on_call"
    assert len(talking.told("agent.leg_lost")) == 1


def test_given_the_phone_is_back_then_it_is_called_and_the_caller_with_it(talking):
    lost(talking).event(sw.PhoneUnregistered(at(21), "1001"), sw.PhoneRegistered(at(25), "1001"))
    dial = talking.asked()[-1]
    assert isinstance(dial, actions.Dial) and dial.auto_answer
    talking.event(sw.ChannelAnswered(at(26), NEW_LEG))
    assert talking.call().state == "talking"
    assert actions.Bridge(MEMBER, NEW_LEG) in talking.asked()
    talking.event(gone(60, NEW_LEG), gone(60, MEMBER, by_remote=False))
    [ended] = talking.told("talk.ended")
    assert ended.body["ended_by"] == "agent"
    assert talking.agent().state == "wrap_up"


def test_given_a_muted_agent_when_back_on_a_new_leg_then_that_leg_is_muted_too(talking):
    talking.command("mute", at=at(10)).command("rejoin", at=at(20))
    talking.event(sw.ChannelAnswered(at(21), NEW_LEG))
    assert actions.Mute(NEW_LEG, True) in talking.asked()
    assert talking.call().talk.muted


def test_given_a_reload_then_the_page_asks_for_its_call_back_before_anything_is_lost(talking):
    talking.command("rejoin", at=at(20))
    talking.event(sw.ChannelAnswered(at(21), NEW_LEG))
    assert actions.HangUp(AGENT_LEG) in talking.asked()
    talking.event(
        gone(21, AGENT_LEG, by_remote=False),
        sw.AgentTalkEnded(at(21), "1001", "general", MEMBER),
    )
    assert talking.call().state == "talking", "the old leg's end is not the talk's end"
    assert talking.agent().state == "on_call"


def test_given_nobody_comes_back_then_the_caller_queues_again_and_the_talk_is_over(talking):
    lost(talking).event(sw.QueueJoined(at(40), MEMBER, "general", "138"))
    assert talking.call().state == "waiting"
    [ended] = talking.told("talk.ended")
    assert ended.body["ended_by"] == "system"
    assert talking.agent().state == "wrap_up"


def test_given_the_caller_hangs_up_meanwhile_then_everything_is_closed(talking):
    lost(talking).event(gone(30, MEMBER))
    assert talking.told("talk.ended")[0].body["ended_by"] == "customer"
    assert talking.agent().state == "wrap_up"


def test_it_refuses_to_come_back_twice_at_once(talking):
    talking.command("rejoin", at=at(20)).command("rejoin", at=at(20))
    assert talking.told("command.refused")[-1].body["code"] == "not_now"


def test_given_the_phone_does_not_take_the_call_then_it_may_be_tried_again(talking):
    talking.command("rejoin", at=at(20)).event(gone(25, NEW_LEG, "NO_ANSWER"))
    assert talking.call().rejoin_leg is None
