"""What an agent may do to the own call: pure functions (call, command) -> Step or refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import actions, holding, recording_machine
from esl_controller.domain.call import NOT_WHILE_HELD_AT_PHONE, Call, Talk
from esl_controller.domain.call_machine import Step
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace

DIGITS = frozenset("0123456789*#ABCD")
MAX_DIGITS = 32


def require_allowed(call: Call, action: str) -> None:
    """CommandRefused unless the call's state allows the action now."""
    if call.held_at_phone and action in NOT_WHILE_HELD_AT_PHONE:
        raise CommandRefused("held_at_phone", "take the call back at the phone that holds it")
    if action not in call.allowed:
        raise CommandRefused(
            "not_now", f"{action}: the call is {call.state}", action=action, state=call.state
        )


def reject(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    assert call.offer is not None
    if not call.offer.leg:
        raise CommandRefused("not_ringing", "the phone does not ring yet")
    return Step(call, actions=(actions.HangUp(call.offer.leg, "CALL_REJECTED"),))


def hang_up(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    talk = _talk(call)
    asked = _with_talk(call, replace(talk, hang_up_asked=True))
    # On hold the two legs are apart: the caller's does not end with the agent's.
    legs = (talk.agent_leg, call.uuid) if call.state == "held" else (talk.agent_leg,)
    return Step(asked, actions=tuple(actions.HangUp(leg) for leg in legs))


def hold(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    held = holding.begin(call, _talk(call), at)
    return replace(held, actions=(actions.Hold(call.uuid),))


def resume(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    back = holding.end(call, _talk(call), at)
    return replace(back, actions=(actions.Resume(call.uuid),))


def mute(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    return _set_mute(call, True)


def unmute(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    return _set_mute(call, False)


def _set_mute(call: Call, on: bool) -> Step:
    talk = _talk(call)
    return Step(
        _with_talk(call, replace(talk, muted=on)), actions=(actions.Mute(talk.agent_leg, on),)
    )


def send_digits(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    digits = str(body.get("digits", ""))
    if not digits or len(digits) > MAX_DIGITS or not set(digits) <= DIGITS:
        raise CommandRefused("bad_digits", "digits: 1 to 32 of 0-9 * # A-D")
    consulted = call.party if call.state == "consulting" else None  # the caller is at the music
    leg = consulted.leg if consulted else call.uuid
    return Step(call, actions=(actions.SendDigits(leg, digits),))


def pause_recording(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    return recording_machine.mask(call, at, True)


def resume_recording(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    return recording_machine.mask(call, at, False)


def start_recording(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    """Only where the rule is on demand. The controller adds the site's `zone` to the body."""
    return recording_machine.begin(call, at, body["zone"])


def stop_recording(call: Call, at: int, body: Mapping[str, Any]) -> Step:
    return recording_machine.end(call)


def _talk(call: Call) -> Talk:
    assert call.talk is not None  # require_allowed: these actions exist only during a talk
    return call.talk


def _with_talk(call: Call, talk: Talk) -> Call:
    return replace(call, talks=(*call.talks[:-1], talk))


CALL_COMMANDS: Mapping[str, Callable[[Call, int, Mapping[str, Any]], Step]] = {
    "reject": reject,
    "hang_up": hang_up,
    "hold": hold,
    "resume": resume,
    "mute": mute,
    "unmute": unmute,
    "send_digits": send_digits,
    "pause_recording": pause_recording,
    "resume_recording": resume_recording,
    "start_recording": start_recording,
    "stop_recording": stop_recording,
}
