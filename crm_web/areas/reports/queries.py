"""What the report pages read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web.areas.org.models import Agent, Queue
from crm_web.areas.reports.agent_day import AgentDay, agent_day
from crm_web.areas.reports.metrics import DayReport, QueueRow, day_report, queue_day
from crm_web.areas.reports.models import ReportRun
from crm_web.columns import utc_now
from crm_web.errors import NotFound
from crm_web.extensions import db
from crm_web.localtime import day_bounds, site_zone, today
from crm_web.security import me, within

LISTED_RUNS = 30


def report_of(day: date, step_min: int, queue: str) -> DayReport:
    """The day's report with the agents that the reader may see."""
    return day_report(
        db.session(),
        day,
        site_zone(),
        step_min=step_min,
        queue=queue,
        agent_ids=_visible_agents(),
    )


def agent_today(agent_id: int) -> AgentDay:
    """An agent's (row id) figures of the site's day so far."""
    begin, end = day_bounds(today())
    return agent_day(db.session(), agent_id, begin, end, utc_now())


def queues_today() -> list[QueueRow]:
    """The visits of each queue on the site's day so far."""
    begin, end = day_bounds(today())
    return queue_day(db.session(), begin, end)


def _visible_agents() -> set[int] | None:
    """Agents within the reader's reach of report.view; None = all."""
    if me().scope("report.view") == "all":
        return None
    return set(db.session.scalars(within(select(Agent.id), "report.view", agent=Agent.id)))


def queue_choices() -> list[tuple[str, str]]:
    """(code, name) of the queues in use."""
    query = select(Queue.code, Queue.name).where(Queue.active).order_by(Queue.sort, Queue.code)
    return [(code, name) for code, name in db.session.execute(query)]


def scheduled_runs() -> Sequence[ReportRun]:
    """The newest exports made on schedule."""
    return db.session.scalars(
        select(ReportRun)
        .where(ReportRun.owner_id.is_(None))
        .order_by(ReportRun.storage_key.desc())
        .limit(LISTED_RUNS)
    ).all()


def get_run(pub: str) -> ReportRun:
    """A finished scheduled export; raises NotFound."""
    run = db.session.scalar(
        select(ReportRun).where(ReportRun.pub == pub, ReportRun.owner_id.is_(None))
    )
    if run is None or run.status != "done" or not run.storage_key:
        raise NotFound(_("没有这份导出"))
    return run
