"""Supervisors on a call: listen, whisper, barge in, take over, disconnect.

Pure functions (call, ...) -> Step. Every listening is told as facts, from which the audit log
and the call's time line are written.
"""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, end_serving, fact, talk_started
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Monitor

MODES = ("monitor", "whisper", "barge_in")


def start(call: Call, at: int, mode: str, supervisor: str, extension: str, leg: str) -> Step:
    """Call the supervisor's phone to listen to the serving agent's leg, or change the mode of
    one who listens already."""
    talk = call.talk
    if talk is None or call.state == "dialling":
        raise CommandRefused("no_talk", "there is no conversation to listen to")
    if talk.agent_no == supervisor:
        raise CommandRefused("own_call", "this is your own call")
    known = call.find_monitor(supervisor)
    if known:
        return set_mode(call, at, known, mode)
    monitor = Monitor(leg, supervisor, talk.agent_no, mode, "dialling", at)
    listen = actions.Listen(leg, extension, talk.agent_leg, call.contact_id)
    return Step(replace(call, monitors=(*call.monitors, monitor)), actions=(listen,))


def set_mode(call: Call, at: int, monitor: Monitor, mode: str) -> Step:
    if monitor.mode == mode:
        raise CommandRefused("same_mode", "you do that already")
    changed = _changed(call, at, monitor, mode)
    if monitor.state != "up":
        return Step(changed.call)
    asked = actions.SetListenMode(monitor.leg, mode, monitor.mode)
    return replace(changed, actions=(asked,))


def _changed(call: Call, at: int, monitor: Monitor, mode: str) -> Step:
    told = fact(
        call, "monitor.mode_changed", at, monitor.agent_no, target=monitor.target, mode=mode
    )
    return Step(_with(call, replace(monitor, mode=mode)), (told,))


def not_set(call: Call, at: int, asked: actions.SetListenMode) -> Step:
    """The switch did not change who hears the supervisor: what was told is taken back."""
    monitor = _at(call, asked.leg)
    if monitor is None or monitor.mode != asked.mode or asked.before == asked.mode:
        return Step(call)
    return _changed(call, at, monitor, asked.before)


def key_pressed(call: Call, leg: str, mode: str) -> Step:
    """The supervisor pressed a key on the telephone, which the switch obeys by itself. The board
    alone decides the mode: it asks for the permission, and everybody can see it there."""
    monitor = _at(call, leg)
    if monitor is None or monitor.state != "up" or monitor.mode == mode:
        return Step(call)
    return Step(call, actions=(actions.SetListenMode(leg, monitor.mode, monitor.mode),))


def answered(call: Call, leg: str, at: int) -> Step:
    """The supervisor's phone is up: listening begins, in the mode that was asked for."""
    monitor = _at(call, leg)
    if monitor is None or monitor.state == "up":
        return Step(call)
    up = replace(monitor, state="up", up_at=at)
    told = fact(
        call, "monitor.started", at, up.agent_no, target=up.target, mode=up.mode, leg=leg
    )
    asked = () if up.mode == "monitor" else (actions.SetListenMode(leg, up.mode),)
    return Step(_with(call, up), (told,), asked)


def gone(call: Call, leg: str, at: int) -> Step:
    monitor = _at(call, leg)
    if monitor is None:
        return Step(call)
    without = replace(call, monitors=tuple(m for m in call.monitors if m.leg != leg))
    if monitor.up_at is None:
        return Step(without)
    told = fact(
        call,
        "monitor.ended",
        at,
        monitor.agent_no,
        target=monitor.target,
        mode=monitor.mode,
        started_at=monitor.up_at,
        ended_at=at,
        leg=leg,
    )
    return Step(without, (told,))


def stop(call: Call, supervisor: str) -> Step:
    monitor = call.find_monitor(supervisor)
    if monitor is None:
        raise CommandRefused("not_listening", "you are not listening to this call")
    return Step(call, actions=(actions.HangUp(monitor.leg),))


def take_over(call: Call, at: int, supervisor: str) -> Step:
    """The supervisor, who listens already, takes the agent's place."""
    monitor = call.find_monitor(supervisor)
    talk = call.talk
    if monitor is None or monitor.state != "up" or talk is None:
        raise CommandRefused("not_listening", "listen to the call first, then take it over")
    if monitor.target != talk.agent_no:
        raise CommandRefused("not_listening", "the call is with another agent by now")
    if call.party or call.members:
        raise CommandRefused("not_now", "others are on the line; wait until they have left")
    left = gone(call, monitor.leg, at)
    ended = end_serving(left.call, at, "system", "take_over", f"agent:{supervisor}")
    seq = ended.call.segment_count + 1
    taken = Talk(seq, supervisor, talk.queue, monitor.leg, at, role="take_over")
    now = replace(
        ended.call,
        state="talking",
        talks=(*ended.call.talks, taken),
        segment_count=seq,
        rejoin_leg=None,
        orphaned_until=None,
    )
    told = talk_started(call, taken, talk.queue)
    # The agent's phone that is being called back would put its owner into the supervisor's talk.
    others = (talk.agent_leg, *((call.rejoin_leg,) if call.rejoin_leg else ()))
    moves: tuple[actions.Action, ...] = (
        actions.Bridge(call.uuid, monitor.leg),
        *(actions.HangUp(leg) for leg in others),
    )
    return Step(now, (*left.facts, *ended.facts, told), moves)


def forced_release(call: Call, at: int, supervisor: str | None, by: str | None) -> Step:
    """Disconnect the caller; cannot be undone. `by` is the user, who may have no agent number."""
    told = fact(call, "call.forced_release", at, supervisor, target=call.agent_no, user_id=by)
    talk = call.talk
    if call.state != "dialling" or talk is None:
        return Step(call, (told,), (actions.HangUp(call.uuid),))
    # The customer's leg may not be there yet, and must not be placed any more.
    asked = replace(talk, hang_up_asked=True)
    legs = (actions.HangUp(talk.agent_leg), actions.HangUp(call.uuid))
    return Step(replace(call, talks=(*call.talks[:-1], asked)), (told,), legs)


def _at(call: Call, leg: str) -> Monitor | None:
    return next((monitor for monitor in call.monitors if monitor.leg == leg), None)


def _with(call: Call, monitor: Monitor) -> Call:
    monitors = tuple(monitor if m.leg == monitor.leg else m for m in call.monitors)
    return replace(call, monitors=monitors)
