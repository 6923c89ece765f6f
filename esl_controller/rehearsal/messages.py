"""The application `record`: a caller's message, written as a real mono WAV file."""
from __future__ import annotations

import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from esl_controller.rehearsal import media
from esl_controller.rehearsal.apps import expand

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session


def record(session: Session, data: str) -> None:
    """path [limit [threshold [silence]]]: ends by a key of `playback_terminators`, the limit or
    the hang-up. The simulated caller never falls silent. A path that can't be written ends the
    call, as on the real switch."""
    words = expand(session, data).split()
    path, limit_s = words[0], float(words[1]) if len(words) > 1 else None
    stops = session.var("playback_terminators", "*")
    stops = {"none": "", "any": "0123456789*#"}.get(stops, stops)
    session.variables.pop("playback_terminator_used", None)
    try:
        file = wave.open(path, "wb")
    except OSError:
        session.hang_up("DESTINATION_OUT_OF_ORDER")
        session.check()
        return
    began = time.monotonic()
    session.fire("RECORD_START", {"Record-File-Path": path})
    try:
        _listen(session, limit_s, stops)
    finally:
        _write(session, file, time.monotonic() - began)
        session.variables["record_file_size"] = str(Path(path).stat().st_size)
        session.fire("RECORD_STOP", {"Record-File-Path": path})


def _listen(session: Session, limit_s: float | None, stops: str) -> None:
    until = None if limit_s is None else time.monotonic() + limit_s
    while True:
        left = None if until is None else max(until - time.monotonic(), 0)
        reason = session.wait(left, keys=True)
        if reason == "timeout":
            return
        if reason == "digit":
            key = session.take_digit()
            if key and key in stops:
                session.variables["playback_terminator_used"] = key
                return


def _write(session: Session, file: wave.Wave_write, seconds: float) -> None:
    """What the caller said in that time: the voice given to it, or its tone."""
    count = int(seconds * media.RATE)
    voice = session.var("rehearsal_voice")
    samples = media.voice(voice) if voice else media.tone(media.CALLER_HZ)
    with file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(media.RATE)
        file.writeframes(media.piece(samples, 0, count).tobytes())
    session.variables.update(
        record_ms=str(int(seconds * 1000)), record_seconds=str(int(seconds)),
        record_samples=str(count))
