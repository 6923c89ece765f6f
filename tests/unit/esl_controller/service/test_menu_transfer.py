"""From the menu to an agent or a number outside: whole histories, happy and unhappy."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.domain.callers import UNKNOWN_CALLER
from esl_controller.domain.parties import Target
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import (
    ActionFailed,
    CallerIdentified,
    ConnectAsked,
    ConnectCancelled,
    FlowStarted,
)
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER
from tests.unit.esl_controller.service.menu import LEG, Menu, at, gone


@pytest.fixture
def menu() -> Menu:
    return Menu()


def test_given_a_ready_agent_then_the_gate_closes_and_the_pop_goes_out_before_the_phone_rings(
    menu,
):
    menu.flow(CallerIdentified(menu.contact_id, UNKNOWN_CALLER, at(2)))
    menu.asks()
    assert menu.agent().state == "on_call" and menu.agent().phone == "ringing"
    assert actions.SetAgentStatus("1001", "On Break") in menu.asked()
    assert menu.asked()[-2:] == [
        actions.Dial(LEG, Target("agent", "1001", "1001"), "13812340021", 15, menu.contact_id),
        actions.SetAgentStatus("1001", "On Break"),
    ]
    assert menu.call().state == "connecting" and menu.call().profile
    assert menu.told("party.called")[0].body["purpose"] == "flow"
    assert menu.answers == [], "the flow waits"


def test_given_the_agent_answers_then_nobody_talks_before_the_switch_has_connected_them(menu):
    menu.asks()
    menu.event(sw.ChannelAnswered(at(8), LEG))
    assert menu.asked()[-1] == actions.Bridge(MEMBER, LEG)
    assert menu.answers == [] and not menu.told("talk.started")
    menu.event(sw.ChannelBridged(at(8), MEMBER, LEG))
    assert menu.answers == ["connected"]
    talk = menu.told("talk.started")[0].body
    assert (talk["seq"], talk["role"], talk["queue"]) == (1, "primary", None)
    assert menu.call().state == "talking" and menu.agent().role == "serving"
    assert actions.StartRecording(MEMBER, menu.call().recording.storage_key) in menu.asked()


def test_given_somebody_picks_up_at_once_then_the_bridge_waits_for_the_flow(menu):
    asked = ConnectAsked(menu.contact_id, "agent", "1001", 15, at(5), menu.answers.append)
    menu.flow(asked).event(sw.ChannelAnswered(at(5), LEG))
    assert not [one for one in menu.asked() if isinstance(one, actions.Bridge)]
    menu.rings(6)
    menu.rings(6)
    assert [one for one in menu.asked() if isinstance(one, actions.Bridge)] == [
        actions.Bridge(MEMBER, LEG)
    ]


def test_given_a_flow_that_fails_while_it_rings_then_nobody_is_connected_any_more(menu):
    menu.asks().ends(8, "error")
    assert actions.HangUp(LEG) in menu.asked() and menu.call().state == "in_flow"
    assert menu.agent().state == "ready" and menu.registry.asking == {}


def test_given_the_talk_is_over_then_the_agent_wraps_up_and_the_call_counts_as_answered(menu):
    menu.asks().connects().ends(9)
    menu.event(gone(30, LEG), gone(30, MEMBER, by_remote=False))
    assert menu.agent().state == "wrap_up"
    ended = menu.told("contact.ended")[0].body
    assert (ended["outcome"], ended["talk_ms"], ended["ivr_ms"]) == ("answered", 22_000, 9_000)
    assert [fact.body["ended_by"] for fact in menu.told("talk.ended")] == ["agent"]


def test_given_a_talk_from_the_menu_then_consulting_and_transferring_work_as_ever(menu):
    menu.ready("1002")
    menu.asks().connects().ends(9)
    menu.command("transfer", at=at(10), kind="agent", value="1002")
    assert actions.SplitToMusic(MEMBER, LEG) in menu.asked()
    menu.event(sw.ChannelAnswered(at(12), "00000000-0000-4000-8000-000000000002"))
    assert menu.call().agent_no == "1002" and menu.agent().state == "wrap_up"


def test_given_the_agent_is_lost_while_consulting_then_the_flows_queue_has_the_caller(menu):
    menu.ready("1002")
    menu.asks().connects().ends(9)
    menu.command("consult", at=at(10), kind="agent", value="1002")
    menu.event(gone(12, LEG))
    assert actions.SendToQueue(MEMBER, "general") in menu.asked()


@pytest.mark.parametrize(
    ("cause", "exit_name", "state"),
    [
        ("NO_ANSWER", "no_answer", "not_ready"),
        ("USER_BUSY", "busy", "ready"),
        ("CALL_REJECTED", "busy", "ready"),
        ("USER_NOT_REGISTERED", "unreachable", "not_ready"),
    ],
)
def test_given_the_agent_does_not_take_it_then_the_flow_goes_on_and_the_agent_is_as_after_an_offer(
    menu, cause, exit_name, state
):
    menu.asks().event(gone(20, LEG, cause))
    assert menu.answers == [exit_name]
    assert menu.call().state == "in_flow" and menu.call().party is None
    assert menu.agent().state == state and menu.agent().missed["result"] == exit_name
    status = {"ready": "Available", "not_ready": "On Break"}[state]
    statuses = [one for one in menu.asked() if isinstance(one, actions.SetAgentStatus)]
    assert statuses[-1].status == status
    assert menu.told("party.left")[0].body["result"] == exit_name
    assert not menu.told("command.refused"), "no desk had asked for it"


def test_given_the_switch_cannot_place_the_leg_then_the_flow_goes_on(menu):
    menu.asks("outside", "02188880486")
    [dial] = [one for one in menu.asked() if isinstance(one, actions.Dial)]
    assert (dial.shown_number, dial.target.value) == ("96001", "+862188880486")
    failed = ActionFailed(dial, dial.leg, "switch_refused", "-ERR USER_BUSY", at(6))
    on_action_failed(menu.controller, failed)
    assert menu.answers == ["busy"]


@pytest.mark.parametrize(
    ("kind", "value", "exit_name"),
    [
        ("agent", "9999", "unreachable"),
        ("agent", "1002", "unreachable"),
        ("outside", "${system rm}", "unreachable"),
        ("outside", "ext:8001", "unreachable"),
        ("outside", "", "unreachable"),
    ],
)
def test_given_somebody_who_is_not_there_then_the_exit_is_taken_at_once(
    menu, kind, value, exit_name
):
    menu.asks(kind, value)
    assert menu.answers == [exit_name]
    assert menu.call().state == "in_flow" and not menu.told("party.called")


def test_given_an_agent_who_is_not_ready_then_he_is_not_called(menu):
    menu.command("not_ready", reason="rest").asks()
    assert menu.answers == ["busy"]


def test_given_a_phone_that_is_gone_then_the_agent_is_unreachable(menu):
    menu.event(sw.PhoneUnregistered(at(2), "1001"))
    menu.asks()
    assert menu.answers == ["unreachable"]


def test_given_a_queue_was_quicker_then_the_agent_is_busy(menu):
    other = "33333333-3333-4333-8333-333333333333"
    menu.event(
        sw.QueueJoined(at(2), other, "general", "139"),
        sw.AgentOffered(at(3), "1001", "general", other),
    )
    menu.asks()
    assert menu.answers == ["busy"]


def test_given_a_queues_call_was_answered_while_ours_rings_then_the_agent_stays_with_it(menu):
    other = "33333333-3333-4333-8333-333333333333"
    menu.asks()
    menu.event(
        sw.QueueJoined(at(2), other, "general", "139"),
        sw.AgentOffered(at(6), "1001", "general", other),
        sw.AgentAnswered(at(7), "1001", "general", other, AGENT_LEG),
    )
    assert actions.HangUp(LEG) in menu.asked()
    menu.event(gone(8, LEG, by_remote=False))
    assert menu.answers == ["unreachable"]
    assert menu.agent().state == "on_call" and menu.agent().role == "serving"


def test_given_two_menus_for_one_agent_then_the_second_is_told_that_he_is_busy(menu):
    menu.asks()
    other = "33333333-3333-4333-8333-333333333333"
    menu.flow(FlowStarted(other, "139", "96001", at(4), "water_main", 3, "general"))
    second = menu.registry.find_member(other).contact_id
    answers: list[str] = []
    menu.flow(ConnectAsked(second, "agent", "1001", 15, at(6), answers.append))
    assert answers == ["busy"] and menu.answers == []


def test_given_the_caller_hangs_up_while_it_rings_then_nothing_is_left(menu):
    menu.asks()
    menu.event(gone(7, MEMBER))
    assert menu.call().state == "connecting", "until the flow has said its last word"
    menu.ends(7, "hangup")
    assert actions.HangUp(LEG) in menu.asked()
    assert menu.agent().state == "ready" and menu.agent().missed["result"] == "caller_left"
    assert menu.told("contact.ended")[0].body["outcome"] == "ivr_abandoned"
    menu.event(gone(8, LEG, "ORIGINATOR_CANCEL", by_remote=False))
    legs = {fact.body["switch_uuid"]: fact.body["role"] for fact in menu.told("leg.ended")}
    assert legs == {MEMBER: "customer", LEG: "agent"}
    assert menu.registry.asking == {}


def test_given_the_agent_answers_a_caller_who_has_just_gone_then_nobody_is_connected(menu):
    menu.asks()
    menu.event(gone(7, MEMBER), sw.ChannelAnswered(at(7), LEG))
    assert not [one for one in menu.asked() if isinstance(one, actions.Bridge)]
    menu.ends(7, "hangup")
    assert menu.agent().state == "ready"


def test_given_the_flow_waits_no_longer_then_the_leg_is_let_go(menu):
    menu.asks().flow(ConnectCancelled(menu.contact_id, at(40)))
    assert menu.answers == ["no_answer"] and actions.HangUp(LEG) in menu.asked()
    menu.event(sw.ChannelAnswered(at(41), LEG))
    assert menu.asked()[-1] == actions.HangUp(LEG), "it came up when nobody wanted it any more"


def test_given_somebody_who_has_just_picked_up_then_giving_up_comes_too_late(menu):
    menu.asks()
    menu.event(sw.ChannelAnswered(at(20), LEG))
    menu.flow(ConnectCancelled(menu.contact_id, at(20)))
    assert menu.answers == [] and actions.HangUp(LEG) not in menu.asked()
    menu.event(sw.ChannelBridged(at(21), MEMBER, LEG))
    assert menu.answers == ["connected"]


@pytest.mark.parametrize("why", ["the switch refuses", "the other side is gone"])
def test_given_a_bridge_that_fails_then_the_caller_is_still_the_flows(menu, why):
    menu.asks()
    menu.event(sw.ChannelAnswered(at(8), LEG))
    failed = ActionFailed(
        actions.Bridge(MEMBER, LEG), MEMBER, "switch_refused", "-ERR Invalid uuid", at(8)
    )
    if why == "the other side is gone":
        menu.event(gone(8, LEG))
    on_action_failed(menu.controller, failed)
    menu.event()
    assert menu.answers == ["no_answer"]
    assert menu.call().state == "in_flow" and actions.HangUp(MEMBER) not in menu.asked()
    assert not menu.told("talk.started")


def test_given_events_twice_then_they_mean_nothing_the_second_time(menu):
    menu.asks().connects()
    before, told = menu.call(), len(menu.told())
    menu.event(sw.ChannelAnswered(at(8), LEG), sw.ChannelBridged(at(8), LEG, MEMBER))
    assert (menu.call(), len(menu.told())) == (before, told)
    assert menu.answers == ["connected"]


@pytest.mark.parametrize("number", ["96001", "004420123456", "8001"])
def test_it_never_calls_our_own_number_nor_a_barred_one(menu, number):
    menu.controller.barred_prefixes = ("00",)
    asked = ConnectAsked(menu.contact_id, "outside", number, 15, at(5), menu.answers.append)
    menu.flow(asked)
    assert menu.answers == ["unreachable"]
    assert not [one for one in menu.asked() if isinstance(one, actions.Dial)]


def test_given_a_number_outside_then_the_contact_was_put_through(menu):
    menu.asks("outside", "02188880001").connects().ends(9)
    assert menu.call().state == "outside" and menu.answers == ["connected"]
    assert not menu.told("talk.started")
    menu.event(gone(30, LEG))
    assert menu.asked()[-1] == actions.HangUp(MEMBER)
    menu.event(gone(30, MEMBER, by_remote=False))
    assert menu.told("contact.ended")[0].body["outcome"] == "transferred_out"
    legs = {fact.body["switch_uuid"]: fact.body["role"] for fact in menu.told("leg.ended")}
    assert legs[LEG] == "outside"
