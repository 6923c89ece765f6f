"""Calls that nobody saw, told afterwards: the same facts as if somebody had."""

from __future__ import annotations

from dataclasses import replace

from esl_controller.domain.missed import CallerRecord, told_afterwards

UUID = "11111111-1111-4111-8111-111111111111"
LEG = "22222222-2222-4222-8222-222222222222"
T0 = 1_795_000_000_000
WAITED = CallerRecord(
    UUID, "13812340021", "96001", T0, T0 + 20_000, "NORMAL_CLEARING", True, "general", T0 + 5_000
)
SERVED = replace(
    WAITED, agent_no="1001", agent_leg=LEG, talk_at=T0 + 8_000, talk_ended_at=T0 + 19_000
)


def bodies(record: CallerRecord) -> dict[str, dict]:
    return {fact.type: dict(fact.body) for fact in told_afterwards(record, 5).facts}


def test_a_caller_who_waited_and_left_is_an_abandoned_call():
    told = bodies(WAITED)
    assert list(told) == ["contact.started", "queue.joined", "queue.left", "contact.ended"]
    assert told["queue.left"]["outcome"] == "abandoned"
    assert told["queue.left"]["wait_ms"] == 15_000
    assert told["contact.ended"]["outcome"] == "abandoned"
    assert told["contact.ended"]["ended_by"] == "customer"


def test_a_caller_who_left_soon_is_a_short_abandon():
    assert bodies(replace(WAITED, ended_at=T0 + 7_000))["queue.left"]["outcome"] == (
        "short_abandoned"
    )


def test_a_caller_who_never_came_to_a_queue_left_in_the_menu():
    told = bodies(replace(WAITED, queue="", joined_at=0))
    assert list(told) == ["contact.started", "contact.ended"]
    assert told["contact.ended"]["outcome"] == "ivr_abandoned"


def test_a_talk_has_its_agent_its_length_and_its_end():
    step = told_afterwards(replace(SERVED, by_remote=False), 5)
    told = {fact.type: fact for fact in step.facts}
    assert told["queue.left"].body["outcome"] == "answered"
    assert told["talk.started"].agent_no == "1001"
    assert told["talk.ended"].body["talk_ms"] == 11_000
    assert told["talk.ended"].body["ended_by"] == "agent"
    assert told["contact.ended"].body["talk_ms"] == 11_000
    assert step.actions == () and step.call.ended_at == SERVED.ended_at
