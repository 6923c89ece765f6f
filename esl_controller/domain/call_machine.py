"""What each event means to a call: pure functions (call, event) -> Step.

An event that means nothing in the present state gives an empty Step: late, repeated and echoed
events are normal. Nothing here sends; the Step says what is to be told and asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esl_controller.domain import numbers, switch_events
from esl_controller.domain.actions import Action, Resume
from esl_controller.domain.call import Call, Offer, Talk, Visit
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.ids import contact_id_of

#: The switch's cause of a failed offer, in the words of the offer dictionary.
OFFER_RESULTS: Mapping[str, str] = {
    "NO_ANSWER": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "CALL_REJECTED": "rejected",
    "OUTGOING_CALL_BARRED": "barred",
    "USER_BUSY": "busy",
    "ORIGINATOR_CANCEL": "caller_left",
    "LOSE_RACE": "answered_elsewhere",
    "PICKED_OFF": "answered_elsewhere",
}

#: The goal of flows in which the caller left a message.
MESSAGE_LEFT = "message_left"


@dataclass(frozen=True)
class Step:
    """The call after the event, the facts to publish and the actions to carry out."""

    call: Call
    facts: tuple[Fact, ...] = ()
    actions: tuple[Action, ...] = ()


def fact(call: Call, type_: str, at: int, agent_no: str | None = None, **body: Any) -> Fact:
    return Fact(type_, at, call.contact_id, agent_no, body)


def talk_started(call: Call, talk: Talk, queue: str | None) -> Fact:
    """Told whenever an agent and the customer begin to talk, however that came about."""
    return fact(
        call,
        "talk.started",
        talk.started_at,
        talk.agent_no,
        seq=talk.seq,
        role=talk.role,
        queue=queue,
        started_at=talk.started_at,
        agent_leg=talk.agent_leg,
    )


def begin(
    uuid: str, caller_number: str, called_number: str, at: int, area_code: str = ""
) -> Step:
    """The call of a caller's channel that has just appeared; `area_code` is the site's."""
    call = Call(
        contact_id=contact_id_of(uuid),
        uuid=uuid,
        caller_number=numbers.clean_text(caller_number),
        e164=numbers.normalise(caller_number, area_code),
        called_number=numbers.clean_text(called_number),
        started_at=at,
    )
    told = fact(
        call,
        "contact.started",
        at,
        direction="inbound",
        caller_number=call.caller_number,
        e164=call.e164,
        called_number=call.called_number,
        switch_uuid=uuid,
        is_test=False,
    )
    return Step(call, (told,))


def join_queue(call: Call, event: switch_events.QueueJoined) -> Step:
    repeated = any((v.queue, v.entered_at) == (event.queue, event.at) for v in call.visits)
    served = call.talk is not None and call.state != "orphaned"
    waiting_there = call.visit is not None and call.visit.queue == event.queue
    if call.ended_at or served or repeated or waiting_there:
        return Step(call)
    came_from = "flow" if not call.visits else "transfer" if call.talks else "overflow"
    visit = Visit(len(call.visits) + 1, event.queue, event.at, came_from)
    joined = replace(call, state="waiting", visits=(*call.visits, visit))
    return Step(
        joined,
        (
            fact(
                call,
                "queue.joined",
                event.at,
                seq=visit.seq,
                queue=visit.queue,
                entered_at=event.at,
                came_from=came_from,
            ),
        ),
    )


def offer(call: Call, event: switch_events.AgentOffered) -> Step:
    visit = call.visit
    if visit is None or call.talk:
        return Step(call)
    closed = end_offer(call, event.at, "cancelled") if call.offer else Step(call)
    made = Offer(
        closed.call.offer_count + 1, visit.seq, event.agent_no, event.queue, event.at
    )
    offered = replace(closed.call, state="offered", offer=made, offer_count=made.seq)
    told = fact(
        call,
        "agent.offered",
        event.at,
        event.agent_no,
        visit_seq=visit.seq,
        offer_seq=made.seq,
        queue=event.queue,
        offered_at=event.at,
    )
    return Step(offered, (*closed.facts, told))


def bind_agent_leg(call: Call, event: switch_events.AgentLegCreated) -> Step:
    if not call.offer or call.offer.agent_no != event.agent_no:
        return Step(call)
    return Step(replace(call, offer=replace(call.offer, leg=event.uuid)))


def fail_offer(call: Call, event: switch_events.AgentOfferFailed) -> Step:
    if not call.offer or call.offer.agent_no != event.agent_no:
        return Step(call)
    return end_offer(call, event.at, OFFER_RESULTS.get(event.cause, "unreachable"))


def end_offer(call: Call, at: int, result: str) -> Step:
    """Close the offer that rings; the caller waits on unless the result is `answered`."""
    made = call.offer
    if made is None:
        return Step(call)
    told = fact(
        call,
        "agent.offer_ended",
        at,
        made.agent_no,
        visit_seq=made.visit_seq,
        offer_seq=made.seq,
        queue=made.queue,
        offered_at=made.offered_at,
        ended_at=at,
        ring_ms=max(0, at - made.offered_at),
        result=result,
    )
    state = "waiting" if call.state == "offered" else call.state
    return Step(replace(call, offer=None, state=state), (told,))


def answer(call: Call, event: switch_events.AgentAnswered) -> Step:
    """The agent and the customer hear each other: the talk begins."""
    if call.talk or call.ended_at:
        return Step(call)
    closed = end_offer(call, event.at, "answered")
    left = end_visit(closed.call, event.at, "answered", event.agent_no)
    now = left.call
    seq = now.segment_count + 1
    talk = Talk(
        seq, event.agent_no, event.queue, event.agent_leg, event.at, by_queue=True
    )
    told = talk_started(call, talk, talk.queue)
    talking = replace(now, state="talking", talks=(*now.talks, talk), segment_count=seq)
    return Step(talking, (*closed.facts, *left.facts, told))


def end_visit(call: Call, at: int, outcome: str, agent_no: str | None = None) -> Step:
    visit = call.visit
    if visit is None:
        return Step(call)
    closed = replace(visit, left_at=at, outcome=outcome)
    told = fact(
        call,
        "queue.left",
        at,
        seq=visit.seq,
        queue=visit.queue,
        entered_at=visit.entered_at,
        left_at=at,
        wait_ms=max(0, at - visit.entered_at),
        outcome=outcome,
        answered_agent=agent_no,
        answered_at=at if agent_no else None,
    )
    return Step(replace(call, visits=(*call.visits[:-1], closed)), (told,))


def leave_queue(call: Call, event: switch_events.QueueLeft, short_abandon_s: int) -> Step:
    """The caller left, was moved, or waited too long. Answered visits have ended already."""
    visit = call.visit
    if visit is None or visit.queue != event.queue:
        return Step(call)
    outcome = _queue_outcome(event, event.at - visit.entered_at, short_abandon_s)
    offer_result = "caller_left" if event.hung_up else "cancelled"
    closed = end_offer(call, event.at, offer_result)
    left = end_visit(closed.call, event.at, outcome)
    return Step(replace(left.call, state="in_flow"), (*closed.facts, *left.facts))


def _queue_outcome(event: switch_events.QueueLeft, wait_ms: int, short_abandon_s: int) -> str:
    if event.hung_up:
        return "short_abandoned" if wait_ms < short_abandon_s * 1000 else "abandoned"
    return {
        "EXIT_WITH_KEY": "to_menu",
        "TIMEOUT": "closed_by_system",
        "NO_AGENT_TIMEOUT": "closed_by_system",
        "BREAK_OUT": "moved",
    }.get(event.cancel_reason, "closed_by_system")


def end_talk(call: Call, event: switch_events.AgentTalkEnded) -> Step:
    """The agent's leg has left. Who ended it is known when that leg's hang-up is told."""
    talk = call.talk
    if talk is None or talk.agent_no != event.agent_no:
        return Step(call)
    ended = _close_talk(call, talk, event.at)
    return replace(ended, actions=let_off_hold(call))


def let_off_hold(call: Call) -> tuple[Action, ...]:
    """What a caller on hold needs whose agent's leg is gone: on the switch the music plays on, and
    the dialplan goes on only when it ends."""
    held = call.state == "held" and call.talk and not call.talk.hang_up_asked
    return (Resume(call.uuid),) if held else ()


def _close_talk(call: Call, talk: Talk, at: int) -> Step:
    held_ms = at - talk.held_since if talk.held_since else 0
    ended = replace(
        talk, ended_at=at, held_since=None, hold_ms=talk.hold_ms + max(0, held_ms)
    )
    # Who was coming back would come to somebody else's talk.
    closed = replace(call, state="closed", talks=(*call.talks[:-1], ended), rejoin_leg=None)
    return _tell_talk_end(closed) if ended.ended_by else Step(closed)


def close_agent_leg(call: Call, event: switch_events.ChannelHungUp) -> Step:
    """The hang-up of the serving agent's leg tells who ended the talk."""
    talk = call.talks[-1] if call.talks else None
    if talk is None or talk.agent_leg != event.uuid or talk.leg_closed:
        return Step(call)
    if talk.ended_by:  # told already, when the caller was handed on
        closed = replace(talk, leg_closed=True)
        return Step(replace(call, talks=(*call.talks[:-1], closed)))
    by_agent = event.by_remote or talk.hang_up_asked
    ended = replace(talk, leg_closed=True, ended_by="agent" if by_agent else "customer")
    known = replace(call, talks=(*call.talks[:-1], ended))
    return _tell_talk_end(known) if ended.ended_at else Step(known)


def end_serving(call: Call, at: int, ended_by: str, kind: str, target: str) -> Step:
    """The serving agent hands the caller on: the talk is over now, whatever the leg does."""
    talk = call.talk
    if talk is None:
        return Step(call)
    handed = replace(talk, ended_by=ended_by, transfer_kind=kind, transfer_target=target)
    return _close_talk(call, handed, at)


def end_talk_now(call: Call, at: int, ended_by: str) -> Step:
    """The talk is over, and it is known by whom."""
    if call.talk is None:
        return Step(call)
    ended = _close_talk(call, replace(call.talk, ended_by=ended_by), at)
    return replace(ended, actions=let_off_hold(call))


def _tell_talk_end(call: Call) -> Step:
    talk = call.talks[-1]
    assert talk.ended_at is not None
    told = fact(
        call,
        "talk.ended",
        talk.ended_at,
        talk.agent_no,
        seq=talk.seq,
        started_at=talk.started_at,
        ended_at=talk.ended_at,
        talk_ms=max(0, talk.ended_at - talk.started_at - talk.hold_ms),
        hold_ms=talk.hold_ms,
        hold_count=talk.hold_count,
        ended_by=talk.ended_by,
        transfer_kind=talk.transfer_kind,
        transfer_target=talk.transfer_target,
    )
    return Step(call, (told,))


def hang_up(call: Call, at: int, cause: str, by_remote: bool) -> Step:
    """The customer's channel is gone: everything still open ends with it."""
    if call.ended_at:
        return Step(call)
    facts: list[Fact] = []
    offered = end_offer(call, at, "caller_left")
    facts += offered.facts
    left = end_visit(offered.call, at, "abandoned" if by_remote else "lost")
    facts += left.facts
    now = left.call
    if now.talk:
        ended_by = now.talk.ended_by or ("customer" if by_remote else "system")
        talked = _close_talk(now, replace(now.talk, ended_by=ended_by), at)
        now, facts = talked.call, [*facts, *talked.facts]
    elif now.talks and not now.talks[-1].ended_by:
        last = replace(now.talks[-1], ended_by="customer" if by_remote else "system")
        talked = _tell_talk_end(replace(now, talks=(*now.talks[:-1], last)))
        now, facts = talked.call, [*facts, *talked.facts]
    by = _ended_by(now, by_remote)
    gone = replace(now, state="closed", ended_at=at, ended_by=by)
    facts.append(_contact_ended(gone, cause))
    return Step(gone, tuple(facts))


def _ended_by(call: Call, by_remote: bool) -> str:
    if call.talks and call.talks[-1].ended_by == "agent":
        return "agent"
    return "customer" if by_remote else "system"


def _contact_ended(call: Call, cause: str) -> Fact:
    assert call.ended_at is not None
    return fact(
        call,
        "contact.ended",
        call.ended_at,
        started_at=call.started_at,
        ended_at=call.ended_at,
        hangup_cause=cause,
        ended_by=call.ended_by,
        ivr_ms=_ivr_ms(call),
        wait_ms=sum(v.left_at - v.entered_at for v in call.visits if v.left_at),
        talk_ms=sum(t.ended_at - t.started_at - t.hold_ms for t in call.talks if t.ended_at),
        hold_ms=sum(t.hold_ms for t in call.talks),
        outcome=outcome_of(call),
    )


def _ivr_ms(call: Call) -> int:
    """Time in menus; of the first one also what went before it. Without any, until a queue."""
    assert call.ended_at is not None
    if call.direction != "inbound":
        return 0
    if not call.runs:
        end = call.visits[0].entered_at if call.visits else call.ended_at
        return max(0, end - call.started_at)
    spent = [max(0, (run.ended_at or call.ended_at) - run.entered_at) for run in call.runs]
    return sum(spent) + max(0, call.runs[0].entered_at - call.started_at)


def outcome_of(call: Call) -> str:
    """The contact's outcome: how far the caller came."""
    if call.talks:
        return "answered"
    if call.reached_outside:
        return "transferred_out"
    if call.visits:
        return call.visits[-1].outcome or "lost"
    if call.flow_goal == MESSAGE_LEFT:
        return "to_voicemail"
    return "self_service" if call.flow_goal else "ivr_abandoned"
