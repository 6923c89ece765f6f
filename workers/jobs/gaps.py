"""Comparing recordings with call records every night."""

from __future__ import annotations

import logging

from crm_web.areas.calls.gaps import Check
from crm_web.columns import utc_now
from workers.jobs import job_session
from workers.settings import Settings

log = logging.getLogger(__name__)


def compare() -> int:
    """Find files without record, records without file and talks that should have been recorded;
    returns how many gaps are open."""
    settings = Settings.from_env()
    with job_session(settings) as session:
        check = Check(session, settings.recordings_dir, settings.time_zone, utc_now())
        still_open = check.run()
    if still_open:
        log.warning("%d gaps between recordings and call records", still_open)
    return still_open
