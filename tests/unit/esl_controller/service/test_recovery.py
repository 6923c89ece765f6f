"""What was missed while nobody listened is found by comparing beliefs with the switch."""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.ports import CallDetailRecord
from tests.unit.esl_controller.service.hotline import (
    AGENT_LEG,
    MEMBER,
    T0,
    Hotline,
    agent_row,
    channel,
    member,
)

BOTH = (channel(MEMBER, AGENT_LEG), channel(AGENT_LEG, MEMBER, inbound=False))
PHONES = frozenset({"1001"})


def test_given_nothing_changed_then_nothing_is_told():
    hotline = Hotline().talked()
    before = len(hotline.told())
    hotline.picture(
        T0 + 30_000,
        channels=BOTH,
        members=(member("Answered", "1001"),),
        agents=tuple(
            agent_row(n, s) for n, s in (("1001", "On Break"), ("1002", "Logged Out"))
        ),
        extensions=PHONES,
    )
    assert len(hotline.told()) == before
    assert hotline.asked()[-1] == actions.SetAgentStatus("1003", "Logged Out")


def test_given_the_call_ended_meanwhile_then_its_cdr_tells_when():
    hotline = Hotline().talked()
    ended_at = T0 + 40_000
    record = CallDetailRecord(MEMBER, T0, T0 + 10, ended_at, "NORMAL_CLEARING")
    hotline.picture(T0 + 90_000, {MEMBER: record}, extensions=PHONES)
    [ended] = hotline.told("contact.ended")
    assert (ended.at, ended.body["hangup_cause"]) == (ended_at, "NORMAL_CLEARING")
    assert hotline.told("talk.ended")[0].body["talk_ms"] == 34_000
    assert hotline.agent().state == "wrap_up"


def test_given_no_cdr_then_the_call_is_closed_as_lost():
    hotline = Hotline().talked().picture(T0 + 90_000, extensions=PHONES)
    assert hotline.told("contact.ended")[0].body["hangup_cause"] == "LOST"


def test_given_an_answer_was_missed_then_the_talk_is_found_and_recorded():
    hotline = Hotline().ready().rung()
    hotline.picture(
        T0 + 9_000, channels=BOTH, members=(member("Answered", "1001"),), extensions=PHONES
    )
    assert hotline.call().state == "talking"
    assert hotline.agent().state == "on_call"
    assert any(isinstance(action, actions.StartRecording) for action in hotline.asked())


def test_given_a_caller_who_came_meanwhile_then_the_call_is_adopted_in_its_queue():
    hotline = Hotline()
    hotline.picture(T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),))
    assert hotline.call().state == "waiting"
    assert hotline.told("queue.joined")[0].body["entered_at"] == T0 + 1_000


def test_given_the_agents_leg_is_gone_then_the_agent_wraps_up():
    hotline = Hotline().talked().picture(
        T0 + 30_000, channels=(channel(MEMBER),), extensions=PHONES
    )
    assert hotline.agent().state == "wrap_up"


def test_given_the_offer_is_over_then_the_agent_is_free_again():
    hotline = Hotline().ready().rung()
    hotline.picture(
        T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),), extensions=PHONES
    )
    assert hotline.agent().state == "ready"
    assert hotline.call().state == "waiting"


def test_given_a_phone_is_no_longer_registered_then_its_agent_is_not_offered():
    hotline = Hotline().ready().picture(T0 + 9_000, agents=(agent_row("1001", "Available"),))
    assert hotline.agent().state == "unreachable"
    assert actions.SetAgentStatus("1001", "On Break") in hotline.asked()


def test_it_spares_a_call_so_young_that_the_switch_may_not_list_it_yet():
    hotline = Hotline().ready().rung().picture(T0 + 1_500, extensions=PHONES)
    assert hotline.call().ended_at is None
