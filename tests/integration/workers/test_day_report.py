"""The day's figures from rows that the call log wrote."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import Contact
from crm_web.areas.reports import exports
from crm_web.areas.reports.metrics import day_report
from crm_web.areas.reports.models import ReportRun
from tests.integration.workers.facts import a_whole_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'r.db'}")
    CallLog(made, ZONE).handle(entries(a_whole_call()))
    yield made
    made.dispose()


def test_it_counts_a_call_in_the_bucket_it_arrived_in(engine: Engine) -> None:
    with Session(engine) as session:
        report = day_report(session, DAY, ZONE, step_min=15)
    assert len(report.buckets) == 96
    row = report.buckets[32]
    assert row.start.strftime("%H:%M") == "08:00"
    assert (row.contacts.calls, row.visits.offered, row.talks.segments) == (1, 1, 1)
    assert report.total.visits.answered_in_target == 1 and report.total.visits.asa_ms == 12_000
    assert report.total.talks.aht_ms == 105_000
    assert report.total.contacts.containment == 0.0
    assert [(r.code, r.visits.offered) for r in report.queues] == [("general", 1)]
    misses = {r.agent_no: (r.offers.missed, r.talks.segments) for r in report.agents}
    assert misses == {"1001": (1, 0), "1002": (0, 1)}


def test_it_leaves_other_days_test_calls_and_other_queues_out(engine: Engine) -> None:
    with Session(engine) as session:
        assert day_report(session, date(2026, 11, 22), ZONE).total.visits.offered == 0
        assert day_report(session, DAY, ZONE, queue="other").total.visits.offered == 0
        session.query(Contact).update({"is_test": True})
        assert day_report(session, DAY, ZONE).total.visits.offered == 0
        assert day_report(session, DAY, ZONE).total.contacts.calls == 0


def test_it_shows_only_the_agents_that_the_reader_may_see(engine: Engine) -> None:
    with Session(engine) as session:
        assert day_report(session, DAY, ZONE, agent_ids=set()).agents == []


def test_it_writes_numbers_into_excel(engine: Engine) -> None:
    with Session(engine) as session:
        content, rows = exports.to_excel(day_report(session, DAY, ZONE), ZONE)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["时段", "队列", "坐席"]
    sheet = book.get_sheet_by_name("队列").to_python()
    assert sheet[1][:3] == ["队列", "目标(秒)", "进队量"]
    assert sheet[2][0] == "综合" and sheet[2][2] == 1.0
    assert rows == 25 + 1 + 2


def test_it_exports_a_day_once_however_often_it_runs(engine: Engine, tmp_path: Path) -> None:
    for _ in range(2):
        with Session(engine) as session, session.begin():
            run_id = exports.begin_daily(session, DAY)
            key = exports.make_daily(session, run_id, DAY, ZONE, tmp_path)
    assert (tmp_path / key).is_file()
    with Session(engine) as session:
        (run,) = session.query(ReportRun).all()
        assert (run.status, run.rows) == ("done", 97 + 1 + 2)


@pytest.mark.parametrize(
    ("dropped", "outcome", "contained"),
    [
        (("queue.", "agent.", "talk.", "wrap_up."), "self_service", 1.0),
        (("queue.", "agent."), "answered", 0.0),
        (("queue.", "agent.", "talk.", "wrap_up."), "transferred_out", 0.0),
    ],
)
def test_it_counts_a_caller_whom_the_menu_put_through_as_served_by_people(
    tmp_path: Path, dropped: tuple[str, ...], outcome: str, contained: float
) -> None:
    told = []
    for event in a_whole_call():
        changes = {"flow.ended": {"goal_code": "bill"}, "contact.ended": {"outcome": outcome}}
        body = {**event.body, **changes.get(event.type, {})}
        if not event.type.startswith(dropped):
            told.append(replace(event, body=body))
    made = make_database(f"sqlite:///{tmp_path / 'm.db'}")
    CallLog(made, ZONE).handle(entries(told))
    with Session(made) as session:
        assert day_report(session, DAY, ZONE).total.contacts.containment == contained
    made.dispose()
