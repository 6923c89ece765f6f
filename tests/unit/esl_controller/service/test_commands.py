from __future__ import annotations

import pytest

from esl_controller.contract.envelope import Envelope
from esl_controller.domain import actions
from esl_controller.domain.ids import new_ulid
from esl_controller.service.command_handlers import on_action_failed, on_command
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, T0, Hotline


def refusals(hotline: Hotline) -> list[str]:
    return [fact.body["code"] for fact in hotline.told("command.refused")]


@pytest.mark.parametrize(
    "name, action",
    [
        ("hang_up", actions.HangUp(AGENT_LEG)),
        ("hold", actions.Hold(MEMBER)),
        ("mute", actions.Mute(AGENT_LEG, True)),
    ],
)
def test_it_asks_the_switch_for_what_the_agent_pressed(name, action):
    hotline = Hotline().talked().command(name, at=T0 + 7_000)
    assert hotline.asked()[-1] == action
    assert refusals(hotline) == []


def test_it_refuses_a_button_pressed_twice():
    hotline = Hotline().talked().command("hold", at=T0 + 7_000).command("hold", at=T0 + 7_100)
    assert refusals(hotline) == ["not_now"]
    assert hotline.asked().count(actions.Hold(MEMBER)) == 1


def test_it_refuses_a_desk_with_an_old_picture():
    hotline = Hotline().talked().command("hang_up", at=T0 + 7_000, contact_id="0" * 26)
    assert refusals(hotline) == ["other_call"]


def test_given_a_caller_on_hold_then_hanging_up_ends_both_legs():
    hotline = Hotline().talked().command("hold", at=T0 + 7_000).command("hang_up", at=T0 + 8_000)
    ended = [asked.leg for asked in hotline.asked() if isinstance(asked, actions.HangUp)]
    assert ended == [AGENT_LEG, MEMBER]


def test_it_refuses_a_hang_up_that_waited_too_long():
    hotline = Hotline().talked().command("hang_up", at=T0 + 7_000, now=T0 + 60_000)
    assert refusals(hotline) == ["too_late"]


@pytest.mark.parametrize("name", ["drop_table", "", "config", "x" * 500])
def test_it_refuses_a_command_it_does_not_know(name):
    assert refusals(Hotline().command(name)) == ["unknown_command"]


def test_it_refuses_an_agent_it_does_not_know():
    assert refusals(Hotline().command("ready", number="9999")) == ["no_such_agent"]


def test_it_refuses_call_buttons_during_wrap_up_and_without_a_call():
    hotline = Hotline().ready().command("hang_up", at=T0)
    assert refusals(hotline) == ["no_call"]


def test_it_answers_only_phones_that_the_switch_simulates():
    hotline = Hotline().ready().rung().command("answer", at=T0 + 3_000)
    assert refusals(hotline) == ["answer_on_phone"]


def test_given_the_switch_refuses_then_the_desk_is_told_and_the_state_taken_back():
    hotline = Hotline().talked().command("hold", at=T0 + 7_000)
    assert hotline.call().state == "held"
    _fails(hotline, actions.Hold(MEMBER), T0 + 7_100)
    assert hotline.call().state == "talking"
    assert hotline.call().talk.hold_count == 0
    assert refusals(hotline) == ["switch_refused"]


def test_given_a_caller_cannot_be_retrieved_then_they_are_still_on_hold():
    hotline = Hotline().talked().command("hold", at=T0 + 7_000).command("resume", at=T0 + 9_000)
    assert hotline.call().state == "talking"
    _fails(hotline, actions.Resume(MEMBER), T0 + 9_100)
    assert hotline.call().state == "held"
    assert (hotline.call().talk.hold_ms, hotline.call().talk.held_since) == (2_000, T0 + 9_100)
    assert "resume" in hotline.call().allowed


@pytest.mark.parametrize("name", ["hold", "hang_up", "transfer", "rejoin", "dial", "monitor"])
def test_given_no_link_to_the_switch_then_nothing_is_begun_that_it_cannot_do(name):
    hotline = Hotline().talked()
    before = hotline.call()
    _without_switch(hotline, name, kind="queue", value="general")
    assert refusals(hotline) == ["switch_unavailable"]
    assert hotline.call() == before


def test_given_no_link_to_the_switch_then_an_agent_can_still_call_for_help():
    hotline = Hotline().talked()
    _without_switch(hotline, "ask_help", reason="rude")
    assert refusals(hotline) == [] and hotline.agent().open_help


def _without_switch(hotline: Hotline, name: str, **body: str) -> None:
    asked = Envelope(new_ulid(T0 + 7_000), name, T0 + 7_000, "web", None, "1001", body)
    on_command(hotline.controller, asked, T0 + 7_000, switch_up=False)
    hotline.event()


def _fails(hotline: Hotline, action: actions.Action, at: int) -> None:
    lane = hotline.call().contact_id
    refused = "-ERR no such channel"
    failed = ActionFailed(action, lane, "switch_refused", refused, at, "1001", "C1")
    on_action_failed(hotline.controller, failed)
    hotline.event()
