"""Recordings on a storage server: moved whole, never lost, looked for in both places."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from crm_web import recording_store
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.gaps import LOOK_BACK, Check, write_down
from crm_web.areas.calls.models import Recording
from crm_web.areas.system.models import JobRun
from crm_web.columns import from_ms
from crm_web.recording_store import ArchiveAway, Store
from tests.integration.workers.facts import CONTACT, T0, a_whole_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog
from workers.jobs import archive, gaps, recordings
from workers.jobs.retention import purge_until
from workers.settings import BadSetting, Settings

ZONE = ZoneInfo("Asia/Shanghai")
KEY = f"2026/11/23/{CONTACT}-1.wav"
SOUND = b"RIFF" + bytes(range(256)) * 40
PEAKS = '{"ms": 1}'
NIGHT = from_ms(T0 + 20 * 3_600_000)
LONG_AGO = NIGHT.timestamp() - 10 * 3600


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    for name in ("DATABASE_URL", "REDIS_URL", "RECORDINGS_DIR"):
        monkeypatch.delenv(name, raising=False)
    far = tmp_path / "far"
    far.mkdir()
    monkeypatch.setenv("CLEARLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RECORDINGS_ARCHIVE_DIR", str(far))
    (tmp_path / "home" / "recordings").mkdir(parents=True)
    return Store(tmp_path / "home" / "recordings", far)


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    made = make_database(Settings.from_env().database_url)
    CallLog(made, ZONE).handle(entries(a_whole_call()))
    sound(store)
    change(made, status="complete", bytes=len(SOUND), sha256=hashlib.sha256(SOUND).hexdigest())
    yield made
    made.dispose()


def sound(store: Store, key: str = KEY) -> Path:
    path = store.folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    recording_store.peaks_beside(path).write_text(PEAKS)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def change(engine: Engine, **values: object) -> None:
    with Session(engine) as session:
        recording = session.scalars(select(Recording)).one()
        for name, value in values.items():
            setattr(recording, name, value)
        session.commit()


def away(store: Store) -> Path:
    """The storage server is gone, and its mount point empty. Returns what to put back."""
    assert store.archive
    aside = store.archive.with_name("unmounted")
    store.archive.rename(aside)
    store.archive.mkdir()
    return aside


def back(store: Store, aside: Path) -> None:
    assert store.archive
    store.archive.rmdir()
    aside.rename(store.archive)


def files(folder: Path | None) -> set[str]:
    assert folder
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def in_archive(store: Store) -> None:
    """The recording and its outline are there, and only there, and nothing else is."""
    mark = {recording_store.MARK}
    assert files(store.folder) == mark
    assert files(store.archive) == {KEY, KEY + ".peaks.json"} | mark
    found = store.find(KEY)
    assert found and found.read_bytes() == SOUND
    assert recording_store.peaks_beside(found).read_text() == PEAKS


def runs(engine: Engine) -> list[tuple[str, str, str]]:
    with Session(engine) as session:
        rows = session.scalars(select(JobRun).order_by(JobRun.id))
        return [(row.name, row.status, row.detail) for row in rows]


def test_it_moves_what_is_complete_and_writes_it_down(engine: Engine, store: Store) -> None:
    assert archive.move() == "1 moved"
    in_archive(store)
    assert archive.move() == "0 moved"
    with Session(engine) as session:
        row = session.scalars(select(AuditLog)).one()
    assert (row.action, row.actor_kind) == ("recording.archive", "system")
    assert row.after == {"recordings": 1, "bytes": len(SOUND), "first": KEY, "last": KEY}
    assert runs(engine) == [
        ("archive-recordings", "done", "1 moved"), ("archive-recordings", "done", "0 moved")
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["recording", "missing", "corrupt", "purged"])
def test_it_leaves_what_is_not_complete(engine: Engine, store: Store, status: str) -> None:
    change(engine, status=status)
    assert archive.move() == "0 moved"
    assert (store.folder / KEY).read_bytes() == SOUND


def test_it_leaves_what_was_written_a_moment_ago(engine: Engine, store: Store) -> None:
    os.utime(store.folder / KEY)
    assert archive.move() == "0 moved"


def test_it_never_moves_a_file_that_is_not_what_was_measured(engine: Engine, store: Store) -> None:
    path = store.folder / KEY
    path.write_bytes(SOUND[:-1] + b"!")
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert archive.move() == "0 moved, 1 can't be read or differ, and stay"
    assert path.exists() and files(store.archive) == {recording_store.MARK}


def test_given_other_bytes_under_its_name_then_they_are_replaced(
    engine: Engine, store: Store
) -> None:
    assert store.archive
    (store.archive / KEY).parent.mkdir(parents=True)
    (store.archive / KEY).write_bytes(SOUND[:100])
    assert archive.move() == "1 moved"
    in_archive(store)


class Killed(BaseException):
    """The process is gone in the middle of a step."""


def fuse(patch: pytest.MonkeyPatch, at: int) -> list[str]:
    """Whatever touches a disk fails at its `at`-th step; returns the steps taken so far."""
    taken: list[str] = []

    def burning(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            taken.append(name)
            if len(taken) > at:
                raise Killed(name)
            return real(*args, **kwargs)

        return step

    for owner, name in (
        (Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (shutil, "copyfileobj"),
        (os, "fsync"), (recording_store, "digest_of"),
    ):  # fmt: skip
        patch.setattr(owner, name, burning(name, getattr(owner, name)))
    return taken


def test_given_it_is_killed_at_any_step_then_nothing_is_lost_and_the_next_run_ends_it(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.archive
    killed = 0
    while True:
        with monkeypatch.context() as patch:
            fuse(patch, killed)
            try:
                archive.move()
                break
            except Killed:
                killed += 1
        found = store.find(KEY)
        assert found and found.read_bytes() == SOUND, f"after step {killed}"
        archive.move()
        in_archive(store)
        shutil.rmtree(store.archive)
        store.archive.mkdir()
        (store.folder / recording_store.MARK).unlink()
        sound(store)
    in_archive(store)
    assert killed > 10


def test_given_the_archive_is_away_then_the_job_says_so_and_goes_on_later(
    engine: Engine, store: Store
) -> None:
    archive.move()
    sound(store)
    aside = away(store)
    with pytest.raises(ArchiveAway):
        archive.move()
    assert runs(engine)[-1][:2] == ("archive-recordings", "failed")
    assert "ArchiveAway" in runs(engine)[-1][2]
    found = store.find(KEY)
    assert found and found.read_bytes() == SOUND
    back(store, aside)
    assert archive.move() == "1 moved"
    in_archive(store)


def test_given_a_file_that_cannot_be_read_then_it_stays_and_stops_no_other(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest(_path: Path) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(recording_store, "digest_of", digest)
    assert archive.move() == "0 moved, 1 can't be read or differ, and stay"


def test_it_starts_while_a_known_archive_is_away_and_refuses_one_that_never_was_there(
    engine: Engine, store: Store
) -> None:
    Settings.from_env().recordings.pair()
    aside = away(store)
    assert store.archive
    store.archive.rmdir()
    assert Settings.from_env().recordings.state() == recording_store.AWAY
    (store.folder / recording_store.MARK).unlink()
    with pytest.raises(BadSetting, match="RECORDINGS_ARCHIVE_DIR"):
        Settings.from_env()
    aside.rename(store.archive)


def test_given_the_disk_is_full_then_nothing_is_lost_and_no_half_stays(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Any, target: Any, _length: int) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(ArchiveAway, match="No space left"):
            archive.move()
    assert files(store.archive) == {recording_store.MARK}
    assert archive.move() == "1 moved"
    in_archive(store)


def test_it_never_takes_another_folder_for_the_archive(engine: Engine, store: Store) -> None:
    archive.move()
    aside = away(store)
    assert store.archive
    (store.archive / recording_store.MARK).write_text("01ANOTHERDISK")
    with pytest.raises(ArchiveAway):
        store.find(KEY)
    with pytest.raises(ArchiveAway):
        store.pair()
    (store.archive / recording_store.MARK).unlink()
    back(store, aside)
    in_archive(store)


def test_given_the_setting_is_taken_away_then_what_is_there_is_not_called_lost(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.move()
    monkeypatch.delenv("RECORDINGS_ARCHIVE_DIR")
    with pytest.raises(ArchiveAway):
        Settings.from_env().recordings.find(KEY)
    assert archive.move() == "no archive"
    with pytest.raises(ArchiveAway):
        gaps.compare()


def purge(engine: Engine, store: Store) -> int:
    change(engine, purge_after=date(2027, 1, 1))
    return purge_until(Settings.from_env(), date(2027, 1, 2))[0]


def test_it_deletes_by_policy_in_the_archive_too(engine: Engine, store: Store) -> None:
    archive.move()
    sound(store)  # a move that was cut off before its last step leaves both
    assert purge(engine, store) == 1
    assert files(store.archive) == files(store.folder) == {recording_store.MARK}
    with Session(engine) as session:
        assert session.scalars(select(Recording.status)).one() == "purged"
        assert "recording.purge" in session.scalars(select(AuditLog.action)).all()


def test_given_the_archive_is_away_then_nothing_is_called_deleted(
    engine: Engine, store: Store
) -> None:
    archive.move()
    aside = away(store)
    with pytest.raises(ArchiveAway):
        purge(engine, store)
    with Session(engine) as session:
        assert session.scalars(select(Recording.status)).one() == "complete"
    back(store, aside)
    assert purge(engine, store) == 1


def test_given_it_is_purged_on_its_way_then_it_is_gone_at_both_ends(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = recording_store.Store.move

    def purged_after(self: Store, key: str, size: int, sha256: str) -> None:
        real(self, key, size, sha256)
        change(engine, status="purged")

    monkeypatch.setattr(recording_store.Store, "move", purged_after)
    archive.move()
    assert files(store.archive) == files(store.folder) == {recording_store.MARK}


def compare(engine: Engine, store: Store) -> int:
    with Session(engine) as session:
        found = Check(session, store, ZONE, NIGHT, NIGHT - LOOK_BACK).run()
        return write_down(session, found, NIGHT)


def test_the_comparison_looks_in_both_places(engine: Engine, store: Store) -> None:
    archive.move()
    for path in store.archive.rglob("*.wav") if store.archive else ():
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert compare(engine, store) == 0
    aside = away(store)
    with pytest.raises(ArchiveAway):
        compare(engine, store)
    back(store, aside)
    lost = sound(store, "2026/11/23/LOST-1.wav")
    assert store.archive
    shutil.move(lost, store.archive / "2026/11/23/LOST-1.wav")
    assert compare(engine, store) == 1


def test_it_measures_a_recording_that_is_there_already(engine: Engine, store: Store) -> None:
    archive.move()
    change(engine, status="missing")
    aside = away(store)
    assert recordings.finish(KEY) == "missing"
    back(store, aside)
    assert recordings.finish(KEY) == "corrupt"  # four letters are no sound, but they were found


@pytest.mark.parametrize("key", ["../secret.wav", "/etc/passwd", "a/../../b.wav", ""])
def test_it_knows_no_key_that_leads_out_of_its_folders(store: Store, key: str) -> None:
    assert store.archive
    store.archive.with_name("secret.wav").write_bytes(SOUND)
    assert store.find(key) is None
