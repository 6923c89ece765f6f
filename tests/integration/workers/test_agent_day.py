"""An agent's own day, and a day's report with several agents on one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import Contact
from crm_web.areas.org.models import Agent
from crm_web.areas.reports.agent_day import AgentDay, agent_day
from crm_web.areas.reports.formulas import StateSums
from crm_web.areas.reports.metrics import day_report
from crm_web.columns import from_ms
from tests.integration.workers.facts import T0, a_whole_call, state
from tests.integration.workers.party_facts import a_consulted_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZONE)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'd.db'}", agents=("1001", "1002", "1003"))
    CallLog(made, ZONE).handle(entries(a_consulted_call()))
    yield made
    made.dispose()


def day_of(engine: Engine, number: str, now: int = 3_600_000) -> AgentDay:
    with Session(engine) as session:
        agent_id = session.scalars(select(Agent.id).where(Agent.agent_no == number)).one()
        end = MIDNIGHT + timedelta(days=1)
        return agent_day(session, agent_id, MIDNIGHT, end, from_ms(T0 + now))


def test_it_counts_a_minute_of_the_customer_once(engine: Engine) -> None:
    with Session(engine) as session:
        report = day_report(session, DAY, ZONE)
    total = report.total.talks
    assert (total.segments, total.assists) == (2, 1)
    assert total.talk_ms == 45_000 + 30_000, "the contact's own talk time"
    assert total.assist_ms == 15_000
    assert total.transfer_rate == 1.0 and total.primary == 1


def test_it_gives_each_agent_the_own_part(engine: Engine) -> None:
    first, second = day_of(engine, "1001").talks, day_of(engine, "1002").talks
    assert (first.segments, first.att_ms, first.acw_ms) == (1, 45_000, 10_000)
    assert (first.hold_rate, first.hold_avg_ms) == (1.0, 5_000)
    assert (second.segments, second.assists, second.att_ms) == (1, 1, 30_000)
    assert day_of(engine, "1003").talks.segments == 0


def test_it_leaves_the_offers_of_test_calls_out_as_the_report_does(engine: Engine) -> None:
    CallLog(engine, ZONE).handle(entries(a_whole_call()))
    assert day_of(engine, "1001").offers.missed == 1
    with Session(engine) as session:
        for contact in session.scalars(select(Contact)):
            contact.is_test = True
        session.commit()
        report = day_report(session, DAY, ZONE)
    assert day_of(engine, "1001").offers.missed == 0
    assert all(row.offers.missed == 0 for row in report.agents)


def test_it_counts_outgoing_talks_and_leaves_internal_ones_out(engine: Engine) -> None:
    for direction, count in (("outbound", 1), ("internal", 0)):
        with Session(engine) as session:
            session.scalars(select(Contact)).one().direction = direction
            session.commit()
        assert day_of(engine, "1001").talks.segments == count


def test_it_cuts_states_at_midnight_and_now(engine: Engine) -> None:
    before_midnight = -9 * 3_600_000  # T0 is 08:00
    changes = [
        state(before_midnight, "ready"),
        state(-7 * 3_600_000, "not_ready", "meal"),
        state(0, "ready"),
        state(600_000, "on_call"),
        state(1_200_000, "signed_out"),
        state(1_800_000, "ready"),
    ]
    CallLog(engine, ZONE).handle(entries(changes))
    found = day_of(engine, "1001", now=2_400_000).states
    hour = 3_600_000
    assert found == StateSums(ready=hour + 600_000 + 600_000, not_ready=7 * hour, on_call=600_000)
    assert found.ready_share == (hour + 1_800_000) / (8 * hour + 1_800_000)
