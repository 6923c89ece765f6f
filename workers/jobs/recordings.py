"""After a recording stopped: is the file there, how long is it, what does it look like."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from crm_web.areas.calls import retention
from crm_web.areas.calls.models import Recording
from crm_web.columns import utc_now
from crm_web.recording_store import ArchiveAway, Store, digest_of, peaks_beside
from workers.jobs import job_session, reading_session
from workers.jobs.runs import noted
from workers.jobs.wave_peaks import NotAudio, Outline, outline_of
from workers.settings import Settings

log = logging.getLogger(__name__)

# Younger ones are measured when their recording ends.
_SETTLED = timedelta(minutes=5)


@dataclass(frozen=True)
class Found:
    """What was found where a recording should be; `outline` None for what is no sound."""

    status: str
    bytes: int | None = None
    sha256: str | None = None
    outline: Outline | None = None


def finish(storage_key: str) -> str:
    """Measure one recording and set its status; returns it. May run any number of times."""
    settings = Settings.from_env()
    with reading_session(settings) as session:
        known = select(Recording.id).where(Recording.storage_key == storage_key)
        if session.scalar(known) is None:
            raise LookupError(f"no recording has the key {storage_key}")
    try:
        found = look(settings.recordings, storage_key)
    except ArchiveAway as error:
        log.warning("recording %s: %s; looked for again", storage_key, error)
        found = None
    return _write_down(settings, storage_key, found)


@noted("recheck-recordings")
def recheck() -> str:
    """Look again for files that were missing or whose end was never told; says how many came.

    However old they are: a node that was away for a month brings its recordings then. Measuring
    takes as long as the files are big, so no transaction is open meanwhile.
    """
    settings = Settings.from_env()
    with reading_session(settings) as session:
        awaited = session.execute(
            select(Recording.storage_key, Recording.status)
            .where(Recording.status.in_(("missing", "recording")))
            .where(Recording.created_at < utc_now() - _SETTLED)
            .order_by(Recording.id)
        ).all()
    came = failed = 0
    for key, status in awaited:
        try:
            found = look(settings.recordings, key)
        except (ArchiveAway, OSError) as error:
            log.warning("recording %s: %s; looked for again", key, error)
            failed += 1
            continue
        if found.status != status:
            _write_down(settings, key, found)
        came += found.status != "missing"
    return f"{came} of {len(awaited)} came" + (f", {failed} can't be read" if failed else "")


def look(store: Store, key: str) -> Found:
    """Find, measure and draw the file. Raises ArchiveAway, and OSError for a file that can't be
    read."""
    path = store.find(key)
    if path is None:
        log.warning("recording %s: there is no file", key)
        return Found("missing")
    size, digest = path.stat().st_size, digest_of(path)
    try:
        outline = outline_of(path)
    except NotAudio as error:
        log.warning("recording %s: %s", key, error)
        return Found("corrupt", size, digest)
    _save_peaks(path, outline)
    return Found("complete", size, digest, outline)


def _write_down(settings: Settings, key: str, found: Found | None) -> str:
    """One row in a transaction of its own; what was purged meanwhile stays purged."""
    with job_session(settings) as session:
        row = session.scalars(
            select(Recording).where(Recording.storage_key == key).with_for_update()
        ).one()
        if row.status == "purged":
            return row.status
        if found is not None:
            row.status = found.status
            if found.bytes is not None:
                row.bytes, row.sha256 = found.bytes, found.sha256
            if found.outline is not None:
                row.ms, row.channels = found.outline.ms, found.outline.channels
        retention.set_end(session, row, settings.time_zone)
        return row.status


def _save_peaks(path: Path, outline: Outline) -> None:
    """Whole or not at all: a page never reads half of it."""
    target = peaks_beside(path)
    draft = target.with_name(target.name + ".new")
    draft.write_text(json.dumps({"ms": outline.ms, "peaks": outline.peaks}, separators=(",", ":")))
    draft.replace(target)
