"""Several menus in one call, a desk that sends its caller to one, and what a restart finds."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.ports import FlowEnded, MessageLeft
from esl_controller.service.items import FlowFinished, FlowStarted, MessageTaken, StepPassed
from tests.unit.esl_controller.service.hotline import (
    AGENT_LEG,
    MEMBER,
    Hotline,
    channel,
    member,
)
from tests.unit.esl_controller.service.menu import LEG, Menu, at, gone, step


@pytest.fixture
def menu() -> Menu:
    return Menu()


def test_given_two_menus_in_one_call_then_each_has_its_own_numbered_record(menu):
    menu.flow(StepPassed(menu.contact_id, step("menu", 2)))
    menu.ends(4, "transfer", step("menu", 2), step("to_gas", 3, "transfer"))
    menu.begins("gas_main", 4)
    menu.flow(StepPassed(menu.contact_id, step("greeting", 5)))
    assert [one["node"] for one in menu.call().trail] == ["menu", "to_gas", "greeting"]
    ended = FlowEnded("gas_main", 3, at(4), at(8), "hangup", "bill", "menu", (step("greeting", 5),))
    menu.event(gone(8, MEMBER))
    menu.flow(FlowFinished(menu.contact_id, ended))
    told = [(f.body["seq"], f.body["flow_code"], len(f.body["trail"]), f.body["goal_code"])
            for f in menu.told("flow.ended")]  # fmt: skip
    assert told == [(1, "water_main", 2, None), (2, "gas_main", 1, "bill")]
    contact = menu.told("contact.ended")[0].body
    assert (contact["outcome"], contact["ivr_ms"]) == ("self_service", 8_000)


def test_it_counts_messages_over_all_menus(menu):
    left = MessageLeft(901, "2026/11/23/x-901.wav", at(3), 2000, "general")
    menu.flow(MessageTaken(menu.contact_id, left, at(5)))
    assert menu.call().messages == 1


def test_given_a_desk_that_sends_the_caller_to_a_menu_then_the_agent_wraps_up():
    hotline = Hotline()
    hotline.talked()
    hotline.command("transfer", at=at(10), kind="flow", value="water_main")
    assert actions.SendToFlow(MEMBER, "water_main") in hotline.asked()
    assert actions.HangUp(AGENT_LEG) in hotline.asked()
    assert hotline.agent().state == "wrap_up" and hotline.call().state == "in_flow"
    assert hotline.told("talk.ended")[0].body["transfer_target"] == "flow:water_main"
    hotline.flow(FlowStarted(MEMBER, "138", "96001", at(11), "water_main", 3, "general"))
    assert hotline.call().run.seq == 1


@pytest.mark.parametrize("command", ["consult", "invite"])
def test_given_a_menu_then_only_a_transfer_leads_there(command):
    hotline = Hotline()
    hotline.talked()
    hotline.command(command, at=at(10), kind="flow", value="water_main")
    assert hotline.told("command.refused")[-1].body["code"] == "bad_target"
    hotline.command("transfer", at=at(11), kind="flow", value="moon")
    assert hotline.told("command.refused")[-1].body["code"] == "no_such_flow"
    assert hotline.call().state == "talking"


def test_given_this_process_died_while_it_rang_then_the_leg_is_let_go_and_the_queue_is_seen(menu):
    menu.asks()
    menu.registry.flows_running.clear()
    menu.registry.asking.clear()
    menu.picture(
        at(10),
        channels=(channel(MEMBER), channel(LEG, inbound=False)),
        members=(member("Waiting"),),
        extensions=frozenset({"1001"}),
    )
    assert actions.HangUp(LEG) in menu.asked()
    assert menu.told("flow.ended")[0].body["exit_kind"] == "controller_gone"
    assert menu.call().state == "waiting" and menu.agent().state == "ready"


def test_given_the_bridge_was_made_while_the_link_was_down_then_the_picture_tells_it(menu):
    menu.asks()
    menu.event(sw.ChannelAnswered(at(8), LEG))
    menu.picture(
        at(10),
        channels=(channel(MEMBER, bridged_to=LEG), channel(LEG, MEMBER, inbound=False)),
        extensions=frozenset({"1001"}),
    )
    assert menu.answers == ["connected"] and menu.call().state == "talking"


def test_given_the_leg_ended_while_the_link_was_down_then_the_flow_goes_on(menu):
    menu.asks()
    menu.picture(at(10), channels=(channel(MEMBER),), extensions=frozenset({"1001"}))
    assert menu.answers == ["unreachable"] and menu.call().state == "in_flow"


def test_given_a_second_queue_was_entered_unseen_then_the_stay_is_told():
    hotline = Hotline()
    hotline.talked()
    hotline.command("transfer", at=at(10), kind="flow", value="water_main")
    again = member("Waiting")
    hotline.picture(at(20), channels=(channel(MEMBER),), members=(again,))
    assert [visit.seq for visit in hotline.call().visits] == [1]
    later = again.__class__(again.queue, MEMBER, "Waiting", at(12), "")
    hotline.picture(at(21), channels=(channel(MEMBER),), members=(later,))
    assert [visit.seq for visit in hotline.call().visits] == [1, 2]
    assert hotline.call().state == "waiting"
