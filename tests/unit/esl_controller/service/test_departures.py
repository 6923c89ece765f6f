"""Agents who are locked or leave in mid-shift: the next snapshot is without them."""

from __future__ import annotations

import pytest

from esl_controller.domain import switch_events as sw
from esl_controller.domain.snapshot import Snapshot
from tests.unit.esl_controller.service.desks import at, gone
from tests.unit.esl_controller.service.hotline import (
    AGENT_LEG,
    MEMBER,
    Hotline,
    snapshot_json,
)


def only(*numbers: str) -> Snapshot:
    """A snapshot with these agents alone."""
    raw = snapshot_json()
    for rows in (raw["agents"], raw["queues"][0]["members"]):
        rows[:] = [row for row in rows if row["agent_no"] in numbers]
    return Snapshot.from_json(raw)


def published(hotline: Hotline, seconds: int, *numbers: str) -> Hotline:
    """Such a snapshot comes, and the tick that follows it."""
    hotline.registry.use(only(*numbers))
    return hotline.tick(at(seconds), {"1001": at(seconds)})


def test_given_an_idle_agent_then_they_are_signed_out_at_once_and_forgotten():
    hotline = published(Hotline().ready(), 10, "1002")
    [told] = hotline.told("agent.signed_out")
    assert (told.at, told.agent_no, told.body["end_reason"]) == (at(10), "1001", "forced")
    assert hotline.told("agent.state_changed")[-1].body["state"] == "signed_out"
    assert hotline.told("agent.state_changed")[-1].body["cause"] == "system"
    hotline.tick(at(11))
    assert "1001" not in hotline.registry.agents
    assert "1001" in hotline.seen[-1].agents, "so that the row is taken away"


def test_given_an_agent_who_never_signed_in_then_nothing_is_told():
    hotline = published(Hotline(), 10, "1002")
    assert "1001" not in hotline.registry.agents
    assert hotline.told() == []


@pytest.mark.parametrize("offered_only", [False, True])
def test_given_a_call_in_hand_then_it_goes_on_to_its_end_before_the_sign_out(offered_only):
    hotline = Hotline().ready().rung() if offered_only else Hotline().talked()
    published(hotline, 10, "1002")
    if offered_only:
        hotline.event(sw.AgentAnswered(at(12), "1001", "general", MEMBER, AGENT_LEG))
    hotline.tick(at(15))
    assert hotline.agent().state == "on_call"
    assert hotline.told("agent.signed_out") == []
    hotline.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER), gone(20, AGENT_LEG))
    assert hotline.agent().state == "wrap_up"
    hotline.tick(at(50))
    assert [fact.at for fact in hotline.told("agent.signed_out")] == [at(50)]
    assert len(hotline.told("wrap_up.ended")) == 1
    hotline.tick(at(51))
    assert "1001" not in hotline.registry.agents


def test_given_an_offer_that_is_not_taken_then_the_sign_out_follows_it():
    hotline = published(Hotline().ready().rung(), 10, "1002")
    hotline.event(sw.AgentOfferFailed(at(22), "1001", "general", MEMBER, "NO_ANSWER"))
    assert [fact.at for fact in hotline.told("agent.signed_out")] == [at(22)]


def test_given_who_is_gone_signs_in_again_then_they_are_signed_out_again():
    hotline = published(Hotline().ready(), 10, "1002")
    hotline.command("sign_in", at=at(10)).tick(at(11))
    assert len(hotline.told("agent.signed_out")) == 2
    hotline.tick(at(12)).command("sign_in", at=at(13))
    assert hotline.told("command.refused")[-1].body["code"] == "no_such_agent"


def test_given_a_supervisor_watches_then_a_talk_of_who_is_gone_can_still_be_ended():
    hotline = Hotline().talked()
    hotline.command("sign_in", "1003")
    published(hotline, 10, "1002", "1003")
    hotline.command("forced_release", "1003", at=at(12), target="1001")
    assert [fact.body for fact in hotline.told("command.refused")] == []
    assert len(hotline.told("call.forced_release")) == 1


def test_given_they_are_an_agent_again_before_the_tick_then_nothing_happens():
    hotline = Hotline().ready()
    hotline.registry.use(only("1002"))
    hotline.registry.use(only("1001", "1002"))
    hotline.tick(at(10), {"1001": at(10)})
    assert hotline.agent().state == "ready"
