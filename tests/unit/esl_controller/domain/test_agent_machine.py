"""An agent's shift in short histories: commands and events in, states out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esl_controller.domain import actions, agent_events
from esl_controller.domain.agent import Agent, agent_view
from esl_controller.domain.agent_commands import AGENT_COMMANDS
from esl_controller.domain.errors import CommandRefused

T0 = 1_795_000_000_000
CONTACT = "0" * 26


class Shift:
    def __init__(self, media: str = "webrtc") -> None:
        self.agent = Agent("1001", "林晓", "1001", media, 45)
        self.facts: list = []
        self.actions: list = []

    def take(self, step) -> Shift:
        self.agent = step.agent
        self.facts += step.facts
        self.actions += step.actions
        return self

    def does(self, command: str, at: int = T0, **body) -> Shift:
        return self.take(AGENT_COMMANDS[command](self.agent, at, body))

    def ready(self) -> Shift:
        self.take(agent_events.phone_registered(self.agent, T0))
        return self.does("sign_in", session_id="S1").does("ready")

    def on_call(self, at: int = T0 + 5_000) -> Shift:
        self.ready()
        self.take(agent_events.offered(self.agent, T0 + 1_000, CONTACT, "general"))
        return self.take(agent_events.answered(self.agent, at, CONTACT, "general"))

    def wrapping(self) -> Shift:
        self.on_call()
        return self.take(agent_events.talk_ended(self.agent, T0 + 60_000, CONTACT, 1, 45))

    def states(self) -> list[str]:
        return [f.body["state"] for f in self.facts if f.type == "agent.state_changed"]


def test_it_passes_through_a_whole_call_and_becomes_ready_again():
    shift = Shift().wrapping().does("finish_wrap_up", T0 + 80_000)
    assert shift.states() == [
        "not_ready",
        "ready",
        "offered",
        "on_call",
        "wrap_up",
        "ready",
    ]
    [wrapped] = [f for f in shift.facts if f.type == "wrap_up.ended"]
    assert (wrapped.body["wrap_ms"], wrapped.body["auto"]) == (20_000, False)


def test_it_opens_the_switchs_gate_only_while_ready_or_ringing():
    shift = Shift().wrapping().does("finish_wrap_up", T0 + 80_000).does("sign_out", T0 + 90_000)
    statuses = [a.status for a in shift.actions if isinstance(a, actions.SetAgentStatus)]
    assert statuses == ["On Break", "Available", "On Break", "Available", "Logged Out"]


def test_it_is_never_ready_by_itself_after_signing_in():
    shift = Shift()
    shift.take(agent_events.phone_registered(shift.agent, T0))
    shift.does("sign_in", session_id="S1")
    assert (shift.agent.state, shift.agent.reason) == ("not_ready", "sign_in")


def test_it_refuses_ready_without_a_registered_phone():
    shift = Shift().does("sign_in", session_id="S1")
    with pytest.raises(CommandRefused, match="not registered"):
        shift.does("ready")


def test_given_the_phone_unregisters_then_it_is_not_offered_and_set_aside_after_90_seconds():
    shift = Shift().ready()
    shift.take(agent_events.phone_unregistered(shift.agent, T0 + 1_000))
    assert shift.agent.state == "unreachable"
    assert shift.agent.switch_status == "On Break"
    shift.take(agent_events.tick(shift.agent, T0 + 90_999))
    assert shift.agent.work == "ready"
    shift.take(agent_events.tick(shift.agent, T0 + 91_000))
    assert (shift.agent.work, shift.agent.reason) == ("not_ready", "unreachable")


def test_given_a_desk_was_just_closed_then_its_agent_is_signed_out_after_half_an_hour():
    shift = Shift().ready()
    shift.take(agent_events.desk_seen(shift.agent, T0 + 20_000, False))
    shift.take(agent_events.tick(shift.agent, T0 + 20_000 + 90_000))
    shift.take(agent_events.tick(shift.agent, T0 + 20_000 + 30 * 60_000 - 1))
    assert shift.agent.presence == "lost"
    shift.take(agent_events.tick(shift.agent, T0 + 20_000 + 30 * 60_000))
    assert shift.agent.state == "signed_out"
    assert [f.body["end_reason"] for f in shift.facts if f.type == "agent.signed_out"] == ["lost"]


def test_given_the_desk_is_lost_and_comes_back_then_it_is_ready_again():
    shift = Shift().ready()
    shift.take(agent_events.desk_seen(shift.agent, T0 + 20_000, False))
    assert shift.agent.state == "unreachable"
    shift.take(agent_events.desk_seen(shift.agent, T0 + 30_000, True))
    assert shift.agent.state == "ready"


@pytest.mark.parametrize(
    "result, state, reason",
    [
        ("no_answer", "not_ready", "no_answer"),
        ("unreachable", "not_ready", "unreachable"),
        ("rejected", "ready", None),
        ("caller_left", "ready", None),
        ("answered_elsewhere", "ready", None),
    ],
)
def test_it_is_set_aside_for_a_missed_offer_but_not_for_a_caller_who_left(result, state, reason):
    shift = Shift().ready()
    shift.take(agent_events.offered(shift.agent, T0 + 1_000, CONTACT, "general"))
    shift.take(agent_events.offer_failed(shift.agent, T0 + 9_000, CONTACT, result, "138 ****"))
    assert (shift.agent.state, shift.agent.reason) == (state, reason)
    assert bool(shift.agent.missed) is (result != "answered_elsewhere")


def test_it_is_set_aside_after_the_second_rejection():
    shift = Shift().ready()
    for _ in range(2):
        shift.take(agent_events.offered(shift.agent, T0, CONTACT, "general"))
        shift.take(agent_events.offer_failed(shift.agent, T0, CONTACT, "rejected", "138"))
    assert (shift.agent.state, shift.agent.reason) == ("not_ready", "rejected")


def test_it_keeps_a_wish_made_during_the_call_until_the_wrap_up_is_over():
    shift = Shift().on_call().does("not_ready", T0 + 6_000, reason="meal")
    assert shift.agent.state == "on_call"
    shift.take(agent_events.talk_ended(shift.agent, T0 + 60_000, CONTACT, 1, 45))
    shift.does("finish_wrap_up", T0 + 70_000)
    assert (shift.agent.state, shift.agent.reason) == ("not_ready", "meal")
    assert shift.agent.next_work is None


def test_given_the_wrap_up_timer_runs_out_then_it_is_ready_and_told_as_automatic():
    shift = Shift().wrapping()
    shift.take(agent_events.tick(shift.agent, T0 + 104_999))
    assert shift.agent.state == "wrap_up"
    shift.take(agent_events.tick(shift.agent, T0 + 105_000))
    assert shift.agent.state == "ready"
    assert [f.body["auto"] for f in shift.facts if f.type == "wrap_up.ended"] == [True]


def test_it_extends_the_wrap_up_once_only():
    shift = Shift().wrapping().does("extend_wrap_up", T0 + 70_000)
    assert shift.agent.wrap_up_until == T0 + 60_000 + 45_000 + 30_000
    with pytest.raises(CommandRefused):
        shift.does("extend_wrap_up", T0 + 71_000)


def test_it_signs_out_by_force_only_after_the_call():
    shift = Shift().on_call().does("force_sign_out", T0 + 6_000)
    assert shift.agent.state == "on_call"
    shift.take(agent_events.talk_ended(shift.agent, T0 + 60_000, CONTACT, 1, 45))
    shift.does("finish_wrap_up", T0 + 61_000)
    assert shift.agent.state == "signed_out"
    assert [f.body["end_reason"] for f in shift.facts if f.type == "agent.signed_out"] == ["forced"]


@pytest.mark.parametrize("work", ["on_call", "offered", "wrap_up"])
def test_it_refuses_to_sign_out_with_a_call_in_hand(work):
    shift = Shift().ready()
    shift.agent = replace(shift.agent, work=work)
    with pytest.raises(CommandRefused):
        shift.does("sign_out")


@pytest.mark.parametrize("reason", ["", "holiday", "no_answer", "x" * 100])
def test_it_refuses_a_reason_that_nobody_may_choose(reason):
    with pytest.raises(CommandRefused):
        Shift().ready().does("not_ready", reason=reason)


@pytest.mark.parametrize("command", sorted(set(AGENT_COMMANDS) - {"sign_in"}))
def test_it_refuses_everything_but_signing_in_while_signed_out(command):
    with pytest.raises(CommandRefused):
        Shift().does(command, reason="meal")


def test_it_ignores_late_and_foreign_events():
    shift = Shift().ready()
    for step in (
        agent_events.offer_failed(shift.agent, T0, CONTACT, "no_answer", ""),
        agent_events.talk_ended(shift.agent, T0, CONTACT, 1, 45),
        agent_events.phone_registered(shift.agent, T0),
    ):
        assert step.agent == shift.agent
        assert step.facts == ()


def test_it_plugs_in_a_simulated_phone_when_its_agent_signs_in():
    shift = Shift("rehearsal").does("sign_in", session_id="S1")
    assert actions.RegisterPhone("1001", True) in shift.actions
    shift.take(agent_events.phone_registered(shift.agent, T0))
    shift.does("sign_out")
    assert actions.RegisterPhone("1001", False) in shift.actions


@pytest.mark.parametrize("evasion", ["ready", "not_ready", "force_ready", "finish_wrap_up"])
def test_given_a_forced_sign_out_then_no_button_of_the_wrap_up_leads_past_it(evasion):
    shift = Shift().wrapping().does("force_sign_out", T0 + 61_000)
    assert agent_view(shift.agent, T0)["sign_out_asked"] is True
    shift.does(evasion, T0 + 62_000, reason="rest")
    assert shift.agent.state == "signed_out"
    assert [f.body["end_reason"] for f in shift.facts if f.type == "agent.signed_out"] == ["forced"]
    assert agent_view(shift.agent, T0)["sign_out_asked"] is False


@pytest.mark.parametrize("wish", ["ready", "not_ready"])
def test_given_a_phone_that_is_away_then_no_call_can_be_placed(wish):
    shift = Shift().ready()
    if wish == "not_ready":
        shift.does("not_ready", reason="rest")
    assert "dial" in shift.agent.allowed
    shift.take(agent_events.phone_unregistered(shift.agent, T0 + 1_000))
    assert "dial" not in shift.agent.allowed
