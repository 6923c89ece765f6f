"""Comparing recordings with call records every night."""

from __future__ import annotations

import logging

from crm_web.areas.calls.gaps import Check
from crm_web.columns import utc_now
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)


@noted("compare-recordings")
def compare() -> int:
    """Find files without record, records without file and talks that should have been recorded;
    returns how many gaps are open. While the archive is away the gaps stay as they are."""
    settings = Settings.from_env()
    with job_session(settings) as session:
        check = Check(session, settings.recordings, settings.time_zone, utc_now())
        still_open = check.run()
    if still_open:
        log.warning("%d gaps between recordings and call records", still_open)
    return still_open
