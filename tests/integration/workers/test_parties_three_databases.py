"""The record of a call with several agents, its figures and its nightly jobs on every database."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from crm_web.areas.calls.gaps import Check, write_down
from crm_web.areas.reports.metrics import day_report
from crm_web.columns import from_ms
from crm_web.recording_store import Store
from tests.database import KINDS, running_database
from tests.integration.workers.facts import T0
from tests.integration.workers.party_facts import a_consulted_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog
from workers.jobs.gaps import begin_of
from workers.jobs.retention import purge_until
from workers.settings import Settings

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_counts_compares_and_purges_alike(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_database(kind) as url:
        engine = make_database(url, agents=("1001", "1002", "1003"))
        for _ in range(2):
            CallLog(engine, ZONE).handle(entries(a_consulted_call()))
        with Session(engine) as session:
            talks = day_report(session, DAY, ZONE).total.talks
            assert (talks.segments, talks.assists, talks.talk_ms) == (2, 1, 75_000)
            now = from_ms(T0 + 8 * 3_600_000)
            check = Check(session, Store(tmp_path), ZONE, now, begin_of(session, now))
            assert write_down(session, check.run(), now) == 0
        monkeypatch.setenv("CLEARLINE_HOME", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", url)
        assert purge_until(Settings.from_env(), DAY) == (0, 0)
        engine.dispose()
