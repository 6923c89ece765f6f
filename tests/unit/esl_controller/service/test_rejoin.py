"""An agent's leg is lost and the caller is not: music, the same agent again, or the queue."""

from __future__ import annotations

import itertools

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.desks import (
    SECOND,
    THIRD,
    at,
    consulted,
    gone,
    three_desks,
)
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, Hotline

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


def test_given_a_reload_on_hold_then_the_caller_stays_on_hold_until_taken_back(talking):
    talking.command("hold", at=at(15)).command("rejoin", at=at(20))
    talking.event(sw.ChannelAnswered(at(21), NEW_LEG), gone(21, AGENT_LEG, by_remote=False))
    assert talking.asked()[-5:] == [
        actions.Mute(NEW_LEG, True),
        actions.Bridge(MEMBER, NEW_LEG),
        actions.Hold(MEMBER),
        actions.Mute(NEW_LEG, False),
        actions.HangUp(AGENT_LEG),
    ]
    assert talking.told("agent.rejoined")[0].body["held"]
    assert talking.call().state == "held"
    talking.command("resume", at=at(35))
    assert talking.told("talk.resumed")[0].body["held_ms"] == 20_000
    assert talking.asked()[-1] == actions.Resume(MEMBER)


def test_given_a_muted_agent_who_reloads_on_hold_then_the_new_leg_stays_muted(talking):
    talking.command("mute", at=at(14)).command("hold", at=at(15)).command("rejoin", at=at(20))
    talking.event(sw.ChannelAnswered(at(21), NEW_LEG))
    assert actions.Mute(NEW_LEG, True) in talking.asked()
    assert actions.Mute(NEW_LEG, False) not in talking.asked()


def test_given_the_leg_is_lost_on_hold_when_the_agent_is_back_then_it_is_still_a_hold(talking):
    lost(talking.command("hold", at=at(15))).command("rejoin", at=at(25))
    talking.event(sw.ChannelAnswered(at(26), NEW_LEG))
    assert talking.call().state == "held"
    assert talking.call().talk.held_since == at(15)
    assert talking.call().orphaned_until is None


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


@pytest.fixture
def consulting() -> Hotline:
    return consulted(three_desks())


def reloaded(hotline: Hotline) -> Hotline:
    """The page of the colleague who was called in asks for its call back, and gets a new leg."""
    return hotline.command("rejoin", "1002", at=at(20)).event(sw.ChannelAnswered(at(21), THIRD))


def test_given_a_consulted_colleague_who_reloads_then_a_new_leg_takes_the_lost_one_s_place(
    consulting,
):
    reloaded(consulting)
    assert consulting.asked()[-2:] == [
        actions.Bridge(AGENT_LEG, THIRD, True),
        actions.HangUp(SECOND),
    ]
    consulting.event(gone(21, SECOND, by_remote=False))
    assert consulting.call().state == "consulting", "the old leg's end is nobody's end"
    assert consulting.agent("1002").role == "guest"
    ended = consulting.told("leg.ended")[-1]
    assert (ended.body["switch_uuid"], ended.body["role"]) == (SECOND, "consult")
    consulting.command("complete_transfer", at=at(30))
    assert actions.Bridge(MEMBER, THIRD) in consulting.asked()


def test_given_a_colleague_on_music_who_reloads_then_the_new_leg_hears_music(consulting):
    reloaded(consulting.command("swap", at=at(15)))
    assert actions.PlayMusic(THIRD) in consulting.asked()
    assert consulting.call().state == "swapped"


def test_given_a_muted_member_of_a_conference_who_reloads_then_they_are_there_and_silent(
    consulting,
):
    consulting.command("merge", at=at(14)).command("mute_party", at=at(15), leg=SECOND)
    reloaded(consulting)
    join, mute, hang_up = consulting.asked()[-3:]
    assert isinstance(join, actions.JoinConference) and join.legs == (THIRD,)
    assert (mute, hang_up) == (actions.Mute(THIRD, True), actions.HangUp(SECOND))
    consulting.event(gone(21, SECOND, by_remote=False))
    assert [member.leg for member in consulting.call().members] == [THIRD]


def test_given_the_colleague_s_phone_does_not_take_it_then_it_may_be_tried_again(consulting):
    consulting.command("rejoin", "1002", at=at(20)).event(gone(25, THIRD, "NO_ANSWER"))
    assert consulting.call().state == "consulting"
    fourth = "00000000-0000-4000-8000-000000000003"
    consulting.command("rejoin", "1002", at=at(26)).event(sw.ChannelAnswered(at(27), fourth))
    assert actions.Bridge(AGENT_LEG, fourth, True) in consulting.asked()


def test_given_the_caller_is_taken_back_while_the_colleague_s_phone_rings_then_it_is_let_go(
    consulting,
):
    consulting.command("rejoin", "1002", at=at(20)).command("cancel_consult", at=at(20))
    consulting.event(sw.ChannelAnswered(at(21), THIRD))
    assert consulting.asked()[-1] == actions.HangUp(THIRD)
    assert consulting.agent("1002").state == "not_ready"


def test_given_the_caller_hangs_up_while_the_colleague_s_phone_rings_then_both_legs_are_let_go(
    consulting,
):
    consulting.command("rejoin", "1002", at=at(20)).event(gone(20, MEMBER))
    assert {actions.HangUp(SECOND), actions.HangUp(THIRD)} <= set(consulting.asked())


def comes_back(hotline: Hotline) -> Hotline:
    """The page of the agent who serves asks for its call back, and gets a new leg."""
    return hotline.command("rejoin", at=at(20)).event(
        sw.ChannelAnswered(at(21), THIRD), gone(21, AGENT_LEG, by_remote=False)
    )


def test_given_the_agent_reloads_while_consulting_then_they_have_the_colleague_again(consulting):
    comes_back(consulting)
    assert consulting.asked()[-2:] == [
        actions.Bridge(THIRD, SECOND, True),
        actions.HangUp(AGENT_LEG),
    ]
    assert consulting.call().state == "consulting"
    consulting.command("cancel_consult", at=at(30))
    assert consulting.asked()[-1] == actions.Bridge(MEMBER, THIRD)


def test_given_the_agent_reloads_after_a_swap_then_they_have_the_caller_and_the_colleague_waits(
    consulting,
):
    comes_back(consulting.command("swap", at=at(15)))
    assert consulting.asked()[-2:] == [
        actions.Bridge(MEMBER, THIRD, True),
        actions.HangUp(AGENT_LEG),
    ]
    assert consulting.call().state == "swapped"


def test_given_the_agent_reloads_while_the_colleague_rings_then_the_answer_connects_them():
    ringing = three_desks().command("consult", at=at(10), kind="agent", value="1002")
    comes_back(ringing)
    assert ringing.asked()[-2:] == [actions.PlayMusic(THIRD), actions.HangUp(AGENT_LEG)]
    assert ringing.call().state == "consult_dialling"
    ringing.event(sw.ChannelAnswered(at(25), SECOND))
    assert ringing.asked()[-1] == actions.Bridge(THIRD, SECOND, True)


def test_given_the_colleague_answers_while_the_agent_is_away_then_they_are_connected_on_return():
    ringing = three_desks().command("consult", at=at(10), kind="agent", value="1002")
    ringing.event(sw.ChannelAnswered(at(15), SECOND))
    comes_back(ringing)
    assert actions.Bridge(THIRD, SECOND, True) in ringing.asked()
    assert ringing.call().state == "consulting"


def test_given_the_caller_was_handed_on_before_the_new_leg_was_up_then_that_leg_is_let_go(
    consulting,
):
    consulting.command("rejoin", at=at(20)).command("complete_transfer", at=at(20))
    consulting.event(sw.ChannelAnswered(at(21), THIRD))
    assert consulting.asked()[-1] == actions.HangUp(THIRD)
    assert consulting.call().talk.agent_leg == SECOND


def test_given_a_colleague_who_only_rings_then_there_is_nothing_to_come_back_to():
    ringing = three_desks().command("consult", at=at(10), kind="agent", value="1002")
    ringing.command("rejoin", "1002", at=at(12))
    assert ringing.told("command.refused")[-1].body["code"] == "not_now"


def test_given_the_agent_s_phone_hangs_up_on_hold_then_the_music_ends_for_the_dialplan_to_go_on(
    talking,
):
    talking.command("hold", at=at(15))
    talking.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER), gone(20, AGENT_LEG))
    assert talking.asked()[-1] == actions.Resume(MEMBER)
    [ended] = talking.told("talk.ended")
    assert (ended.body["hold_ms"], ended.body["ended_by"]) == (5_000, "agent")


def test_given_the_leg_is_lost_on_hold_then_the_music_gives_way_to_that_of_the_dialplan(talking):
    lost(talking.command("hold", at=at(15)))
    assert talking.call().state == "orphaned"
    assert talking.asked().count(actions.Resume(MEMBER)) == 1


def test_given_the_agent_ends_a_held_call_at_the_desk_then_nothing_else_is_asked_of_its_channel(
    talking,
):
    talking.command("hold", at=at(15)).command("hang_up", at=at(20))
    talking.event(sw.AgentTalkEnded(at(20), "1001", "general", MEMBER), gone(20, AGENT_LEG))
    assert actions.Resume(MEMBER) not in talking.asked()
