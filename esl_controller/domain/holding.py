"""A talk on hold, by the desk's button or by the telephone's own key: pure functions -> Step."""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.evolve import replace
from esl_controller.domain.switch_events import PhoneHolds


def begin(call: Call, talk: Talk, at: int) -> Step:
    held = replace(talk, held_since=at, hold_count=talk.hold_count + 1)
    now = replace(call, state="held", talks=(*call.talks[:-1], held))
    return Step(now, (fact(call, "talk.held", at, talk.agent_no, seq=talk.seq),))


def end(call: Call, talk: Talk, at: int) -> Step:
    held_ms = max(0, at - (talk.held_since or at))
    back = replace(talk, held_since=None, hold_ms=talk.hold_ms + held_ms, held_at_phone=False)
    now = replace(call, state="talking", talks=(*call.talks[:-1], back))
    told = fact(call, "talk.resumed", at, talk.agent_no, seq=talk.seq, held_ms=held_ms)
    return Step(now, (told,))


def key_pressed(call: Call, event: PhoneHolds) -> Step:
    """A telephone holds the call itself, or takes it back: the switch has done it already. Whoever
    it belongs to, it may be silent for as long."""
    shown = _with_caller(call, event)
    return replace(shown, actions=(actions.BearSilence(event.uuid),) if event.on else ())


def _with_caller(call: Call, event: PhoneHolds) -> Step:
    """What it is to the caller. With somebody else on the line, the key is a matter between the
    agent and them; the caller's own key is none of the desk."""
    talk = call.talk
    if talk is None or talk.agent_leg != event.uuid or call.members:
        return Step(call)
    marked = replace(talk, held_at_phone=event.on)
    if event.on and call.state == "talking":
        return begin(call, marked, event.at)
    if event.on and call.state == "held":
        return Step(replace(call, talks=(*call.talks[:-1], marked)))
    if not event.on and call.state == "held" and talk.held_at_phone:
        return end(call, marked, event.at)
    return Step(call)
