"""Things that cross on their way, found by walking the model switch: each is one history."""

from __future__ import annotations

import itertools

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.desks import at, gone
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, Hotline

FIRST = "00000000-0000-4000-8000-000000000001"
SECOND = "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def hotline() -> Hotline:
    made = Hotline()
    legs = itertools.count(1)
    made.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(legs):012d}"
    for number in ("1001", "1002", "1003"):
        made.ready(number)
    return made.event(sw.PhoneRegistered(at(0), "1003"))


def dialled(hotline: Hotline) -> Hotline:
    """1001 talks with 1002: FIRST is the called agent's leg, SECOND the caller's own."""
    hotline.command("dial", at=at(1), kind="agent", value="1002")
    hotline.event(sw.ChannelAnswered(at(2), SECOND))
    return hotline.event(sw.ChannelAnswered(at(3), FIRST))


def bridge_fails(hotline: Hotline, leg: str, other: str) -> Hotline:
    bridge = actions.Bridge(leg, other)
    refused = ActionFailed(bridge, leg, "switch_refused", "-ERR No such channel!", at(30))
    on_action_failed(hotline.controller, refused)
    return hotline.event()


def test_given_an_internal_call_ends_with_a_lost_leg_then_the_called_agent_is_free(hotline):
    dialled(hotline).event(gone(9, SECOND, "MEDIA_TIMEOUT", by_remote=False))
    hotline.event(gone(10, FIRST, by_remote=False))
    assert hotline.agent("1002").contact_id is None
    assert hotline.agent("1002").state == "ready"


def test_given_the_caller_consults_in_an_internal_call_then_the_called_agent_stays_in_it(hotline):
    dialled(hotline).command("consult", at=at(5), kind="outside", value="13800000001")
    assert hotline.agent("1002").state == "on_call"


def test_the_called_agent_of_an_internal_call_can_hang_up(hotline):
    dialled(hotline).command("hang_up", "1002", at=at(5))
    assert hotline.asked()[-1] == actions.HangUp(FIRST)


def test_given_the_caller_queues_again_then_the_phone_that_was_called_back_stops_ringing(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.event(gone(20, AGENT_LEG, "MEDIA_TIMEOUT", by_remote=False))
    hotline.command("rejoin", at=at(21))
    hotline.event(sw.QueueJoined(at(40), MEMBER, "general", "138"))
    assert actions.HangUp(FIRST) in hotline.asked()


def test_given_an_agent_is_lost_then_whoever_was_invited_stops_ringing(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.command("invite", at=at(10), kind="agent", value="1002")
    hotline.event(gone(20, AGENT_LEG, "MEDIA_TIMEOUT", by_remote=False))
    assert actions.HangUp(FIRST) in hotline.asked()
    assert hotline.agent("1002").state == "ready"


def test_given_a_hang_up_before_the_leg_exists_then_the_leg_is_let_go_when_it_appears(hotline):
    hotline.command("dial", at=at(1), kind="outside", value="13800000001")
    hotline.command("hang_up", at=at(1))
    before = len(hotline.asked())
    hotline.event(sw.ChannelAnswered(at(2), SECOND))
    assert actions.HangUp(SECOND) in hotline.asked()[before:]
    assert hotline.agent().state == "ready"


def test_given_a_leg_appears_after_the_call_then_it_is_let_go(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.command("consult", at=at(10), kind="agent", value="1002")
    hotline.event(gone(11, MEMBER))
    before = len(hotline.asked())
    hotline.event(sw.ChannelCreated(at(12), FIRST, False, "agents", "", "1002", "agents"))
    assert hotline.asked()[before:] == [actions.HangUp(FIRST)]


def test_it_lets_nobody_listen_who_is_not_signed_in(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.command("sign_out", "1003", at=at(7))
    hotline.command("monitor", "1003", at=at(8), target="1001")
    assert hotline.told("command.refused")[-1].body["code"] == "listener_signed_out"


def test_given_no_queue_to_go_back_to_then_the_called_side_is_let_go(hotline):
    hotline.command("dial", at=at(1), kind="outside", value="13800000001")
    hotline.event(sw.ChannelAnswered(at(2), SECOND), sw.ChannelAnswered(at(3), FIRST))
    hotline.command("consult", at=at(5), kind="agent", value="1002")
    hotline.event(gone(6, SECOND))
    assert actions.HangUp(FIRST) in hotline.asked()
    assert not any(isinstance(asked, actions.SendToQueue) for asked in hotline.asked())


def test_given_an_offer_crossed_with_the_sign_out_then_a_sign_in_leaves_it_in_hand(hotline):
    hotline.command("sign_out", at=at(1)).rung().command("sign_in", at=at(3))
    assert hotline.agent().state == "offered"
    hotline.event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    assert hotline.agent().state == "on_call"


def test_given_a_call_is_taken_during_the_wrap_up_then_the_wrap_up_is_told_as_ended(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.event(sw.AgentTalkEnded(at(8), "1001", "general", MEMBER))
    other = "33333333-3333-4333-8333-333333333333"
    hotline.event(
        sw.ChannelCreated(at(8), other, True, "callers", "138", "96001", "trunk"),
        sw.QueueJoined(at(8), other, "general", "138"),
        sw.AgentAnswered(at(9), "1001", "general", other, SECOND),
    )
    assert len(hotline.told("wrap_up.ended")) == 1
    assert hotline.agent().wrap_up_until is None


def test_given_a_queues_call_is_taken_then_the_call_that_the_desk_had_begun_is_let_go(hotline):
    hotline.command("dial", at=at(1), kind="outside", value="13800000001").rung()
    hotline.event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    assert actions.HangUp(SECOND) in hotline.asked()


def test_given_the_agent_to_be_called_has_got_another_call_then_the_dialling_ends(hotline):
    hotline.command("dial", "1002", at=at(1), kind="agent", value="1001").rung()
    hotline.event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.event(sw.ChannelAnswered(at(7), SECOND))
    assert hotline.agent("1002").state == "ready"
    assert hotline.told("command.refused")[-1].body["code"] == "dial_busy"


def test_given_the_caller_cannot_be_connected_then_the_queue_has_the_caller_again(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    bridge_fails(hotline, MEMBER, AGENT_LEG)
    assert actions.SendToQueue(MEMBER, "general") in hotline.asked()
    assert hotline.agent().state == "wrap_up"


def test_given_no_queue_and_no_connection_then_the_called_side_is_let_go(hotline):
    bridge_fails(dialled(hotline), FIRST, SECOND)
    assert actions.HangUp(FIRST) in hotline.asked()


def test_given_the_loss_of_a_leg_is_told_twice_then_the_caller_still_waits_for_the_agent(hotline):
    hotline.rung().event(sw.AgentAnswered(at(6), "1001", "general", MEMBER, AGENT_LEG))
    hotline.command("rejoin", at=at(10)).event(sw.ChannelAnswered(at(11), FIRST))
    lost = gone(20, FIRST, "MEDIA_TIMEOUT", by_remote=False)
    hotline.event(lost, lost)
    assert hotline.call().state == "orphaned"


def test_given_the_gate_was_closed_for_an_offer_we_never_had_then_it_is_opened_again(hotline):
    hotline.event(sw.AgentStatusChanged(at(2), "1001", "On Break"))
    assert hotline.asked()[-1] == actions.SetAgentStatus("1001", "Available")


def test_given_a_caller_who_left_as_the_agent_answered_then_the_gate_is_opened_again(hotline):
    hotline.rung().event(
        sw.AgentStatusChanged(at(8), "1001", "On Break"),
        sw.QueueLeft(at(8), MEMBER, "general", "Cancel", "BREAK_OUT", True),
    )
    assert hotline.agent("1001").state == "ready"
    assert hotline.asked()[-1] == actions.SetAgentStatus("1001", "Available")


def test_given_an_agent_who_did_not_answer_then_the_gate_stays_closed(hotline):
    asked = len(hotline.rung().asked())
    hotline.event(
        sw.AgentStatusChanged(at(8), "1001", "On Break"),
        sw.AgentOfferFailed(at(8), "1001", "general", MEMBER, "NO_ANSWER"),
    )
    assert hotline.agent("1001").state == "not_ready"
    assert actions.SetAgentStatus("1001", "Available") not in hotline.asked()[asked:]


def test_given_the_own_phones_answer_comes_twice_then_the_other_side_is_called_once(hotline):
    hotline.command("dial", at=at(1), kind="agent", value="1002")
    hotline.event(sw.ChannelAnswered(at(2), SECOND), sw.ChannelAnswered(at(2), SECOND))
    placed = [asked.leg for asked in hotline.asked() if isinstance(asked, actions.Dial)]
    assert placed == [SECOND, FIRST]


def test_it_lets_nobody_listen_to_a_call_that_is_still_being_placed(hotline):
    hotline.command("dial", at=at(1), kind="agent", value="1002")
    hotline.command("monitor", "1003", at=at(2), target="1001")
    assert hotline.told("command.refused")[-1].body["code"] == "no_talk"
