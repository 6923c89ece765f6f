"""The recording of a contact: begun and ended by rule or by the agent, on the customer's channel.

Pure functions (call, ...) -> Step. A file is opened when somebody serves and closed when nobody
does, so that music in a queue is not recorded. Times in ms since the epoch.
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from esl_controller.domain import actions, switch_events
from esl_controller.domain.call import Call, Recording, Talk
from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.evolve import replace

#: The caller is with none of our agents, but goes on.
_UNSERVED = frozenset({"in_flow", "waiting", "offered", "outside"})


def talk_began(before: Call | None, now: Call) -> bool:
    """Whether somebody else serves now than before, or the dialled side has answered."""
    was = before.talk if before and before.state != "dialling" else None
    served = now.talk if now.state != "dialling" else None
    return served is not None and (was is None or was.seq != served.seq)


def follow_rule(call: Call, at: int, mode: str, zone: tzinfo) -> Step:
    """The rule of the agent who serves from now on: record, or end what the one before began.
    A pause was that one's, for something the caller said: it does not bind who comes after."""
    ruled = replace(call, recording_rule=mode)
    if mode != "always":
        return end(ruled)
    paused = ruled.recording is not None and ruled.recording.state == "paused"
    return mask(ruled, at, False) if paused else begin(ruled, at, zone)


def leave_unserved(call: Call) -> Step:
    """Stop recording a caller who is with none of our agents any more."""
    return end(call) if call.talk is None and call.state in _UNSERVED else Step(call)


def begin(call: Call, at: int, zone: tzinfo) -> Step:
    """Ask for a recording of the talk that goes on, unless one runs already. One that was asked
    to stop is another file, whose end may be told after this one's beginning. Its folder goes by
    the day on which the call began in the site's `zone`."""
    running = call.recording and call.recording.state not in ("stopping", "stopped")
    if call.talk is None or running:
        return Step(call)
    recording = _next(call, call.talk, at, zone)
    begun = replace(call, recordings=(*call.recordings, recording))
    return Step(begun, actions=(actions.StartRecording(call.uuid, recording.storage_key),))


def end(call: Call) -> Step:
    """Ask for the end of the recording that runs; the switch tells when it is closed."""
    recording = call.recording
    if recording is None or recording.state in ("stopping", "stopped"):
        return Step(call)
    asked = with_recording(call, replace(recording, state="stopping"))
    return Step(asked, actions=(actions.StopRecording(call.uuid, recording.storage_key),))


def mask(call: Call, at: int, on: bool) -> Step:
    """Silence in the file, or sound again; the record's time line shows the gap."""
    recording = call.recording
    assert recording is not None
    asked = actions.MaskRecording(call.uuid, recording.storage_key, on)
    return replace(_masked(call, recording, at, on), actions=(asked,))


def not_masked(call: Call, at: int, asked: actions.MaskRecording) -> Step:
    """The switch did not do it: the file goes on as before, and the time line says so."""
    recording = find(call, asked.storage_key)
    if recording is None or recording.state != ("paused" if asked.on else "on"):
        return Step(call)
    return _masked(call, recording, at, not asked.on)


def _masked(call: Call, recording: Recording, at: int, on: bool) -> Step:
    changed = with_recording(call, replace(recording, state="paused" if on else "on"))
    type_ = "recording.paused" if on else "recording.resumed"
    offset_ms = max(0, at - recording.started_at)
    told = fact(call, type_, at, call.agent_no, n=recording.n, at_ms=offset_ms)
    return Step(changed, (told,))


def _next(call: Call, talk: Talk, at: int, zone: tzinfo) -> Recording:
    n = len(call.recordings) + 1
    day = datetime.fromtimestamp(call.started_at / 1000, zone)
    key = f"{day:%Y/%m/%d}/{call.contact_id}-{n}.wav"
    return Recording(n, key, talk.seq, "starting", at)


def find(call: Call, path: str) -> Recording | None:
    """The recording that is written to this file: its path on the switch, or its storage key."""
    return next((one for one in call.recordings if path.endswith(one.storage_key)), None)


def with_recording(call: Call, changed: Recording) -> Call:
    recordings = tuple(changed if one.n == changed.n else one for one in call.recordings)
    return replace(call, recordings=recordings)


def started(call: Call, event: switch_events.RecordingStarted) -> Step:
    recording = find(call, event.path)
    if recording is None or recording.state not in ("starting", "stopping"):
        return Step(call)
    state = "on" if recording.state == "starting" else recording.state
    running = replace(recording, state=state, started_at=event.at)
    told = fact(
        call,
        "recording.started",
        event.at,
        call.agent_no,
        n=recording.n,
        storage_key=recording.storage_key,
        talk_seq=recording.talk_seq,
        started_at=event.at,
    )
    return Step(with_recording(call, running), (told,))


def stopped(call: Call, event: switch_events.RecordingStopped) -> Step:
    """Closed by us, or by the end of the channel."""
    recording = find(call, event.path)
    if recording is None or recording.state == "stopped":
        return Step(call)
    told = fact(
        call,
        "recording.stopped",
        event.at,
        call.agent_no,
        n=recording.n,
        storage_key=recording.storage_key,
        ms=event.ms,
        bytes=event.bytes,
    )
    return Step(with_recording(call, replace(recording, state="stopped")), (told,))
