"""Deleting recordings whose time is over."""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_web.areas.calls import retention
from workers.jobs import job_session
from workers.jobs.recordings import PEAKS_SUFFIX
from workers.settings import Settings

log = logging.getLogger(__name__)


def purge() -> int:
    """Delete the sound of every recording past its last day; returns how many.

    The file goes first: a run that is cut off between file and row finds the row again and marks
    it. In batches, so that no transaction holds the database for long.
    """
    settings = Settings.from_env()
    today = datetime.now(settings.time_zone).date()
    total = 0
    while True:
        with job_session(settings) as session:
            done = purge_batch(session, settings.recordings_dir, settings.time_zone, today)
        total += done
        if done < retention.BATCH:
            log.info("%d recordings purged", total)
            return total


def purge_batch(session: Session, folder: Path, zone: ZoneInfo, today: date) -> int:
    """The same on a given session, at most one batch."""
    for recording in retention.without_end(session):
        retention.set_end(session, recording, zone)
    session.flush()
    found = retention.due(session, today)
    for recording in found:
        path = folder / recording.storage_key
        path.unlink(missing_ok=True)
        path.with_name(path.name + PEAKS_SUFFIX).unlink(missing_ok=True)
        retention.mark_purged(session, recording)
    return len(found)
