"""Jobs against a real database and real files."""

from __future__ import annotations

import json
import os
import time
import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import (
    AgentOffer,
    CallLeg,
    Contact,
    FlowRun,
    MonitorSession,
    QueueVisit,
    Recording,
    TalkSegment,
)
from crm_web.areas.org.models import Agent, OrgUnit, User
from crm_web.areas.reports.models import ReportRun
from crm_web.columns import from_ms, utc_now
from tests.integration.workers.facts import CONTACT, T0, UUID, a_whole_call, event
from tests.integration.workers.party_facts import a_consulted_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog
from workers.jobs import housekeeping, reconcile, recordings, reports

KEY = f"2026/11/23/{CONTACT}-1.wav"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEARLINE_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL", "RECORDINGS_DIR", "CDR_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{home / 'clearline.db'}")
    yield made
    made.dispose()


def write_sound(path: Path, seconds: int = 2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        loud_left = (16384).to_bytes(2, "little", signed=True) + b"\x00\x00"
        sound.writeframes(loud_left * 8000 * seconds)


def status(engine: Engine) -> Recording:
    with Session(engine) as session:
        return session.scalars(select(Recording)).one()


def test_it_measures_a_recording_and_draws_its_outline(engine: Engine, home: Path) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    path = home / "recordings" / KEY
    write_sound(path)
    assert recordings.finish(KEY) == recordings.finish(KEY) == "complete"
    found = status(engine)
    assert (found.ms, found.channels, found.bytes) == (2000, 2, path.stat().st_size)
    assert found.sha256 is not None and len(found.sha256) == 64
    outline = json.loads(path.with_name(path.name + ".peaks.json").read_text())
    left, right = outline["peaks"]
    assert set(left) == {0.5} and set(right) == {0.0} and 500 <= len(left) <= 600


def test_it_removes_the_switchs_old_records_and_nothing_else(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert housekeeping.clear_cdr() == 0, "the switch has not written one yet"
    folder = home / "cdr"
    folder.mkdir()
    long_ago = time.time() - 11 * 86_400
    for name, at in (("old.cdr.json", long_ago), ("new.cdr.json", None), ("old.txt", long_ago)):
        (folder / name).write_text("{}")
        if at:
            os.utime(folder / name, (at, at))
    monkeypatch.setenv("CDR_KEEP_DAYS", "10")
    assert housekeeping.clear_cdr() == 1
    assert sorted(file.name for file in folder.iterdir()) == ["new.cdr.json", "old.txt"]


def test_it_says_missing_and_finds_the_file_later(engine: Engine, home: Path) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    assert recordings.finish(KEY) == "missing"
    write_sound(home / "recordings" / KEY)
    with Session(engine) as session:
        recording = session.scalars(select(Recording)).one()
        recording.started_at = recording.created_at = utc_now() - timedelta(hours=1)
        session.commit()
    assert recordings.recheck() == "1 of 1 came"
    assert status(engine).status == "complete"
    assert recordings.recheck() == "0 of 0 came"


def test_given_a_file_comes_after_weeks_then_it_is_found_and_kept_its_time(
    engine: Engine, home: Path
) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    with Session(engine) as session:
        recording = session.scalars(select(Recording)).one()
        recording.started_at = recording.created_at = utc_now() - timedelta(days=40)
        session.commit()
    assert recordings.recheck() == "0 of 1 came"
    write_sound(home / "recordings" / KEY)
    assert recordings.recheck() == "1 of 1 came"
    assert status(engine).status == "complete" and status(engine).purge_after


def test_given_a_file_that_cannot_be_read_then_the_others_are_measured_all_the_same(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    other = KEY.replace("-1.wav", "-2.wav")
    with Session(engine) as session:
        recording = session.scalars(select(Recording)).one()
        recording.created_at = utc_now() - timedelta(hours=1)
        session.add(
            Recording(
                contact_id=recording.contact_id,
                n=2,
                storage_key=other,
                started_at=recording.started_at,
                created_at=recording.created_at,
            )
        )
        session.commit()
    for key in (KEY, other):
        write_sound(home / "recordings" / key)
    read = recordings.digest_of

    def digest(path: Path) -> str:
        if path.name == Path(KEY).name:
            raise OSError(5, "Input/output error")
        return read(path)

    monkeypatch.setattr(recordings, "digest_of", digest)
    assert recordings.recheck() == "1 of 2 came, 1 can't be read"


def test_given_agents_save_while_a_file_is_measured_then_nobody_waits(
    engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    write_sound(home / "recordings" / KEY)
    read = recordings.digest_of

    def digest_while_somebody_saves(path: Path) -> str:
        with Session(engine) as session:
            session.scalars(select(Contact)).one().node = "written meanwhile"
            session.commit()
        return read(path)

    monkeypatch.setattr(recordings, "digest_of", digest_while_somebody_saves)
    assert recordings.finish(KEY) == "complete"


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all" * 10])
def test_it_says_corrupt_for_what_is_no_sound(engine: Engine, home: Path, content: bytes) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    path = home / "recordings" / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert recordings.finish(KEY) == "corrupt"


def test_it_exports_a_day_and_notes_a_failure(engine: Engine, home: Path) -> None:
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(a_whole_call()))
    key = reports.daily_export("2026-11-23")
    assert (home / "reports" / key).stat().st_size > 5000
    (home / "reports" / "2026").rename(home / "moved")
    (home / "reports" / "2026").write_text("in the way")
    with pytest.raises(OSError):
        reports.daily_export("2026-11-23")
    with Session(engine) as session:
        run = session.scalars(select(ReportRun)).one()
        assert run.status == "failed" and "Error" in run.error


def close(engine: Engine, cdr_dir: Path, alive: set[str]) -> int:
    with Session(engine) as session, session.begin():
        return reconcile.close_open(session, cdr_dir, alive, from_ms(T0) + timedelta(days=1))


def test_it_closes_what_nobody_ended_at_its_last_known_moment(engine: Engine, home: Path) -> None:
    broken_off = [e for e in a_whole_call() if e.at < T0 + 30_000]
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(broken_off))
    assert close(engine, home, {CONTACT}) == 0  # the controller still sees it
    assert close(engine, home, set()) == 1
    assert close(engine, home, set()) == 0
    with Session(engine) as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.outcome, contact.ended_by) == ("lost", "system")
        assert contact.ended_at == from_ms(T0 + 21_000)
        for model, column in (
            (QueueVisit, QueueVisit.left_at),
            (TalkSegment, TalkSegment.ended_at),
            (FlowRun, FlowRun.left_at),
            (CallLeg, CallLeg.ended_at),
        ):
            assert session.scalars(select(model).where(column.is_(None))).all() == []


def test_it_believes_the_switch_where_its_own_record_is_there(engine: Engine, home: Path) -> None:
    broken_off = [e for e in a_whole_call() if e.at < T0 + 30_000]
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(broken_off))
    variables = {"end_uepoch": str((T0 + 61_000) * 1000), "hangup_cause": "NORMAL_CLEARING"}
    (home / f"{UUID}.cdr.json").write_text(json.dumps({"variables": variables}))
    close(engine, home, set())
    with Session(engine) as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.ended_at == from_ms(T0 + 61_000)
        assert contact.hangup_cause == "NORMAL_CLEARING" and contact.talk_ms == 40_000


def test_given_the_controller_died_in_a_consultation_then_no_minute_counts_twice(
    engine: Engine, home: Path
) -> None:
    with Session(engine) as session:
        user = User(login_name="1003", display_name="1003", password_hash="x")
        user.unit_id = session.scalars(select(OrgUnit.id)).one()
        session.add(Agent(agent_no="1003", user=user))
        session.commit()
    broken_off = [e for e in a_consulted_call() if e.at <= T0 + 45_000]
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(broken_off))
    close(engine, home, set())
    with Session(engine) as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.ended_at == from_ms(T0 + 45_000)
        assert (contact.talk_ms, contact.hold_ms) == (30_000, 5_000), "the expert's are not added"
        listening = session.scalars(select(MonitorSession)).one()
        assert listening.ended_at == contact.ended_at
        said = session.scalars(select(AuditLog).where(AuditLog.action == "call.monitor_ended"))
        assert said.one().after == {"modes": ["monitor", "whisper"], "ms": 18_000}


def test_given_the_controller_died_while_it_rang_on_hold_then_both_are_ended(
    engine: Engine, home: Path
) -> None:
    held = event("talk.held", 25_000, "1002", seq=1)
    ringing = {"visit_seq": 1, "queue": "general", "offer_seq": 3, "offered_at": T0 + 28_000}
    again = event("agent.offered", 28_000, "1001", **ringing)
    broken_off = [e for e in a_whole_call() if e.at < T0 + 30_000] + [held, again]
    CallLog(engine, ZoneInfo("Asia/Shanghai")).handle(entries(broken_off))
    variables = {"end_uepoch": str((T0 + 30_000) * 1000)}
    (home / f"{UUID}.cdr.json").write_text(json.dumps({"variables": variables}))
    close(engine, home, set())
    with Session(engine) as session:
        talk = session.scalars(select(TalkSegment)).one()
        assert (talk.talk_ms, talk.hold_ms, talk.hold_count) == (4_000, 5_000, 1)
        assert session.scalars(select(Contact)).one().hold_ms == 5_000
        offer = session.scalars(select(AgentOffer).order_by(AgentOffer.seq.desc())).first()
        assert offer and (offer.result, offer.ring_ms) == ("cancelled", 2_000)
        assert offer.ended_at == from_ms(T0 + 30_000)
