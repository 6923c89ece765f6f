"""The hold key of the agent's own telephone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.desks import (
    SECOND,
    THIRD,
    at,
    consulted,
    gone,
)
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, Hotline, channel


def key(hotline: Hotline, seconds: int, on: bool = True, leg: str = AGENT_LEG) -> Hotline:
    return hotline.event(sw.PhoneHolds(at(seconds), leg, on))


def test_given_the_phone_holds_then_the_hold_counts_until_the_phone_takes_it_back(talking):
    asked = len(talking.asked())
    key(talking, 10)
    assert (talking.call().state, talking.call().talk.held_since) == ("held", at(10))
    key(talking, 25, on=False)
    assert talking.call().state == "talking"
    [resumed] = talking.told("talk.resumed")
    assert resumed.body["held_ms"] == 15_000
    assert talking.call().talk.hold_count == len(talking.told("talk.held")) == 1
    only = [actions.BearSilence(AGENT_LEG)]
    assert talking.asked()[asked:] == only, "the switch has done the rest already"


@pytest.mark.parametrize("action", ["resume", "consult", "transfer"])
def test_given_the_phone_holds_then_the_desk_is_told_to_take_it_back_there(talking, action):
    key(talking, 10).command(action, at=at(12), kind="agent", value="1002")
    assert talking.told("command.refused")[-1].body["code"] == "held_at_phone"
    assert action not in talking.call().allowed
    assert "hang_up" in talking.call().allowed


def test_given_the_same_key_is_told_twice_then_one_hold_is_told(talking):
    key(key(talking, 10), 11)
    key(key(talking, 20, on=False), 21, on=False)
    assert len(talking.told("talk.held")) == len(talking.told("talk.resumed")) == 1


def test_given_the_desk_holds_when_the_phone_holds_too_then_it_is_one_hold_and_the_phone_s(talking):
    talking.command("hold", at=at(10))
    key(talking, 12)
    talking.command("resume", at=at(13))
    assert talking.told("command.refused")[-1].body["code"] == "held_at_phone"
    key(talking, 20, on=False)
    assert talking.call().state == "talking"
    assert [fact.body["held_ms"] for fact in talking.told("talk.resumed")] == [10_000]
    assert len(talking.told("talk.held")) == 1


def test_given_the_desk_holds_then_an_end_of_the_phone_s_hold_changes_nothing(talking):
    key(talking.command("hold", at=at(10)), 12, on=False)
    assert talking.call().state == "held"


def test_given_the_agent_hangs_up_what_the_phone_holds_then_the_hold_is_in_the_talk(talking):
    key(talking, 10).event(
        sw.AgentTalkEnded(at(20), "1001", "general", MEMBER), gone(20, AGENT_LEG)
    )
    [ended] = talking.told("talk.ended")
    assert (ended.body["hold_ms"], ended.body["ended_by"]) == (10_000, "agent")


def test_given_a_colleague_is_consulted_then_the_key_is_between_the_two(talking):
    key(key(consulted(talking), 15), 20, on=False)
    assert talking.call().state == "consulting"
    assert talking.told("talk.held") == []
    assert actions.BearSilence(AGENT_LEG) in talking.asked()


def test_given_the_colleague_s_phone_holds_then_its_silence_is_no_loss_either(talking):
    key(consulted(talking), 15, leg=SECOND)
    assert talking.asked()[-1] == actions.BearSilence(SECOND)
    assert talking.call().state == "consulting"


def test_given_the_caller_s_phone_holds_then_it_is_no_hold_of_the_agent_s(talking):
    key(talking, 10, leg=MEMBER)
    assert talking.call().state == "talking"
    assert talking.asked()[-1] == actions.BearSilence(MEMBER), "a caller may be silent meanwhile"


def test_given_a_stranger_s_phone_holds_then_nothing_is_done(talking):
    asked = talking.asked()
    key(talking, 10, leg=SECOND)
    assert talking.call().state == "talking"
    assert talking.asked() == asked


def test_given_somebody_is_invited_then_the_key_does_not_cross_with_the_answer(talking):
    talking.command("invite", at=at(8), kind="agent", value="1002")
    key(talking, 10).event(sw.ChannelAnswered(at(12), SECOND))
    assert talking.call().state == "conference"
    assert talking.told("talk.held") == []


def test_given_the_agent_comes_to_a_new_leg_then_the_hold_is_the_desk_s(talking):
    key(talking, 10).command("rejoin", at=at(20))
    talking.event(sw.ChannelAnswered(at(21), SECOND)).command("resume", at=at(30))
    assert talking.asked()[-1] == actions.Resume(MEMBER)
    assert talking.call().state == "talking"
    assert THIRD not in talking.registry.legs


@pytest.mark.parametrize(("state", "shown"), [("HELD", "held"), ("ACTIVE", "talking")])
def test_given_the_key_is_pressed_while_nobody_listens_then_the_picture_tells(
    talking, state, shown
):
    if shown == "talking":
        key(talking, 10)
    legs = (
        channel(MEMBER, AGENT_LEG),
        replace(channel(AGENT_LEG, MEMBER, inbound=False), state=state),
    )
    talking.picture(at(30), channels=legs, extensions=frozenset({"1001", "1002", "1003"}))
    assert talking.call().state == shown
    assert talking.call().held_at_phone is (shown == "held")
