"""Calls that an agent places, up to the talk or to why there is none."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.desks import SECOND, THIRD, at, gone


def test_it_places_an_outgoing_call_phone_first(talking):
    talking.command("dial", "1003", at=at(10), kind="outside", value="13900001111")
    own = [a for a in talking.asked() if isinstance(a, actions.Dial)][-1]
    assert (own.leg, own.auto_answer) == (THIRD, True)
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    out = [a for a in talking.asked() if isinstance(a, actions.Dial)][-1]
    assert (out.leg, out.target.value) == (SECOND, "+8613900001111")
    talking.event(sw.ChannelAnswered(at(15), SECOND))
    assert actions.Bridge(SECOND, THIRD) in talking.asked()
    assert talking.told("talk.started")[-1].body["role"] == "outbound"
    talking.event(gone(30, THIRD), gone(30, SECOND, by_remote=False))
    assert talking.agent("1003").state == "wrap_up"
    talking.command("finish_wrap_up", "1003", at=at(31))
    assert (talking.agent("1003").state, talking.agent("1003").reason) == ("not_ready", "sign_in")


@pytest.mark.parametrize(
    "cause, code",
    [("NO_ANSWER", "own_phone_no_answer"), ("CALL_REJECTED", "own_phone_rejected")],
)
def test_given_the_own_phone_is_not_taken_then_the_agent_is_not_told_of_the_other_side(
    talking, cause, code
):
    talking.command("ready", "1003").command("dial", "1003", kind="outside", value="13800000000")
    [dialled] = [one for one in talking.asked() if isinstance(one, actions.Dial)]
    talking.event(gone(20, dialled.leg, cause))
    refused = talking.told("command.refused")[-1]
    assert (refused.agent_no, refused.body["code"]) == ("1003", code)
    assert talking.agent("1003").state == "ready"
    ends = [one.body["role"] for one in talking.told("leg.ended")]
    assert sorted(ends) == ["agent", "customer"], "the record has both, and both are closed"


def test_given_a_call_is_being_placed_when_it_is_forced_to_end_then_nobody_is_dialled(talking):
    talking.command("ready", "1003").command("dial", "1003", kind="outside", value="13800000000")
    [dialled] = [one for one in talking.asked() if isinstance(one, actions.Dial)]
    by = {"agent_no": "1002"}
    talking.command("forced_release", "1002", target="1003", by=by)
    talking.event(sw.ChannelAnswered(at(21), dialled.leg))
    assert len([one for one in talking.asked() if isinstance(one, actions.Dial)]) == 1
    assert actions.HangUp(dialled.leg) in talking.asked()
    assert talking.agent("1003").state == "ready"


def test_given_nobody_answers_an_outgoing_call_then_the_agent_is_told_and_free(talking):
    talking.command("dial", "1003", at=at(10), kind="outside", value="13900001111")
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    talking.event(gone(40, SECOND, "NO_ANSWER"))
    assert talking.told("command.refused")[-1].body["code"] == "dial_no_answer"
    assert talking.agent("1003").state == "not_ready"
    assert talking.told("contact.ended")[-1].body["outcome"] == "not_reached"
