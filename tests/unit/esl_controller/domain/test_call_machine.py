"""Whole short histories of a call: events in, facts out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import orjson
import pytest

from esl_controller.domain import actions, call_machine, recording_machine
from esl_controller.domain import switch_events as sw
from esl_controller.domain.call import Call, call_view
from esl_controller.domain.call_commands import CALL_COMMANDS, require_allowed
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.ids import contact_id_of

MEMBER = "11111111-1111-4111-8111-111111111111"
AGENT_LEG = "22222222-2222-4222-8222-222222222222"
T0 = 1_795_000_000_000


def new_call() -> Call:
    return Call(contact_id_of(MEMBER), MEMBER, "13812340021", "+8613812340021", "96001", T0)


def hung_up(at: int, uuid: str, by_remote: bool, cause: str = "NORMAL_CLEARING"):
    return sw.ChannelHungUp(
        at, uuid, cause, "200", by_remote, T0, 0, T0 + 10, "PCMU", "138", "96001", "callers"
    )


class History:
    """Applies steps one after another and keeps every fact."""

    def __init__(self) -> None:
        self.call = new_call()
        self.facts: list = []
        self.actions: list = []

    def take(self, step: call_machine.Step) -> History:
        self.call = step.call
        self.facts += step.facts
        self.actions += step.actions
        return self

    def named(self, type_: str) -> list:
        return [fact for fact in self.facts if fact.type == type_]

    def joined(self, at: int = T0 + 1_000) -> History:
        return self.take(
            call_machine.join_queue(self.call, sw.QueueJoined(at, MEMBER, "general", "138"))
        )

    def offered(self, at: int = T0 + 2_000, agent: str = "1001") -> History:
        event = sw.AgentOffered(at, agent, "general", MEMBER)
        self.take(call_machine.offer(self.call, event))
        leg = sw.AgentLegCreated(at + 1, AGENT_LEG, agent, "general", MEMBER)
        return self.take(call_machine.bind_agent_leg(self.call, leg))

    def answered(self, at: int = T0 + 6_000) -> History:
        event = sw.AgentAnswered(at, "1001", "general", MEMBER, AGENT_LEG)
        return self.take(call_machine.answer(self.call, event))

    def command(self, name: str, at: int, **body) -> History:
        require_allowed(self.call, name)
        return self.take(CALL_COMMANDS[name](self.call, at, body))


def test_it_tells_a_complete_call_with_its_times():
    history = History().joined().offered().answered()
    history.take(
        call_machine.end_talk(
            history.call, sw.AgentTalkEnded(T0 + 66_000, "1001", "general", MEMBER)
        )
    )
    assert not history.named("talk.ended"), "who ended it is not known yet"
    history.take(
        call_machine.close_agent_leg(history.call, hung_up(T0 + 66_010, AGENT_LEG, True))
    )
    history.take(call_machine.hang_up(history.call, T0 + 66_200, "NORMAL_CLEARING", False))

    assert [fact.type for fact in history.facts] == [
        "queue.joined",
        "agent.offered",
        "agent.offer_ended",
        "queue.left",
        "talk.started",
        "talk.ended",
        "contact.ended",
    ]
    assert history.named("agent.offer_ended")[0].body["result"] == "answered"
    assert history.named("agent.offer_ended")[0].body["ring_ms"] == 4_000
    assert history.named("queue.left")[0].body["wait_ms"] == 5_000
    talk = history.named("talk.ended")[0].body
    assert (talk["talk_ms"], talk["hold_ms"], talk["ended_by"]) == (60_000, 0, "agent")
    ended = history.named("contact.ended")[0].body
    assert ended["outcome"] == "answered"
    assert (ended["ivr_ms"], ended["wait_ms"], ended["talk_ms"]) == (1_000, 5_000, 60_000)
    assert ended["ended_by"] == "agent"


def test_it_records_the_answered_call_under_the_hotlines_own_day():
    history = History().joined().offered().answered()
    history.take(recording_machine.follow_rule(history.call, T0 + 6_000, "always", UTC))
    [asked] = history.actions
    assert asked == actions.StartRecording(
        MEMBER, f"2026/11/18/{history.call.contact_id}-1.wav"
    )
    path = f"/var/rec/{asked.storage_key}"
    history.take(
        recording_machine.started(history.call, sw.RecordingStarted(T0 + 6_100, MEMBER, path))
    )
    assert call_view(history.call)["recording"] == "on"
    history.take(
        recording_machine.stopped(
            history.call, sw.RecordingStopped(T0 + 9_100, MEMBER, path, 3_000, 48_044)
        )
    )
    assert history.named("recording.stopped")[0].body["ms"] == 3_000


@pytest.mark.parametrize("wait_ms, outcome", [(4_999, "short_abandoned"), (5_000, "abandoned")])
def test_it_tells_an_abandoned_call_from_a_short_one(wait_ms, outcome):
    history = History().joined()
    left = sw.QueueLeft(
        T0 + 1_000 + wait_ms, MEMBER, "general", "Cancel", "BREAK_OUT", hung_up=True
    )
    history.take(call_machine.leave_queue(history.call, left, short_abandon_s=5))
    assert history.named("queue.left")[0].body["outcome"] == outcome
    history.take(call_machine.hang_up(history.call, left.at + 5, "ORIGINATOR_CANCEL", True))
    assert history.named("contact.ended")[0].body["outcome"] == outcome


def test_it_tells_a_caller_who_was_moved_from_one_who_left():
    history = History().joined()
    left = sw.QueueLeft(T0 + 9_000, MEMBER, "general", "Cancel", "BREAK_OUT", hung_up=False)
    history.take(call_machine.leave_queue(history.call, left, 5))
    assert history.named("queue.left")[0].body["outcome"] == "moved"


def test_given_the_caller_leaves_while_the_agent_rings_then_it_is_not_the_agents_miss():
    history = History().joined().offered()
    left = sw.QueueLeft(T0 + 9_000, MEMBER, "general", "Cancel", "BREAK_OUT", hung_up=True)
    history.take(call_machine.leave_queue(history.call, left, 5))
    assert history.named("agent.offer_ended")[0].body["result"] == "caller_left"
    late = sw.AgentOfferFailed(T0 + 9_001, "1001", "general", MEMBER, "ORIGINATOR_CANCEL")
    assert call_machine.fail_offer(history.call, late).facts == ()


@pytest.mark.parametrize(
    "cause, result",
    [
        ("NO_ANSWER", "no_answer"),
        ("CALL_REJECTED", "rejected"),
        ("USER_BUSY", "busy"),
        ("USER_NOT_REGISTERED", "unreachable"),
        ("RECOVERY_ON_TIMER_EXPIRE", "unreachable"),
    ],
)
def test_it_names_why_an_offer_failed_and_lets_the_caller_wait_on(cause, result):
    history = History().joined().offered()
    failed = sw.AgentOfferFailed(T0 + 5_000, "1001", "general", MEMBER, cause)
    history.take(call_machine.fail_offer(history.call, failed))
    assert history.named("agent.offer_ended")[0].body["result"] == result
    assert history.call.state == "waiting"


def test_it_counts_hold_time_apart_from_talk_time():
    history = History().joined().offered().answered()
    history.command("hold", T0 + 10_000).command("resume", T0 + 14_000)
    history.command("hold", T0 + 20_000)
    history.take(
        call_machine.end_talk(
            history.call, sw.AgentTalkEnded(T0 + 26_000, "1001", "general", MEMBER)
        )
    )
    history.take(
        call_machine.close_agent_leg(history.call, hung_up(T0 + 26_010, AGENT_LEG, False))
    )
    talk = history.named("talk.ended")[0].body
    assert (talk["hold_ms"], talk["hold_count"], talk["talk_ms"]) == (10_000, 2, 10_000)
    assert talk["ended_by"] == "customer"


def test_given_the_channel_dies_in_mid_talk_then_everything_open_is_told():
    history = History().joined().offered().answered()
    history.take(call_machine.hang_up(history.call, T0 + 30_000, "LOST", False))
    assert history.named("talk.ended")[0].body["ended_by"] == "system"
    assert history.named("contact.ended")[0].body["hangup_cause"] == "LOST"


def test_given_a_repeated_event_then_nothing_is_told_twice():
    history = History().joined().offered().answered()
    before = len(history.facts)
    history.joined().answered()
    history.offered(T0 + 7_000)
    assert len(history.facts) == before


@pytest.mark.parametrize("action", sorted(CALL_COMMANDS))
@pytest.mark.parametrize("state", ["in_flow", "waiting", "offered", "talking", "held", "closed"])
def test_it_refuses_every_action_its_state_does_not_show(state, action):
    history = History().joined().offered()
    if state in ("talking", "held"):
        history.answered()
    call = replace(history.call, state=state)
    if action in call_view(call)["allowed"]:
        CALL_COMMANDS[action](call, T0, {"digits": "1"})
        return
    with pytest.raises(CommandRefused):
        require_allowed(call, action)


def test_it_survives_a_restart_as_json():
    history = History().joined().offered().answered()
    stored = orjson.dumps(history.call.to_json())
    assert Call.from_json(orjson.loads(stored)) == history.call


@pytest.mark.parametrize("digits", ["", "x", "1" * 33, "1;2", "${system}"])
def test_it_refuses_digits_that_are_no_keys(digits):
    history = History().joined().offered().answered()
    with pytest.raises(CommandRefused):
        history.command("send_digits", T0 + 7_000, digits=digits)
