"""uuid_record: real stereo WAV files, written while the call goes on."""
from __future__ import annotations

import array
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import gevent

from esl_controller.rehearsal import media
from esl_controller.rehearsal.hearing import is_heard

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session


@dataclass
class Recording:
    """One open file. `samples` is what it holds so far, per channel."""

    session: Session
    path: str
    file: wave.Wave_write
    began: float
    samples: int = 0
    masked: bool = False


class Recorder:
    """All running recordings of the switch, by channel and path."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Recording] = {}
        self._writer: gevent.Greenlet | None = None

    def start(self, session: Session, path: str) -> bool:
        """Begin; False if the file cannot be made. A second start of the same path changes
        nothing and succeeds, as on the real switch."""
        key = (session.uuid, path)
        if key in self._open:
            return True
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            file = wave.open(path, "wb")
        except OSError:
            return False
        stereo = session.var("RECORD_STEREO") == "true"
        file.setnchannels(2 if stereo else 1)
        file.setsampwidth(2)
        file.setframerate(media.RATE)
        self._open[key] = Recording(session, path, file, time.monotonic())
        session.fire("RECORD_START", {"Record-File-Path": path})
        session.fire("MEDIA_BUG_START", _bug(path))
        if self._writer is None or self._writer.dead:
            self._writer = gevent.spawn(self._write_on)
        return True

    def mask(self, session: Session, path: str, masked: bool) -> bool:
        """Silence (or unsilence) what follows; False when nothing records there."""
        recording = self._open.get((session.uuid, path))
        if recording is None:
            return False
        self._catch_up(recording)
        recording.masked = masked
        return True

    def stop(self, session: Session, path: str) -> bool:
        """End and close; `all` ends every recording of the channel."""
        if path == "all":
            return self.stop_all(session)
        recording = self._open.pop((session.uuid, path), None)
        if recording is None:
            return False
        self._catch_up(recording)
        recording.file.close()
        length = recording.samples
        session.variables.update(
            record_file_size=str(Path(path).stat().st_size if Path(path).exists() else 0),
            record_samples=str(length),
            record_seconds=str(length // media.RATE),
            record_ms=str(length * 1000 // media.RATE),
            record_completion_cause="success-maxtime",
        )
        session.fire("RECORD_STOP", {
            "Record-File-Path": path, "Record-Completion-Cause": "success-maxtime"})
        session.fire("MEDIA_BUG_STOP", _bug(path))
        return True

    def stop_all(self, session: Session) -> bool:
        """End every recording of a channel; False if there was none."""
        paths = [path for uuid, path in self._open if uuid == session.uuid]
        return any([self.stop(session, path) for path in paths])

    def keep_up(self, session: Session) -> None:
        """Write down what was said until now, before the channel's partner changes."""
        for recording in list(self._open.values()):
            if recording.session is session:
                self._catch_up(recording)

    def close(self) -> None:
        """Finish all files (the switch stops)."""
        for recording in list(self._open.values()):
            self.stop(recording.session, recording.path)
        if self._writer is not None:
            self._writer.kill()

    def _write_on(self) -> None:
        while self._open:
            gevent.sleep(1)
            for recording in list(self._open.values()):
                self._catch_up(recording)

    def _catch_up(self, recording: Recording) -> None:
        due = int((time.monotonic() - recording.began) * media.RATE)
        count = due - recording.samples
        if count <= 0:
            return
        both = array.array("h", bytes(4 * count))
        if not recording.masked:
            both[0::2] = _spoken(recording.session, recording.samples, count)
            peer = recording.session.peer
            if peer and recording.session.var("RECORD_READ_ONLY") != "true":
                both[1::2] = _spoken(peer, recording.samples, count)
        recording.file.writeframes(_as_wanted(both, recording.file.getnchannels()).tobytes())
        recording.samples = due


def _as_wanted(both: array.array[int], channels: int) -> array.array[int]:
    """Both sides beside each other, or mixed into one."""
    if channels == 2:
        return both
    pairs = zip(both[0::2], both[1::2])
    return array.array("h", (max(-32768, min(32767, one + other)) for one, other in pairs))


def _spoken(session: Session, start: int, count: int) -> array.array[int]:
    """What this party said in that stretch: its voice file, its tone, or nothing."""
    if not is_heard(session):
        return array.array("h", bytes(2 * count))
    if session.direction == "outbound":
        return media.piece(media.tone(media.AGENT_HZ), start, count)
    path = session.var("rehearsal_voice")
    samples = media.voice(path) if path else media.tone(media.CALLER_HZ)
    return media.piece(samples, start, count)


def _bug(path: str) -> dict[str, str | list[str]]:
    return {"Media-Bug-Function": "session_record", "Media-Bug-Target": path}
