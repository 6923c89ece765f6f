"""The record and the report are the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import AgentStateInterval, Contact, WrapUp
from crm_web.areas.reports.metrics import day_report
from tests.database import KINDS, running_database
from tests.integration.workers.facts import a_whole_call, state
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.database
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", KINDS)
def test_it_writes_and_counts_the_same_on_every_database(kind: str) -> None:
    with running_database(kind) as url:
        engine = make_database(url)
        log = CallLog(engine, ZONE)
        states = [state(0, "not_ready", "meal"), state(9_000, "ready"), state(5_000, "on_call")]
        for _ in range(2):
            log.handle(entries([*a_whole_call(), *states]))
        with Session(engine) as session:
            assert session.scalars(select(Contact)).one().wrap_ms == 45_000
            assert session.scalars(select(WrapUp)).one().talk_segment_id is not None
            intervals = select(func.count()).select_from(AgentStateInterval)
            assert session.scalar(intervals) == 3
            report = day_report(session, date(2026, 11, 23), ZONE, step_min=15)
        engine.dispose()
    rows = [row for row in report.buckets if row.visits.offered]
    assert [(r.start.strftime("%H:%M"), r.contacts.calls, r.talks.segments) for r in rows] == [
        ("08:00", 1, 1)
    ]
    assert report.total.visits.asa_ms == 12_000 and report.total.talks.aht_ms == 105_000
    assert [(a.agent_no, a.offers.missed) for a in report.agents] == [("1001", 1), ("1002", 0)]
