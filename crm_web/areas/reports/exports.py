"""Report files on disk and their rows. Used by the worker that makes them and by the page."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_web.areas.reports.metrics import DayReport, day_report
from crm_web.areas.reports.models import ReportRun
from crm_web.areas.reports.workbook import write_day
from crm_web.columns import utc_now

DAY_CALLS = "day_calls"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def daily_key(day: date) -> str:
    """Where the scheduled export of a day lies below the reports folder."""
    return f"{day:%Y/%m}/calls-{day.isoformat()}.xlsx"


def begin_daily(session: Session, day: date) -> int:
    """The row of the day's scheduled export, made or taken up again; returns its id."""
    key = daily_key(day)
    run = session.scalar(
        select(ReportRun).where(
            ReportRun.report == DAY_CALLS,
            ReportRun.storage_key == key,
            ReportRun.owner_id.is_(None),
        )
    )
    if run is None:
        run = ReportRun(report=DAY_CALLS, storage_key=key, params={"day": day.isoformat()})
        session.add(run)
    run.status, run.error, run.started_at, run.finished_at = "running", "", utc_now(), None
    session.flush()
    return run.id


def make_daily(session: Session, run_id: int, day: date, zone: ZoneInfo, folder: Path) -> str:
    """Write the file and finish the row; returns the storage key."""
    run = session.get_one(ReportRun, run_id)
    content, rows = to_excel(day_report(session, day, zone, step_min=15), zone)
    path = folder / daily_key(day)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(content)
    draft.replace(path)
    run.status, run.rows, run.bytes, run.finished_at = "done", rows, len(content), utc_now()
    return daily_key(day)


def fail(session: Session, run_id: int, error: str, at: datetime) -> None:
    """Note why the export did not come about."""
    run = session.get_one(ReportRun, run_id)
    run.status, run.error, run.finished_at = "failed", error[:2000], at


def to_excel(report: DayReport, zone: ZoneInfo) -> tuple[bytes, int]:
    """The report as the bytes of an Excel file, and its number of data rows."""
    target = io.BytesIO()
    rows = write_day(target, report, zone)
    return target.getvalue(), rows
