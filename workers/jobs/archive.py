"""Bringing recordings to the storage server."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from crm_web import audit
from crm_web.areas.calls.models import Recording
from crm_web.recording_store import NotTheSame, Store
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)

SETTLED_S = 3600  # younger files may still be measured, or listened to for the first time
RUN_FOR_S = 600  # then the other jobs have their turn; the next run goes on
_BATCH = 50
_ASKED = 200  # rows looked up at once

T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """What was found when the recording ended, by its row."""

    pub: str
    key: str
    bytes: int
    sha256: str


@noted("archive-recordings")
def move() -> str:
    """Bring complete recordings to the archive, as many as there is time for; says how many.

    May be stopped anywhere and run again. Raises ArchiveAway: what is not moved stays where it is,
    and is heard from there.
    """
    settings = Settings.from_env()
    store = settings.recordings
    if store.archive is None:
        return "no archive"
    store.pair()
    ends = time.monotonic() + RUN_FOR_S
    moved = left = 0
    for some in _groups(_ready(settings, store), _BATCH):
        done, held = _move_some(settings, store, some, lambda: time.monotonic() < ends)
        moved, left = moved + done, left + held
        if time.monotonic() >= ends:
            break
    if left:
        log.warning("%d recordings can't be read or are not what was measured, and stay here", left)
    return f"{moved} moved" + (f", {left} can't be read or differ, and stay" if left else "")


def _ready(settings: Settings, store: Store) -> Iterator[Measured]:
    """What may be moved: complete by its row, and untouched for a while."""
    settled = time.time() - SETTLED_S
    waiting = (key for key in store.waiting() if _changed(store.folder / key) < settled)
    for keys in _groups(waiting, _ASKED):
        with job_session(settings) as session:
            rows = session.scalars(
                select(Recording)
                .where(Recording.storage_key.in_(keys), Recording.status == "complete")
                .order_by(Recording.started_at, Recording.id)
            ).all()
            found = [
                Measured(row.pub, row.storage_key, row.bytes, row.sha256)
                for row in rows
                if row.bytes is not None and row.sha256
            ]
        yield from found


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()  # purged a moment ago


def _move_some(
    settings: Settings, store: Store, some: Iterable[Measured], in_time: Callable[[], bool]
) -> tuple[int, int]:
    """(moved, held back). No transaction is open while files are copied."""
    moved: list[Measured] = []
    held = 0
    try:
        for one in some:
            if not in_time():
                break
            try:
                store.move(one.key, one.bytes, one.sha256)
                moved.append(one)
            except (NotTheSame, OSError) as error:  # one bad file holds up no other
                log.warning("not moved: %s", error)
                held += 1
    finally:
        _write_down(settings, store, moved)
    return len(moved), held


def _write_down(settings: Settings, store: Store, moved: list[Measured]) -> None:
    """One audit row for a batch. What was purged while it was on its way goes at its goal too."""
    if not moved:
        return
    keys = [one.key for one in moved]
    with job_session(settings) as session:
        purged = session.scalars(
            select(Recording.storage_key).where(
                Recording.storage_key.in_(keys), Recording.status == "purged"
            )
        ).all()
        for key in purged:
            store.delete(key)
        after = {
            "recordings": len(keys),
            "bytes": sum(one.bytes for one in moved),
            "first": keys[0],
            "last": keys[-1],
        }
        audit.record_by_system(session, "recording.archive", "recording", moved[0].pub, after)
    log.info("%d recordings are in the archive now, the last is %s", len(keys), keys[-1])


def _groups(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group
