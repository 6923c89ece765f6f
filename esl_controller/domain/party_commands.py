"""Transfer, consult and conference: what the serving agent may do with others on the line.

Pure functions (call, at, ...) -> Step. `leg` is the UUID of the channel that will be placed.
A blind transfer keeps the agent on the line until the other side has answered, so the caller is
never dropped into nothing. An agent who leaves before lets it ring on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, end_serving, fact, talk_started
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.parties import Party, Target

RING_S = 20
MAX_MEMBERS = 8

#: Where callers go without anybody having to answer.
PLACES: Mapping[str, Callable[[str, str], actions.Action]] = {
    "queue": actions.SendToQueue,
    "flow": actions.SendToFlow,
}


def conference_name(call: Call) -> str:
    return f"c{call.contact_id.lower()}"


def transfer(call: Call, at: int, target: Target, leg: str) -> Step:
    """Blind: to a queue or a menu at once, to anybody else once they have answered."""
    talk = _serving(call)
    if target.kind in PLACES:
        ended = end_serving(_resumed(call, at), at, "agent", "blind", told_target(target))
        sent = replace(ended.call, state="in_flow")
        onward = PLACES[target.kind](call.uuid, target.value)
        return Step(sent, ended.facts, (onward, actions.HangUp(talk.agent_leg)))
    return _call_second(call, at, target, leg, "transfer", "transferring")


def consult(call: Call, at: int, target: Target, leg: str) -> Step:
    if target.kind in PLACES:
        raise CommandRefused("bad_target", "nobody to consult there; transfer instead")
    return _call_second(call, at, target, leg, "consult", "consult_dialling")


def _call_second(
    call: Call, at: int, target: Target, leg: str, purpose: str, state: str
) -> Step:
    talk = _serving(call)
    party = Party(leg, target, purpose, "dialling", at)
    now = replace(_resumed(call, at), state=state, party=party)
    told = party_called(call, party, at, talk.agent_no)
    return Step(
        now,
        (told,),
        (actions.SplitToMusic(call.uuid, talk.agent_leg), dial(call, party, RING_S)),
    )


def invite(call: Call, at: int, target: Target, leg: str) -> Step:
    """Call somebody into the talk; the talk goes on until they answer."""
    if target.kind in PLACES:
        raise CommandRefused("bad_target", "only people can join a conference")
    customer = Target("outside", call.e164) if call.e164 else None
    if target == customer or target in [member.target for member in call.members]:
        raise CommandRefused("already_in", "they are on this call, or being called to it")
    if len(call.members) >= MAX_MEMBERS:
        raise CommandRefused("conference_full", "the conference is full")
    party = Party(leg, target, "conference", "dialling", at)
    told = party_called(call, party, at, _serving(call).agent_no)
    return Step(
        replace(call, members=(*call.members, party)), (told,), (dial(call, party, RING_S),)
    )


def cancel_consult(call: Call, at: int) -> Step:
    """Let the second party go and bring the caller back to the agent."""
    talk, party = _serving(call), _second(call)
    gone = party_gone(call, party, at, "cancelled")
    back = (actions.HangUp(party.leg), caller_back(call, talk))
    return Step(replace(gone.call, state="talking"), gone.facts, back)


def caller_back(call: Call, talk: Talk) -> actions.Action:
    """Caller and agent are alone with each other: the end of one is the end of the other. After a
    swap they are together already, but so that each would be kept without the other."""
    if call.state == "swapped":
        return actions.EndTogether(call.uuid, talk.agent_leg)
    return actions.Bridge(call.uuid, talk.agent_leg)


def complete_transfer(call: Call, at: int) -> Step:
    """The caller and the second party stay; the agent leaves for the wrap-up."""
    talk, party = _serving(call), _second(call)
    if party.state != "up":
        raise CommandRefused("not_answered", "the other side has not answered yet")
    return hand_over(call, party, at, "attended", talk)


def hand_over(call: Call, party: Party, at: int, kind: str, talk: Talk) -> Step:
    """Bridge the caller to the party; an agent among them is now the serving agent."""
    ended = end_serving(call, at, "agent", kind, told_target(party.target))
    consulted = party_gone(ended.call, party, at, "transferred")
    now = replace(consulted.call, state="talking", party=None)
    facts = [*ended.facts, *consulted.facts]
    if party.target.kind == "agent":
        seq = now.segment_count + 1
        taken = Talk(
            seq, party.target.value, talk.queue, party.leg, at, role="transferee"
        )
        now = replace(now, talks=(*now.talks, taken), segment_count=seq)
        facts.append(talk_started(call, taken, talk.queue))
    else:
        now = replace(now, state="outside", members=(party,))
    moves = (actions.Bridge(call.uuid, party.leg), actions.HangUp(talk.agent_leg))
    return Step(now, tuple(facts), (*moves, *heard(party)))


def heard(*parties: Party) -> tuple[actions.Action, ...]:
    """Whoever has the caller from now on is heard: nobody else could lift the silence."""
    return tuple(actions.Mute(party.leg, False) for party in parties if party.muted)


def swap(call: Call, at: int) -> Step:
    talk, party = _serving(call), _second(call)
    if call.state == "consulting":
        moves = (actions.PlayMusic(party.leg), actions.Bridge(call.uuid, talk.agent_leg, True))
        return Step(replace(call, state="swapped"), actions=moves)
    moves = (actions.PlayMusic(call.uuid), actions.Bridge(talk.agent_leg, party.leg, True))
    return Step(replace(call, state="consulting"), actions=moves)


def merge(call: Call, at: int) -> Step:
    talk, party = _serving(call), _second(call)
    member = replace(party, purpose="conference")
    now = replace(call, state="conference", party=None, members=(*call.members, member))
    joined = actions.JoinConference(
        (party.leg, call.uuid, talk.agent_leg), conference_name(call)
    )
    return Step(now, (fact(call, "conference.started", at, talk.agent_no),), (joined,))


def drop_party(call: Call, at: int, leg: str) -> Step:
    """Take a member off; an invitation that is not answered yet is withdrawn at once."""
    member = _member(call, leg)
    drop = actions.HangUp(leg)
    if member.state == "up":
        return Step(call, actions=(drop,))
    left = party_gone(call, member, at, "cancelled")
    if call.state == "talking" or left.call.members:
        return Step(left.call, left.facts, (drop,))
    alone = replace(left.call, state="talking")
    return Step(alone, left.facts, (drop, caller_back(call, _serving(call))))


def mute_party(call: Call, at: int, leg: str) -> Step:
    member = _member(call, leg)
    return mute_guest(call, member, not member.muted)


def mute_guest(call: Call, guest: Party, on: bool) -> Step:
    """Somebody who was called into the call silences the own line, or lifts that."""
    return Step(with_guest_muted(call, guest, on), actions=(actions.Mute(guest.leg, on),))


def with_guest_muted(call: Call, guest: Party, on: bool) -> Call:
    if guest.leg == call.uuid:
        return replace(call, dialled_muted=on)
    return with_party(call, guest, replace(guest, muted=on))


def with_party(call: Call, party: Party, changed: Party) -> Call:
    """The call with this instead of one of its parties."""
    if call.party and call.party.leg == party.leg:
        return replace(call, party=changed)
    members = tuple(changed if m.leg == party.leg else m for m in call.members)
    return replace(call, members=members)


def end_conference(call: Call, at: int) -> Step:
    """Everybody leaves; the customer's own hang-up closes the call. The members are off it at
    once: if the agent's leg ends before theirs, none of them shall serve on."""
    talk = _serving(call)
    asked = replace(talk, hang_up_asked=True)
    left = without_parties(replace(call, talks=(*call.talks[:-1], asked)), at)
    legs = (*(m.leg for m in call.members), talk.agent_leg, call.uuid)
    return Step(left.call, left.facts, tuple(actions.HangUp(leg) for leg in legs))


def party_called(call: Call, party: Party, at: int, by: str | None) -> Fact:
    target = party.target
    return fact(
        call,
        "party.called",
        at,
        by,
        purpose=party.purpose,
        target_kind=target.kind,
        target=told_target(target),
    )


def party_gone(call: Call, party: Party, at: int, result: str) -> Step:
    """Take a party off the call and tell its talk segment, if it had one."""
    facts = [
        fact(
            call,
            "party.left",
            at,
            party.target.value if party.target.kind == "agent" else None,
            purpose=party.purpose,
            target_kind=party.target.kind,
            target=told_target(party.target),
            result=result,
        )
    ]
    if party.seq and party.up_at:
        facts.append(
            fact(
                call,
                "talk.ended",
                at,
                party.target.value,
                seq=party.seq,
                started_at=party.up_at,
                ended_at=at,
                talk_ms=max(0, at - party.up_at),
                hold_ms=0,
                hold_count=0,
                ended_by="agent",
                transfer_kind=None,
                transfer_target=None,
            )
        )
    members = tuple(m for m in call.members if m.leg != party.leg)
    second = None if call.party and call.party.leg == party.leg else call.party
    return Step(replace(call, party=second, members=members), tuple(facts))


def without_parties(call: Call, at: int) -> Step:
    """Everybody who was called into the call is off it. Whoever asks hangs their legs up."""
    facts: tuple[Fact, ...] = ()
    for party in call.parties:
        left = party_gone(call, party, at, "hung_up" if party.state == "up" else "cancelled")
        call, facts = left.call, (*facts, *left.facts)
    return Step(call, facts)


def dial(call: Call, party: Party, ring_s: int) -> actions.Dial:
    shown = call.caller_number if party.target.kind == "agent" else call.called_number
    return actions.Dial(party.leg, party.target, shown, ring_s, call.contact_id)


def told_target(target: Target) -> str:
    return f"{target.kind}:{target.value}"


def _serving(call: Call) -> Talk:
    assert call.talk is not None  # require_allowed: these exist only during a talk
    return call.talk


def _second(call: Call) -> Party:
    assert call.party is not None  # the states that show these actions have one
    return call.party


def _member(call: Call, leg: str) -> Party:
    member = next((m for m in call.members if m.leg == leg), None)
    if member is None:
        raise CommandRefused("no_such_party", "that party is not in the conference")
    return member


def _resumed(call: Call, at: int) -> Call:
    """Close a running hold: the music goes on, but as part of what comes now."""
    talk = call.talk
    if talk is None or talk.held_since is None:
        return call
    closed = replace(talk, held_since=None, hold_ms=talk.hold_ms + max(0, at - talk.held_since))
    return replace(call, talks=(*call.talks[:-1], closed))


def target_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """kind and value as a desk sent them; CommandRefused for anything else."""
    kind, value = str(body.get("kind", "")), str(body.get("value", "")).strip()
    if kind not in ("agent", "outside", *PLACES) or not value or len(value) > 64:
        raise CommandRefused("bad_target", "choose an agent, a group, a menu or a number")
    return kind, value
