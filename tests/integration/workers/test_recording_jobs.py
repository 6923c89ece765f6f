"""Keeping recordings for their time, and the nightly comparison with the call records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls import retention
from crm_web.areas.calls.gaps import Check, write_down
from crm_web.areas.calls.models import (
    Contact,
    Recording,
    RecordingGap,
    RecordingRule,
    TalkSegment,
)
from crm_web.areas.org.models import Agent, ConfigSnapshot
from crm_web.areas.system.models import JobRun
from crm_web.columns import from_ms, utc_now
from crm_web.recording_store import Store
from tests.integration.workers.facts import CONTACT, T0, a_whole_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog
from workers.database import open_engine
from workers.jobs import gaps, recordings
from workers.jobs.gaps import begin_of
from workers.jobs.retention import purge_until
from workers.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
KEY = f"2026/11/23/{CONTACT}-1.wav"
NIGHT = from_ms(T0 + 20 * 3_600_000)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEARLINE_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL", "RECORDINGS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{home / 'clearline.db'}")
    CallLog(made, ZONE).handle(entries(a_whole_call()))
    yield made
    made.dispose()


def sound(home: Path, key: str = KEY) -> Path:
    path = home / "recordings" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF")
    long_ago = NIGHT.timestamp() - 10 * 3600
    os.utime(path, (long_ago, long_ago))
    return path


def change(engine: Engine, **values: object) -> None:
    with Session(engine) as session:
        recording = session.scalars(select(Recording)).one()
        for name, value in values.items():
            setattr(recording, name, value)
        session.commit()


def purge(engine: Engine, home: Path, today: date) -> int:
    return purge_until(Settings.from_env(), today)[0]


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ([], 100),
        ([("queue", "general", 30)], 30),
        ([("queue", "general", 30), ("agent", "1002", 60)], 60),
        # Left empty it is the default, as the page says, not what a wider rule would keep.
        ([("queue", "general", 30), ("agent", "1002", None)], 100),
    ],
)
def test_it_keeps_a_recording_as_long_as_the_nearest_rule_says(
    engine: Engine, home: Path, rules: list[tuple[str, str, int | None]], days: int
) -> None:
    with Session(engine) as session:
        session.add(RecordingRule(scope="default", keep_days=100))
        for scope, code, keep_days in rules:
            rule = RecordingRule(scope=scope, code=code, mode="always", keep_days=keep_days)
            session.add(rule)
        session.commit()
    recordings.finish(KEY)
    with Session(engine) as session:
        kept = session.scalars(select(Recording)).one().purge_after
    assert kept == date(2026, 11, 23) + timedelta(days=days)


@pytest.mark.parametrize(
    ("role", "begins", "ms", "days"),
    [
        ("transferee", 60_000, 59_990, 3650),
        ("transferee", 60_000, 0, 3650),  # not measured yet
        ("conference", 60_000, 59_990, 3650),
        ("transferee", 60_000, 39_500, 90),  # this one's file was closed as he began
        ("consult", 60_000, 59_990, 90),  # he never spoke with the caller
    ],
)
def test_given_one_file_over_a_transfer_then_the_longest_rule_of_its_talks_decides(
    engine: Engine, home: Path, role: str, begins: int, ms: int, days: int
) -> None:
    with Session(engine) as session:
        for agent_no, keep_days in (("1002", 90), ("1001", 3650)):
            rule = RecordingRule(scope="agent", code=agent_no, mode="always", keep_days=keep_days)
            session.add(rule)
        first = session.scalars(select(TalkSegment)).one()
        expert = session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
        first.ended_at, second_began = from_ms(T0 + begins), from_ms(T0 + begins)
        second = {"contact_id": first.contact_id, "seq": 2, "role": role, "agent_id": expert.id}
        ended_at = from_ms(T0 + 81_000)
        session.add(TalkSegment(started_at=second_began, ended_at=ended_at, **second))
        session.commit()
    change(engine, ms=ms)
    recordings.finish(KEY)
    with Session(engine) as session:
        kept = session.scalars(select(Recording)).one().purge_after
    assert kept == date(2026, 11, 23) + timedelta(days=days)


def test_it_purges_past_the_last_day_and_writes_it_down(engine: Engine, home: Path) -> None:
    path = sound(home)
    peaks = path.with_name(path.name + ".peaks.json")
    peaks.write_text("{}")
    change(engine, status="complete", purge_after=date(2027, 1, 1))
    assert purge(engine, home, date(2027, 1, 1)) == 0 and path.exists()
    assert purge(engine, home, date(2027, 1, 2)) == 1
    assert not path.exists() and not peaks.exists()
    assert purge(engine, home, date(2027, 1, 2)) == 0
    with Session(engine) as session:
        assert session.scalars(select(Recording)).one().status == "purged"
        row = session.scalars(select(AuditLog)).one()
    assert (row.action, row.actor_kind) == ("recording.purge", "system")
    assert row.after["storage_key"] == KEY


def test_it_never_purges_what_is_on_hold(engine: Engine, home: Path) -> None:
    path = sound(home)
    change(
        engine, status="complete", purge_after=date(2027, 1, 1), hold_until=date(2027, 6, 1)
    )
    assert purge(engine, home, date(2027, 6, 1)) == 0 and path.exists()
    assert purge(engine, home, date(2027, 6, 2)) == 1


def test_given_no_policy_then_recordings_are_kept_two_years(engine: Engine, home: Path) -> None:
    sound(home)
    change(engine, status="complete")
    assert purge(engine, home, date(2028, 11, 22)) == 0
    assert purge(engine, home, date(2028, 11, 23)) == 1


@pytest.mark.parametrize("status", ["missing", "recording"])
def test_given_a_file_that_came_late_and_was_never_measured_then_it_goes_too(
    engine: Engine, home: Path, status: str
) -> None:
    path = sound(home)
    change(engine, status=status)
    assert purge(engine, home, date(2028, 11, 22)) == 0
    assert purge(engine, home, date(2028, 11, 23)) == 1
    assert not path.exists()


def test_given_a_file_that_cannot_be_deleted_then_the_others_go_and_say_so(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sound(home, KEY.replace("-1.wav", "-2.wav"))
    path = sound(home)
    change(engine, status="complete", purge_after=date(2027, 1, 1))
    with Session(engine) as session:
        first = session.scalars(select(Recording)).one()
        again = {"storage_key": KEY.replace("-1.wav", "-2.wav"), "n": 2, "status": "complete"}
        again |= {"contact_id": first.contact_id, "started_at": first.started_at}
        session.add(Recording(purge_after=date(2027, 1, 1), **again))
        session.commit()
    delete_one = Store.delete

    def delete(store: Store, key: str) -> None:
        if key == KEY:
            raise OSError(30, "Read-only file system")
        delete_one(store, key)

    monkeypatch.setattr(Store, "delete", delete)
    monkeypatch.setattr(retention, "BATCH", 1)
    assert purge_until(Settings.from_env(), date(2027, 1, 2)) == (1, 1)
    assert path.exists() and not other.exists()
    with Session(engine) as session:
        statuses = select(Recording.status).order_by(Recording.n)
        assert session.scalars(statuses).all() == ["complete", "purged"]


def publish(engine: Engine, mode: str = "always", at: datetime = from_ms(T0 - 1000)) -> None:
    body = {"recording": {"mode": mode, "rules": []}}
    with Session(engine) as session:
        snapshot = ConfigSnapshot(version=1, hash="0" * 64, body=body)
        snapshot.created_at = at
        session.add(snapshot)
        session.commit()


def compare(engine: Engine, home: Path, now: datetime = NIGHT) -> list[tuple[str, str]]:
    """The gaps that are open after a run."""
    with Session(engine) as session:
        check = Check(session, Store(home / "recordings"), ZONE, now, begin_of(session, now))
        write_down(session, check.run(), now)
        session.commit()
        rows = session.scalars(select(RecordingGap).where(RecordingGap.closed_at.is_(None)))
        return sorted((row.kind, row.subject) for row in rows)


def test_given_files_and_records_agree_then_there_is_no_gap(engine: Engine, home: Path) -> None:
    publish(engine)
    sound(home)
    assert compare(engine, home) == []


def test_it_finds_a_record_without_file_until_the_file_comes(engine: Engine, home: Path) -> None:
    assert compare(engine, home) == [("row_without_file", KEY)]
    assert compare(engine, home) == [("row_without_file", KEY)]
    sound(home)
    assert compare(engine, home) == []


def test_given_a_file_without_record_then_it_is_found_and_stays_found(
    engine: Engine, home: Path
) -> None:
    sound(home)
    lost = sound(home, "2026/11/23/LOST-1.wav")
    expected = [("file_without_row", "2026/11/23/LOST-1.wav")]
    assert compare(engine, home) == expected
    assert compare(engine, home, NIGHT + timedelta(days=30)) == expected
    lost.unlink()
    assert compare(engine, home, NIGHT + timedelta(days=31)) == []


def test_it_finds_a_talk_that_the_rule_would_have_recorded(engine: Engine, home: Path) -> None:
    publish(engine)
    with Session(engine) as session:
        session.execute(delete(Recording))
        session.commit()
    assert compare(engine, home) == [("talk_not_recorded", f"{CONTACT}/1")]
    assert compare(engine, home, NIGHT + timedelta(days=30)) == [
        ("talk_not_recorded", f"{CONTACT}/1")
    ]


@pytest.mark.parametrize(
    ("mode", "published"), [("never", T0 - 1000), ("on_demand", T0 - 1000), ("always", T0 + 60_000)]
)
def test_it_asks_for_no_recording_that_the_rules_of_then_did_not(
    engine: Engine, home: Path, mode: str, published: int
) -> None:
    publish(engine, mode, from_ms(published))
    with Session(engine) as session:
        session.execute(delete(Recording))
        session.commit()
    assert compare(engine, home) == []


def test_it_leaves_test_calls_out(engine: Engine, home: Path) -> None:
    publish(engine)
    with Session(engine) as session:
        session.execute(delete(Recording))
        session.scalars(select(Contact)).one().is_test = True
        session.commit()
    assert compare(engine, home) == []


def test_it_looks_at_nothing_that_may_still_be_on_its_way(engine: Engine, home: Path) -> None:
    publish(engine)
    assert compare(engine, home, from_ms(T0 + 120_000)) == []


def test_given_more_gaps_than_one_look_takes_then_a_second_night_finds_them_again(
    engine: Engine, home: Path
) -> None:
    with Session(engine) as session:
        rows = [
            {"kind": "file_without_row", "subject": f"old-{n}.wav", "found_at": NIGHT}
            for n in range(10_001)
        ]
        session.execute(insert(RecordingGap), rows)
        session.add(RecordingGap(kind="row_without_file", subject=KEY, found_at=NIGHT))
        session.commit()
    assert compare(engine, home) == [("row_without_file", KEY)]
    with Session(engine) as session:
        closed = RecordingGap.closed_at.is_not(None)
        assert session.scalar(select(func.count()).where(closed)) == 10_001


def test_given_a_gap_that_was_closed_then_it_is_opened_again(engine: Engine, home: Path) -> None:
    path = sound(home)
    assert compare(engine, home) == []
    path.unlink()
    assert compare(engine, home) == [("row_without_file", KEY)]
    sound(home)
    assert compare(engine, home) == []
    path.unlink()
    assert compare(engine, home) == [("row_without_file", KEY)]


def test_given_agents_save_while_it_compares_then_nobody_waits(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[str] = []
    found = Store.find

    def find_while_somebody_saves(store: Store, key: str) -> Path | None:
        other = open_engine(f"sqlite:///{home / 'clearline.db'}")
        with Session(other) as session:
            session.scalars(select(Contact)).one().node = "written meanwhile"
            session.commit()
        other.dispose()
        saved.append(key)
        return found(store, key)

    monkeypatch.setattr(Store, "find", find_while_somebody_saves)
    move_to_now(engine)
    assert gaps.compare() == 1
    assert saved == [KEY]


def move_to_now(engine: Engine) -> None:
    """The recording of the call began two hours ago."""
    change(engine, started_at=utc_now() - timedelta(hours=2))


def test_it_says_which_file_is_broken(engine: Engine, home: Path) -> None:
    sound(home)
    change(engine, status="corrupt")
    assert compare(engine, home) == [("file_corrupt", KEY)]
    assert compare(engine, home, NIGHT + timedelta(days=30)) == [("file_corrupt", KEY)]
    change(engine, status="complete")
    assert compare(engine, home) == []


@pytest.mark.parametrize(
    ("ms", "gap"),
    [
        (0, []),  # not measured yet: it is believed to go on to the end
        (59_990, []),
        (46_000, []),  # the ten seconds on hold need none, and a few are tolerated
        (30_000, [("talk_partly_recorded", f"{CONTACT}/1")]),
    ],
)
def test_it_finds_a_talk_of_which_a_part_is_missing(
    engine: Engine, home: Path, ms: int, gap: list[tuple[str, str]]
) -> None:
    publish(engine)
    sound(home)
    change(engine, status="complete", ms=ms)
    assert compare(engine, home) == gap


def test_given_nights_without_a_comparison_then_the_days_before_are_compared_too(
    engine: Engine, home: Path
) -> None:
    late = NIGHT + timedelta(days=20)
    with Session(engine) as session:
        assert begin_of(session, late) == late - timedelta(days=3)
        for status, days in (("done", 0), ("failed", 1), ("failed", 19)):
            at = NIGHT + timedelta(days=days)
            session.add(JobRun(name="compare-recordings", status=status, started_at=at))
        session.commit()
    assert compare(engine, home, late) == [("row_without_file", KEY)]
