"""After a recording stopped: is the file there, how long is it, what does it look like."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from crm_web.areas.calls import retention
from crm_web.areas.calls.models import Recording
from crm_web.columns import utc_now
from crm_web.recording_store import ArchiveAway, Store, digest_of, peaks_beside
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.jobs.wave_peaks import NotAudio, Outline, outline_of
from workers.settings import Settings

log = logging.getLogger(__name__)

# Files are looked for again this long: a node that was away brings its recordings later.
_RECHECK_FOR = timedelta(days=7)
_SETTLED = timedelta(minutes=5)


def finish(storage_key: str) -> str:
    """Measure one recording and set its status; returns it. May run any number of times."""
    settings = Settings.from_env()
    with job_session(settings) as session:
        found = session.scalar(
            select(Recording).where(Recording.storage_key == storage_key).with_for_update()
        )
        if found is None:
            raise LookupError(f"no recording has the key {storage_key}")
        _measure(found, settings.recordings)
        retention.set_end(session, found, settings.time_zone)
        return found.status


@noted("recheck-recordings")
def recheck() -> int:
    """Look again for files that were missing or whose end was never told; returns how many."""
    settings = Settings.from_env()
    now = utc_now()
    with job_session(settings) as session:
        candidates = session.scalars(
            select(Recording)
            .where(Recording.status.in_(("missing", "recording")))
            .where(Recording.started_at > now - _RECHECK_FOR)
            .where(Recording.created_at < now - _SETTLED)
        ).all()
        for recording in candidates:
            _measure(recording, settings.recordings)
            retention.set_end(session, recording, settings.time_zone)
        return len(candidates)


def _measure(recording: Recording, store: Store) -> None:
    try:
        path = store.find(recording.storage_key)
    except ArchiveAway as error:
        log.warning("recording %s: %s; looked for again", recording.storage_key, error)
        return
    if path is None:
        recording.status = "missing"
        log.warning("recording %s: there is no file", recording.storage_key)
        return
    recording.bytes = path.stat().st_size
    recording.sha256 = digest_of(path)
    try:
        outline = outline_of(path)
    except NotAudio as error:
        recording.status = "corrupt"
        log.warning("recording %s: %s", recording.storage_key, error)
        return
    _save_peaks(path, outline)
    recording.ms, recording.channels = outline.ms, outline.channels
    recording.status = "complete"


def _save_peaks(path: Path, outline: Outline) -> None:
    """Whole or not at all: a page never reads half of it."""
    target = peaks_beside(path)
    draft = target.with_name(target.name + ".new")
    draft.write_text(json.dumps({"ms": outline.ms, "peaks": outline.peaks}, separators=(",", ":")))
    draft.replace(target)
