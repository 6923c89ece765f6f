"""What the demonstration city has not by itself: a call of several agents with its recording and
a supervisor who listened, a message, a gap, runs of jobs. For pages that would be empty."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import Recording, RecordingGap
from crm_web.areas.system.models import JobRun, RepairLog
from crm_web.columns import utc_now
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import new_ulid
from tests.browser.stage import Site, now_ms
from tests.integration.workers.facts import T0, event
from tests.integration.workers.party_facts import a_consulted_call
from tests.integration.workers.seeds import entries
from workers.consumers.call_log import CallLog
from workers.database import open_engine
from workers.jobs.recordings import _save_peaks  # the player's wave
from workers.jobs.wave_peaks import outline_of

SUPERVISOR = {"1003": "2001"}  # who listens in the shared story, and who does here
HOUR_MS = 3_600_000


def fill(site: Site) -> str:
    """Returns the id of the contact with everything in it."""
    contact, message = new_ulid(), new_ulid()
    engine = open_engine(f"sqlite:///{site.home / 'clearline.db'}")
    key, said = f"2026/11/23/{contact}-1.wav", f"2026/11/23/{message}-901.wav"
    recorded = [
        event("recording.started", 10_000, "1001", n=1, storage_key=key, talk_seq=1,
              started_at=T0 + 10_000),
        event("recording.paused", 20_000, "1001", n=1, at_ms=10_000),
        event("recording.resumed", 25_000, "1001", n=1, at_ms=15_000),
        event("recording.stopped", 70_000, "1001", n=1, storage_key=key, talk_seq=1,
              started_at=T0 + 10_000, ms=50_000, bytes=0),
    ]  # fmt: skip
    left = event("voicemail.left", 8_000, n=901, storage_key=said, left_at=now_ms(), ms=3000,
                 queue="general", agent_no=None, account_no=None)  # fmt: skip
    log = CallLog(engine, ZoneInfo("Asia/Shanghai"))
    log.handle(entries(_as(contact, [*a_consulted_call(), *recorded])))
    log.handle(entries(_as(message, [left])))
    for name, seconds, channels in ((key, 50, 2), (said, 3, 1)):
        _sound(site.home / "recordings" / name, seconds, channels)
    _more(engine, key)
    engine.dispose()
    return contact


def _as(contact: str, events: list[Envelope]) -> Iterator[Envelope]:
    """The same story an hour ago, in another contact, with a supervisor who is one."""
    shift = now_ms() - HOUR_MS - T0
    for one in events:
        body = {
            name: value + shift if name == "at" or name.endswith("_at") else value
            for name, value in one.body.items()
        }
        yield replace(
            one, id=new_ulid(), contact_id=contact, at=one.at + shift, body=body,
            agent_no=SUPERVISOR.get(one.agent_no or "", one.agent_no),
        )  # fmt: skip


def _sound(path: Path, seconds: int, channels: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rate = 8000
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        for n in range(seconds * 10):
            loud = int(9000 * abs(math.sin(n / 7)) * (n % 3))
            block = [int(loud * math.sin(i / 6)) for i in range(rate // 10)]
            sound.writeframes(b"".join(struct.pack("<h", v) * channels for v in block))
    _save_peaks(path, outline_of(path))


def _more(engine: Engine, key: str) -> None:
    now = utc_now()
    with Session(engine) as session:
        session.execute(update(Recording).values(status="complete"))
        session.execute(update(Recording).where(Recording.storage_key == key).values(ms=50_000))
        session.add(RecordingGap(kind="file_without_row", subject="2026/11/22/x-1.wav",
                                 found_at=now))  # fmt: skip
        session.add(JobRun(name="archive-recordings", status="done", started_at=now,
                           finished_at=now, ms=812, detail="37 moved"))  # fmt: skip
        session.add(RepairLog(at=now, node="fs1", kind="agent_missing", subject="1001", ok=True))
        session.commit()
