"""Deleting recordings whose time is over."""

from __future__ import annotations

import logging
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_web.areas.calls import retention
from crm_web.recording_store import Store
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)


@noted("purge-recordings")
def purge() -> int:
    """Delete the sound of every recording past its last day; returns how many.

    The file goes first: a run that is cut off between file and row finds the row again and marks
    it. In batches, so that no transaction holds the database for long. Raises ArchiveAway, with
    nothing deleted of what may lie there too: a row never says "purged" of a sound that is kept.
    """
    settings = Settings.from_env()
    today = datetime.now(settings.time_zone).date()
    total = 0
    while True:
        with job_session(settings) as session:
            done = purge_batch(session, settings.recordings, settings.time_zone, today)
        total += done
        if done < retention.BATCH:
            log.info("%d recordings purged", total)
            return total


def purge_batch(session: Session, store: Store, zone: ZoneInfo, today: date) -> int:
    """The same on a given session, at most one batch."""
    for recording in retention.without_end(session):
        retention.set_end(session, recording, zone)
    session.flush()
    found = retention.due(session, today)
    for recording in found:
        store.delete(recording.storage_key)
        retention.mark_purged(session, recording)
    return len(found)
