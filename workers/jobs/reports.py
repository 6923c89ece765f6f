"""Reports made on schedule."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from crm_web.areas.reports import exports
from crm_web.columns import utc_now
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings


@noted("daily-export")
def daily_export(day: str | None = None) -> str:
    """Write the call report of a local day (ISO; default yesterday) as Excel; returns its key.

    A day that was exported before is written again under the same name and row: late events of
    the day are in the newer file.
    """
    settings = Settings.from_env()
    yesterday = datetime.now(settings.time_zone).date() - timedelta(days=1)
    wanted = date.fromisoformat(day) if day else yesterday
    with job_session(settings) as session:
        run_id = exports.begin_daily(session, wanted)
    try:
        with job_session(settings) as session:
            key = exports.make_daily(
                session, run_id, wanted, settings.time_zone, settings.reports_dir
            )
    except Exception as error:
        with job_session(settings) as session:
            exports.fail(session, run_id, f"{type(error).__name__}: {error}", utc_now())
        raise
    return key
