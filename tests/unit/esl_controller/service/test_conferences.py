"""Conferences: who is in one, who serves on, and who is let go."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.desks import SECOND, THIRD, at, consulted, gone
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER


@pytest.mark.parametrize("first", [AGENT_LEG, SECOND])
def test_given_a_conference_is_ended_then_nobody_serves_on_whoever_leaves_first(talking, first):
    consulted(talking).command("merge", at=at(20)).command("end_conference", at=at(25))
    legs = sorted((AGENT_LEG, SECOND), key=lambda leg: leg != first)
    for leg in legs:
        talking.event(gone(26, leg, by_remote=False))
        if leg == AGENT_LEG:
            talking.event(sw.AgentTalkEnded(at(26), "1001", "general", MEMBER))
    talking.event(gone(27, MEMBER, by_remote=False))
    assert len(talking.told("talk.started")) == len(talking.told("talk.ended")) == 2
    assert talking.told("contact.ended")[0].body["outcome"] == "answered"
    assert {talking.agent(one).contact_id for one in ("1002", "1003")} == {None}


def test_it_merges_into_a_conference_and_back_when_the_guest_leaves(talking):
    consulted(talking).command("merge", at=at(20))
    assert talking.call().state == "conference"
    talking.event(gone(30, SECOND))
    assert talking.call().state == "talking"
    assert talking.asked()[-1] == actions.Bridge(MEMBER, AGENT_LEG)


def test_given_the_agent_leaves_a_conference_then_the_other_agent_serves_on(talking):
    consulted(talking).command("merge", at=at(20))
    talking.event(sw.AgentTalkEnded(at(30), "1001", "general", MEMBER))
    assert talking.agent("1001").state == "wrap_up"
    assert talking.call().agent_no == "1002"
    assert talking.agent("1002").role == "serving"


@pytest.mark.parametrize(
    "name, target",
    [("transfer", ("queue", "general")), ("consult", ("agent", "1002")), ("hold", ("", ""))],
)
def test_given_an_invitation_rings_then_what_would_cross_with_it_is_refused(talking, name, target):
    talking.command("invite", at=at(10), kind="outside", value="02188880002")
    assert name not in talking.call().allowed
    kind, value = target
    talking.command(name, at=at(11), kind=kind, value=value)
    assert talking.told("command.refused")[-1].body["code"] == "not_now"
    assert (talking.call().state, talking.agent("1001").state) == ("talking", "on_call")


def test_given_an_invitation_rings_when_it_is_withdrawn_then_all_is_as_before(talking):
    before = talking.call().allowed
    assert "drop_party" not in before
    talking.command("invite", at=at(10), kind="agent", value="1002")
    talking.command("drop_party", at=at(12), leg=SECOND)
    assert talking.asked()[-1] == actions.HangUp(SECOND)
    assert talking.told("party.left")[-1].body["result"] == "cancelled"
    assert (talking.call().allowed, talking.agent("1002").state) == (before, "not_ready")
    talking.event(gone(13, SECOND, "ORIGINATOR_CANCEL"))
    assert not talking.told("command.refused"), "who withdrew it knows why it was not taken"


@pytest.mark.parametrize("number", ["02188880002", "+86 21 8888 0002", "13812340021"])
def test_given_somebody_outside_who_rings_or_talks_when_invited_again_then_it_is_refused(
    talking, number
):
    talking.command("invite", at=at(10), kind="outside", value="02188880002")
    talking.command("invite", at=at(11), kind="outside", value=number)
    talking.event(sw.ChannelAnswered(at(12), SECOND))
    talking.command("invite", at=at(13), kind="outside", value=number)
    codes = [told.body["code"] for told in talking.told("command.refused")]
    assert codes == ["already_in", "already_in"], "the last number is the caller's own"
    assert len(talking.call().members) == 1


def test_given_a_conference_of_two_and_an_invitation_when_withdrawn_then_the_two_leave_it(talking):
    talking.command("invite", at=at(10), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(12), SECOND))
    talking.command("invite", at=at(13), kind="outside", value="02188880002")
    talking.event(gone(14, SECOND))
    talking.command("drop_party", at=at(15), leg=THIRD)
    assert talking.call().state == "talking"
    assert talking.asked()[-2:] == [actions.HangUp(THIRD), actions.Bridge(MEMBER, AGENT_LEG)]


def test_given_a_muted_member_when_the_agent_leaves_then_who_serves_on_is_heard(talking):
    consulted(talking).command("merge", at=at(20))
    talking.command("mute_party", at=at(21), leg=SECOND)
    talking.event(sw.AgentTalkEnded(at(30), "1001", "general", MEMBER))
    assert talking.asked()[-1] == actions.Mute(SECOND, False)
    assert talking.call().talk.muted is False


def test_given_a_muted_outsider_when_the_agent_leaves_then_the_caller_hears_them(talking):
    talking.command("invite", at=at(10), kind="outside", value="02188880002")
    talking.event(sw.ChannelAnswered(at(12), SECOND))
    talking.command("mute_party", at=at(13), leg=SECOND)
    talking.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER))
    assert actions.Mute(SECOND, False) in talking.asked()
    assert [member.muted for member in talking.call().members] == [False]


def test_given_two_are_left_of_a_conference_then_they_leave_it_as_a_pair(talking):
    consulted(talking)
    talking.command("merge", at=at(15))
    talking.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER))
    assert talking.asked()[-1] == actions.Bridge(MEMBER, SECOND)


def test_given_only_outsiders_are_left_when_the_last_one_leaves_then_the_caller_is_let_go(talking):
    talking.command("invite", at=at(10), kind="outside", value="02188880002")
    talking.event(sw.ChannelAnswered(at(12), SECOND))
    talking.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER))
    assert talking.call().state == "outside"
    talking.event(gone(30, SECOND))
    assert talking.asked()[-1] == actions.HangUp(MEMBER)
