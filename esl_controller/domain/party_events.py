"""What the legs that we placed tell: answered, gone, or never there. (call, at, ...) -> Step."""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, end_talk_now, fact, talk_started
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Party
from esl_controller.domain.party_commands import (
    caller_back,
    conference_name,
    hand_over,
    heard,
    party_gone,
    with_party,
)

#: The states in which the caller waits with music while the agent deals with somebody else.
CALLER_ON_MUSIC = frozenset({"transferring", "consult_dialling", "consulting"})


def answered(call: Call, leg: str, at: int) -> Step:
    """A party has picked up: it is connected to whom it was called for."""
    party = call.find_party(leg)
    talk = call.talk
    if party is None or party.state == "up" or talk is None:
        return Step(call)
    if party.purpose == "transfer":
        return hand_over(call, replace(party, state="up", up_at=at), at, "blind", talk)
    up = _up(call, party, at)
    if party.purpose == "consult":
        bridge = actions.Bridge(talk.agent_leg, leg, True)
        return Step(replace(up.call, state="consulting"), up.facts, (bridge,))
    legs = (leg,) if call.state == "conference" else (leg, call.uuid, talk.agent_leg)
    started = () if call.state == "conference" else (
        fact(call, "conference.started", at, talk.agent_no),
    )
    return Step(
        replace(up.call, state="conference"),
        (*up.facts, *started),
        (actions.JoinConference(legs, conference_name(call)),),
    )


def _up(call: Call, party: Party, at: int) -> Step:
    """The party is on the line; an agent's part is a talk segment of its own."""
    is_agent = party.target.kind == "agent"
    seq = call.segment_count + 1 if is_agent else 0
    up = replace(party, state="up", up_at=at, seq=seq)
    now = replace(with_party(call, party, up), segment_count=max(call.segment_count, seq))
    if not is_agent:
        return Step(now)
    role = "consult" if party.purpose == "consult" else "conference"
    told = fact(
        call,
        "talk.started",
        at,
        party.target.value,
        seq=seq,
        role=role,
        queue=call.visits[-1].queue if call.visits else None,
        started_at=at,
        agent_leg=party.leg,
    )
    return Step(now, (told,))


def gone(call: Call, leg: str, at: int, result: str) -> Step:
    """A party hung up, or could not be reached (`result` is then the reason)."""
    party = call.find_party(leg)
    if party is None:
        return Step(call)
    left = party_gone(call, party, at, result if party.state == "dialling" else "hung_up")
    talk = call.talk
    if call.state == "outside":
        if left.call.members:
            return left
        # Bridged, the caller's line ends by itself; alone in a conference it would stay for ever.
        return Step(
            replace(left.call, state="closed"), left.facts, (actions.HangUp(call.uuid),)
        )
    if talk is None:
        return left
    emptied = call.state == "conference" and not left.call.members
    if emptied or call.state in (*CALLER_ON_MUSIC, "swapped"):
        back = caller_back(call, talk)
        return Step(replace(left.call, state="talking"), left.facts, (back,))
    return left


def agent_leg_gone(call: Call, at: int) -> Step:
    """The serving agent's own leg has left while others are still there.

    In a consultation that was answered this completes the transfer; in a conference the others
    talk on; a caller who would be left with music alone goes back to the queue, at its front.
    """
    party, talk = call.party, call.talks[-1] if call.talks else None
    if talk is None or call.ended_at:
        return Step(call)
    if party and party.state == "up" and call.talk:
        return hand_over(call, party, at, "attended", talk)
    if call.state == "conference" and call.talk:
        return _conference_without_agent(call, at)
    if call.state in CALLER_ON_MUSIC and call.talk:
        ended = end_talk_now(call, at, "agent")
        facts = list(ended.facts)
        asked: list[actions.Action] = []
        now = ended.call
        if party:
            left = party_gone(now, party, at, "cancelled")
            now, facts = left.call, [*facts, *left.facts]
            asked.append(actions.HangUp(party.leg))
        queue = _queue_of(call, talk)
        if not queue:
            asked.append(actions.HangUp(call.uuid))
            return Step(replace(now, state="closed"), tuple(facts), tuple(asked))
        asked.append(actions.SendToQueue(call.uuid, queue))
        return Step(replace(now, state="in_flow"), tuple(facts), tuple(asked))
    return Step(call)


def not_connected(call: Call, at: int, other: str) -> Step:
    """The switch could not connect the caller to `other`, which has just gone: the caller is
    nobody's now, and goes to the queue's front, or without a queue is let go."""
    talk = call.talk
    if talk is None:
        alone = call.state == "closed" or other in [member.leg for member in call.members]
        return Step(call, actions=(actions.HangUp(call.uuid),) if alone else ())
    if talk.agent_leg != other:
        return Step(call)
    ended = end_talk_now(call, at, "system")
    now, facts = ended.call, list(ended.facts)
    legs = [talk.agent_leg]
    for party in now.parties:
        left = party_gone(now, party, at, "cancelled")
        now, facts = left.call, [*facts, *left.facts]
        legs.append(party.leg)
    onward: actions.Action = actions.HangUp(call.uuid)
    if queue := _queue_of(call, talk):
        now, onward = replace(now, state="in_flow"), actions.SendToQueue(call.uuid, queue)
    return Step(now, tuple(facts), (onward, *(actions.HangUp(leg) for leg in legs)))


def _queue_of(call: Call, talk: Talk) -> str:
    """Where a caller goes whom an agent has lost; "" for a call that we placed."""
    return talk.queue or call.fallback_queue


def _conference_without_agent(call: Call, at: int) -> Step:
    """The first agent among the members serves on; without anybody the customer is let go."""
    ended = end_talk_now(call, at, "agent")
    now = ended.call
    heir = next((m for m in now.members if m.target.kind == "agent" and m.state == "up"), None)
    if heir:
        told = party_gone(now, heir, at, "serves_on")
        serving = hand_over_seat(told.call, heir, at)
        # Two are no conference: the end of one must be the end of the other.
        moves = () if serving.call.members else (actions.Bridge(call.uuid, heir.leg),)
        facts = (*ended.facts, *told.facts, *serving.facts)
        return Step(serving.call, facts, (*moves, *heard(heir)))
    if any(member.state == "up" for member in now.members):
        unmuted = tuple(replace(member, muted=False) for member in now.members)
        return Step(
            replace(now, state="outside", members=unmuted), ended.facts, heard(*now.members)
        )
    return Step(replace(now, state="closed"), ended.facts, (actions.HangUp(call.uuid),))


def hand_over_seat(call: Call, heir: Party, at: int) -> Step:
    """A conference member becomes the serving agent, with a new talk segment."""
    seq = call.segment_count + 1
    queue = call.talks[-1].queue if call.talks else ""
    talk = Talk(seq, heir.target.value, queue, heir.leg, at, role="transferee")
    state = "conference" if call.members else "talking"
    told = talk_started(call, talk, queue)
    now = replace(call, state=state, talks=(*call.talks, talk), segment_count=seq)
    return Step(now, (told,))
