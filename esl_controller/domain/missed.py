"""A call that came and went while nobody listened to the switch, told afterwards from the switch's
own record of the caller's channel.

Pure: the usual steps of a call, without what they would ask of a switch that has no such channel
any more. What happened in a menu, on hold or between offers is not in that record.
"""

from __future__ import annotations

from dataclasses import dataclass

from esl_controller.domain import call_machine, switch_events
from esl_controller.domain.call_machine import Step
from esl_controller.domain.facts import Fact


@dataclass(frozen=True)
class CallerRecord:
    """One caller's channel as its CDR has it. Times in ms since the epoch, 0 = never; `agent_no`
    and `talk_at` only when an agent of `queue` answered."""

    uuid: str
    caller_number: str
    called_number: str
    started_at: int
    ended_at: int
    hangup_cause: str
    by_remote: bool
    queue: str = ""
    joined_at: int = 0
    agent_no: str = ""
    agent_leg: str = ""
    talk_at: int = 0
    talk_ended_at: int = 0


def told_afterwards(record: CallerRecord, short_abandon_s: int, area_code: str = "") -> Step:
    """The closed call and all its facts, in the order in which they came about."""
    step = call_machine.begin(
        record.uuid, record.caller_number, record.called_number, record.started_at, area_code
    )
    call, facts = step.call, [*step.facts]

    def then(next_step: Step) -> list[Fact]:
        nonlocal call
        call = next_step.call
        return [*next_step.facts]

    if record.queue:
        member = (record.queue, record.uuid)
        joined = switch_events.QueueJoined(
            record.joined_at, record.uuid, record.queue, record.caller_number
        )
        facts += then(call_machine.join_queue(call, joined))
        if record.talk_at and record.agent_no:
            answered = switch_events.AgentAnswered(
                record.talk_at, record.agent_no, *member, record.agent_leg
            )
            facts += then(call_machine.answer(call, answered))
            ended_by = "customer" if record.by_remote else "agent"
            over_at = record.talk_ended_at or record.ended_at
            facts += then(call_machine.end_talk_now(call, over_at, ended_by))
        else:
            left = switch_events.QueueLeft(
                record.ended_at, record.uuid, record.queue, "Cancel", "", record.by_remote
            )
            facts += then(call_machine.leave_queue(call, left, short_abandon_s))
    facts += then(
        call_machine.hang_up(call, record.ended_at, record.hangup_cause, record.by_remote)
    )
    return Step(call, tuple(facts))
