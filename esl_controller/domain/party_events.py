"""What the legs that we placed tell: answered, gone, or never there. (call, at, ...) -> Step."""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import (
    Step,
    end_serving,
    end_talk_now,
    fact,
    talk_started,
)
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Party
from esl_controller.domain.party_commands import (
    caller_back,
    conference_name,
    hand_over,
    heard,
    party_gone,
    told_target,
    with_party,
    without_parties,
)

#: The states in which the caller waits with music while the agent deals with somebody else.
CALLER_ON_MUSIC = frozenset({"transferring", "consult_dialling", "consulting"})


def answered(call: Call, leg: str, at: int) -> Step:
    """A party has picked up: it is connected to whom it was called for."""
    party = call.find_party(leg)
    talk = call.talk
    if party is None or party.state == "up" or not call.talks:
        return Step(call)
    if party.purpose == "transfer":  # its agent may have left meanwhile
        there = replace(party, state="up", up_at=at)
        return hand_over(call, there, at, "blind", call.talks[-1])
    if talk is None:
        return Step(call)
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
        return _nobody_has(left) if call.state == "transferring" else left
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
    if call.state == "transferring" and call.talk and party:
        handed = end_serving(call, at, "agent", "blind", told_target(party.target))
        return Step(replace(handed.call, state="transferring"), handed.facts)
    if call.state in CALLER_ON_MUSIC and call.talk:
        ended = end_talk_now(call, at, "agent")
        left = without_parties(ended.call, at)
        onward = _nobody_has(Step(left.call, (*ended.facts, *left.facts)))
        dropped = tuple(actions.HangUp(one.leg) for one in call.parties)
        return Step(onward.call, onward.facts, (*dropped, *onward.actions))
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
    left = without_parties(ended.call, at)
    onward = _nobody_has(Step(left.call, (*ended.facts, *left.facts)))
    legs = (talk.agent_leg, *(party.leg for party in call.parties))
    dropped = tuple(actions.HangUp(leg) for leg in legs)
    return Step(onward.call, onward.facts, (*onward.actions, *dropped))


def _nobody_has(step: Step) -> Step:
    """The caller whom nobody has any more goes to the queue's front; of a call that we placed,
    which has no queue, they are let go."""
    call = step.call
    if queue := call.talks[-1].queue or call.fallback_queue:
        sent = actions.SendToQueue(call.uuid, queue)
        return Step(replace(call, state="in_flow"), step.facts, (*step.actions, sent))
    let_go = actions.HangUp(call.uuid)
    return Step(replace(call, state="closed"), step.facts, (*step.actions, let_go))


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
