"""Comparing recordings with call records every night."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.gaps import LOOK_BACK, Check, write_down
from crm_web.areas.system.models import JobRun
from crm_web.columns import utc_now
from workers.jobs import job_session, reading_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)
NAME = "compare-recordings"
_OVERLAP = timedelta(days=1)  # calls that were under way when the last run looked


@noted(NAME)
def compare() -> int:
    """Find files without record, records without file and talks that should have been recorded;
    returns how many gaps are open. While the archive is away the gaps stay as they are.

    The long part only reads: agents go on saving while every file is looked for.
    """
    settings = Settings.from_env()
    now = utc_now()
    with reading_session(settings) as session:
        since = begin_of(session, now)
        findings = Check(session, settings.recordings, settings.time_zone, now, since).run()
    with job_session(settings) as session:
        still_open = write_down(session, findings, now)
    if still_open:
        log.warning("%d gaps between recordings and call records", still_open)
    return still_open


def begin_of(session: Session, now: datetime) -> datetime:
    """From when on days are compared: some days back, or from the last run that came to its end,
    so that no day is left out however long the archive was away."""
    runs = select(func.max(JobRun.started_at)).where(JobRun.name == NAME)
    last = session.scalar(runs.where(JobRun.status == "done"))
    if last is None:  # none has yet, or not for as long as runs are remembered
        last = session.scalar(select(func.min(JobRun.started_at)).where(JobRun.name == NAME))
    usual = now - LOOK_BACK
    return usual if last is None else min(usual, last - _OVERLAP)
