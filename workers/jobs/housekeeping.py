"""Deleting what is only needed for a while."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from crm_web.areas.system.models import EventInbox
from crm_web.columns import utc_now
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings

# Longer than the stream can hold an event that might come again.
KEEP_INBOX = timedelta(days=7)


@noted("clear-old-marks")
def clear() -> int:
    """Remove handled-event marks older than KEEP_INBOX; returns how many."""
    with job_session(Settings.from_env()) as session:
        old = delete(EventInbox).where(EventInbox.received_at < utc_now() - KEEP_INBOX)
        return int(session.execute(old).rowcount)  # type: ignore[attr-defined]


@noted("clear-old-cdr")
def clear_cdr() -> int:
    """Remove the switch's call detail records older than CDR_KEEP_DAYS; returns how many.

    By then the call log has long had them, and the job that closes lost contacts too.
    """
    settings = Settings.from_env()
    oldest = (utc_now() - settings.cdr_kept).timestamp()
    old = [file for file in settings.cdr_dir.glob("*.cdr.json") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
