"""Deleting recordings whose time is over."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from crm_web.areas.calls import retention
from crm_web.areas.calls.models import Recording
from workers.jobs import job_session, reading_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)


@noted("purge-recordings")
def purge() -> str:
    """Delete the sound of every recording past its last day; says how many.

    The file goes first: a run that is cut off between file and row finds the row again and marks
    it. Files are deleted while no transaction is open. One that can't be deleted is left for the
    next night and holds up no other. Raises ArchiveAway, with nothing deleted of what may lie
    there too: a row never says "purged" of a sound that is kept.
    """
    settings = Settings.from_env()
    purged, left = purge_until(settings, datetime.now(settings.time_zone).date())
    log.info("%d recordings purged, %d could not be", purged, left)
    return f"{purged} purged" + (f", {left} can't be deleted and stay" if left else "")


def purge_until(settings: Settings, today: date) -> tuple[int, int]:
    """(purged, left)."""
    while _set_ends(settings, today) == retention.BATCH:
        pass
    purged = left = after = 0
    while True:
        with reading_session(settings) as session:
            rows = retention.due(session, today, after)
            due = [(row.id, row.storage_key) for row in rows]
        done = _delete(settings, due)
        purged, left = purged + done, left + len(due) - done
        if len(due) < retention.BATCH:
            return purged, left
        after = due[-1][0]


def _set_ends(settings: Settings, today: date) -> int:
    with job_session(settings) as session:
        found = retention.without_end(session, today)
        for recording in found:
            retention.set_end(session, recording, settings.time_zone)
        return len(found)


def _delete(settings: Settings, due: Sequence[tuple[int, str]]) -> int:
    """Of how many the sound is gone. Their rows say so whatever comes after."""
    gone: list[int] = []
    try:
        for row_id, key in due:
            try:
                settings.recordings.delete(key)
                gone.append(row_id)
            except OSError as error:
                log.warning("recording %s can't be deleted: %s", key, error)
    finally:
        _mark(settings, gone)
    return len(gone)


def _mark(settings: Settings, gone: Sequence[int]) -> None:
    if not gone:
        return
    with job_session(settings) as session:
        for recording in session.scalars(select(Recording).where(Recording.id.in_(gone))):
            retention.mark_purged(session, recording)
