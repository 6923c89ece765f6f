"""An agent whose leg is lost while the caller is there: a reloaded page, a dead tab, a power cut.

The caller hears music and waits `GRACE_MS` for the same agent; then the dialplan puts the caller
at the front of the queue, with or without us. Pure functions (call, at, ...) -> Step.
"""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, end_talk_now, fact, let_off_hold
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.parties import Party, Target
from esl_controller.domain.party_commands import conference_name, party_gone, with_party

#: As long as the dialplan's extension `orphan` plays music.
GRACE_MS = 20_000
RING_S = 10

#: Ends of a leg that no person has asked for.
LOST_CAUSES = frozenset(
    {
        "MEDIA_TIMEOUT",
        "RECOVERY_ON_TIMER_EXPIRE",
        "DESTINATION_OUT_OF_ORDER",
        "NORMAL_TEMPORARY_FAILURE",
        "NETWORK_OUT_OF_ORDER",
    }
)


def is_loss(call: Call, cause: str) -> bool:
    """Alone with the caller, and nobody hung up. With others on the line, those go on."""
    return cause in LOST_CAUSES and call.state in ("talking", "held")


def lost(call: Call, at: int) -> Step:
    """The serving agent's leg is gone, and nobody hung up."""
    talk = call.talk
    if talk is None:
        return Step(call)
    told = fact(call, "agent.leg_lost", at, talk.agent_no, seq=talk.seq)
    now = replace(call, state="orphaned", orphaned_until=at + GRACE_MS)
    facts: tuple[Fact, ...] = (told,)
    for invited in call.members:  # who only rings yet would find nobody
        left = party_gone(now, invited, at, "cancelled")
        now, facts = left.call, (*facts, *left.facts)
    dropped = tuple(actions.HangUp(invited.leg) for invited in call.members)
    return Step(now, facts, (*let_off_hold(call), *dropped))


def rejoin(call: Call, at: int, extension: str, leg: str) -> Step:
    """Call the agent's phone anew; it answers by itself."""
    talk = call.talk
    if talk is None or call.state in ("dialling", "transferring"):
        raise CommandRefused("no_talk", "there is no call to come back to")
    if call.rejoin_leg:
        raise CommandRefused("not_now", "your phone is being called already")
    back = _call_back(call, leg, Target("agent", talk.agent_no, extension))
    return Step(replace(call, rejoin_leg=leg), actions=(back,))


def rejoin_guest(call: Call, guest: Party, extension: str, leg: str) -> Step:
    """Call the phone anew of a colleague who was called into the call. The lost leg is on the call
    until the switch misses its sound: to come back in time is to have missed nothing."""
    if guest.state != "up" or guest.leg == call.uuid:
        raise CommandRefused("not_now", "this call cannot be given back to you")
    if guest.rejoin_leg:
        raise CommandRefused("not_now", "your phone is being called already")
    back = _call_back(call, leg, replace(guest.target, extension=extension))
    return Step(with_party(call, guest, replace(guest, rejoin_leg=leg)), actions=(back,))


def _call_back(call: Call, leg: str, target: Target) -> actions.Dial:
    shown = call.caller_number
    return actions.Dial(leg, target, shown, RING_S, call.contact_id, auto_answer=True)


def rejoined(call: Call, leg: str, at: int) -> Step:
    """An agent's new leg is up: it takes the place of the lost one, and all else goes on as it
    was, be it a hold, a consultation or a conference."""
    if guest := call.find_rejoining(leg):
        return _guest_rejoined(call, guest, leg, at)
    talk = call.talk
    if talk is None or call.rejoin_leg != leg:
        return Step(call, actions=(actions.HangUp(leg),))
    held = talk.held_since is not None
    state = ("held" if held else "talking") if call.state == "orphaned" else call.state
    back = replace(talk, agent_leg=leg, by_queue=False, leg_closed=False, held_at_phone=False)
    now = replace(
        call, state=state, talks=(*call.talks[:-1], back), rejoin_leg=None, orphaned_until=None
    )
    told = fact(call, "agent.rejoined", at, talk.agent_no, seq=talk.seq, agent_leg=leg, held=held)
    return Step(now, (told,), (*_in_place(now, back), actions.HangUp(talk.agent_leg)))


def _in_place(call: Call, talk: Talk) -> tuple[actions.Action, ...]:
    """What brings the serving agent's new leg to where the lost one was."""
    leg, party = talk.agent_leg, call.party
    if call.state == "held":
        # The bridge takes the caller from the music for an instant, in which nobody is heard.
        on_hold = (actions.Mute(leg, True), actions.Bridge(call.uuid, leg), actions.Hold(call.uuid))
        return on_hold if talk.muted else (*on_hold, actions.Mute(leg, False))
    place: actions.Action
    if call.state == "conference":
        place = actions.JoinConference((leg,), conference_name(call))
    elif party and party.state == "dialling":
        place = actions.PlayMusic(leg)
    elif party and call.state == "consulting":
        place = actions.Bridge(leg, party.leg, True)
    else:  # after a swap each of the two is kept without the other
        place = actions.Bridge(call.uuid, leg, call.state == "swapped")
    silent = (actions.Mute(leg, True),) if talk.muted else ()  # the new leg knows nothing of it
    return (place, *silent)


def _guest_rejoined(call: Call, guest: Party, leg: str, at: int) -> Step:
    """Back where the lost leg was: in the conference, with the agent, or on music after a swap."""
    now = with_party(call, guest, replace(guest, leg=leg, rejoin_leg=None))
    talk, agent_no = call.talk, guest.target.value
    told = fact(call, "agent.rejoined", at, agent_no, seq=guest.seq, agent_leg=leg)
    place: actions.Action
    if guest.purpose == "conference":
        place = actions.JoinConference((leg,), conference_name(call))
    elif call.state == "swapped" or talk is None:
        place = actions.PlayMusic(leg)
    else:
        place = actions.Bridge(talk.agent_leg, leg, True)
    silent = (actions.Mute(leg, True),) if guest.muted else ()
    return Step(now, (told,), (place, *silent, actions.HangUp(guest.leg)))


def not_rejoined(call: Call, leg: str) -> Step:
    """The phone did not take the call; who is on the line goes on waiting."""
    if guest := call.find_rejoining(leg):
        return Step(with_party(call, guest, replace(guest, rejoin_leg=None)))
    if call.rejoin_leg != leg:
        return Step(call)
    return Step(replace(call, rejoin_leg=None))


def given_up(call: Call, at: int) -> Step:
    """The caller is back in the queue: the lost agent's talk is over."""
    ended = end_talk_now(call, at, "system")
    now = replace(ended.call, state="in_flow", orphaned_until=None, rejoin_leg=None)
    ringing = (actions.HangUp(call.rejoin_leg),) if call.rejoin_leg else ()
    return Step(now, ended.facts, ringing)
