"""Where recordings and call records disagree, found at night. Plain functions on a session.

Finding reads only, however long it takes; writing down what was found is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import (
    SERVING_ROLES,
    Contact,
    Recording,
    RecordingGap,
    TalkSegment,
)
from crm_web.areas.calls.retention import talks_meant
from crm_web.areas.org.models import ConfigSnapshot
from crm_web.recording_store import AWAY, ArchiveAway, Store
from esl_controller.domain.errors import SnapshotInvalid
from esl_controller.domain.recording_rules import RecordingPolicy, TalkMeant, mode_for

KINDS = (
    "file_without_row",
    "row_without_file",
    "file_corrupt",
    "talk_not_recorded",
    "talk_partly_recorded",
)
LOOK_BACK = timedelta(days=3)  # what was late
SETTLED = timedelta(hours=1)  # younger ones may still be on their way
_SHORTEST = timedelta(seconds=2)  # a talk this short may end before its file is open
# The switch's clock and its files' ends are not ours to the second; more than this is a loss.
_TOLERATED = timedelta(seconds=5)
_CHUNK = 500

T = TypeVar("T")


@dataclass(frozen=True)
class Gap:
    """One disagreement; `subject` as in RecordingGap."""

    kind: str
    subject: str
    contact_id: int | None = None


@dataclass(frozen=True)
class Findings:
    """What a run found; `over` are the rows of gaps that are none any more."""

    found: tuple[Gap, ...]
    over: tuple[int, ...]


class Check:
    """One comparison of the days since `since`, on a session that only reads."""

    def __init__(
        self, session: Session, store: Store, zone: ZoneInfo, now: datetime, since: datetime
    ) -> None:
        self._session = session
        self._store = store
        self._zone = zone
        self._now = now
        self._since = since
        self._until = now - SETTLED
        self._policies = _policies(session, since)

    def run(self) -> Findings:
        """Raises ArchiveAway: half of the files would look lost."""
        if self._store.state() == AWAY:
            raise ArchiveAway("recordings are compared again when their archive is back")
        found = {(gap.kind, gap.subject): gap for gap in self._find()}
        rows = self._session.scalars(open_gaps())
        doubtful = [row for row in rows if (row.kind, row.subject) not in found]
        over = tuple(row.id for some in _chunks(doubtful) for row in self._settled(some))
        return Findings(tuple(found.values()), over)

    def _find(self) -> Iterator[Gap]:
        yield from self._files_without_row()
        yield from self._rows_at_odds()
        yield from self._talks_not_recorded()

    def _files_without_row(self) -> Iterator[Gap]:
        for keys in _chunks(self._keys_on_disk()):
            known = self._statuses(keys)
            yield from (Gap("file_without_row", key) for key in keys if key not in known)

    def _keys_on_disk(self) -> Iterator[str]:
        day = self._since.astimezone(self._zone).date()
        last = self._now.astimezone(self._zone).date()
        while day <= last:
            for key, path in self._store.keys(day):
                if self._changed(path.stat().st_mtime) < self._until:
                    yield key
            day += timedelta(days=1)

    def _changed(self, mtime: float) -> datetime:
        return datetime.fromtimestamp(mtime, self._zone)

    def _statuses(self, keys: Iterable[str]) -> dict[str, str]:
        """The status of each recording that has a row."""
        rows = select(Recording.storage_key, Recording.status)
        found = self._session.execute(rows.where(Recording.storage_key.in_(list(keys))))
        return {key: status for key, status in found}

    def _rows_at_odds(self) -> Iterator[Gap]:
        rows = self._session.execute(
            select(Recording.storage_key, Recording.contact_id, Recording.status)
            .where(Recording.started_at >= self._since, Recording.started_at < self._until)
            .where(Recording.status != "purged")
        )
        for key, contact_id, status in rows:
            if self._store.find(key) is None:
                yield Gap("row_without_file", key, contact_id)
            elif status == "corrupt":
                yield Gap("file_corrupt", key, contact_id)

    def _talks_not_recorded(self) -> Iterator[Gap]:
        talks = self._session.execute(
            _talks()
            .where(TalkSegment.started_at >= self._since, TalkSegment.ended_at < self._until)
            .where(TalkSegment.role.in_(SERVING_ROLES), Contact.is_test.is_(False))
        ).all()
        for some in _chunks(talks):
            meant = talks_meant(self._session, [talk.id for talk, _pub in some])
            due = [(talk, pub) for talk, pub in some if self._to_record(talk, meant)]
            recordings = self._recordings_of(talk.contact_id for talk, _pub in due)
            for talk, pub in due:
                if kind := missed(talk, recordings.get(talk.contact_id, [])):
                    yield Gap(kind, f"{pub}/{talk.seq}", talk.contact_id)

    def _to_record(self, talk: TalkSegment, meant: Mapping[int, TalkMeant]) -> bool:
        policy = self._policy_at(talk.started_at)
        return policy is not None and mode_for(policy, meant[talk.id]) == "always"

    def _recordings_of(self, contact_ids: Iterable[int]) -> dict[int, list[Recording]]:
        rows = select(Recording).where(Recording.contact_id.in_(set(contact_ids)))
        found: dict[int, list[Recording]] = {}
        for row in self._session.scalars(rows):
            found.setdefault(row.contact_id, []).append(row)
        return found

    def _policy_at(self, at: datetime) -> RecordingPolicy | None:
        """The rules that were published then; None before the first publication."""
        return next((policy for since, policy in self._policies if since <= at), None)

    def _settled(self, rows: Sequence[RecordingGap]) -> Iterator[RecordingGap]:
        """Those of the open gaps that this run did not find and that are none any more."""
        statuses = self._statuses(row.subject for row in rows)
        missed_now = self._still_missed(rows)
        for row in rows:
            status = statuses.get(row.subject, "")
            if row.kind in ("talk_not_recorded", "talk_partly_recorded"):
                still = missed_now.get(row.subject) == row.kind
            elif row.kind == "file_without_row":
                still = not status and self._store.find(row.subject) is not None
            else:
                there = self._store.find(row.subject) is not None
                lost = status not in ("", "purged") and not there
                still = lost if row.kind == "row_without_file" else there and status == "corrupt"
            if not still:
                yield row

    def _still_missed(self, rows: Iterable[RecordingGap]) -> dict[str, str]:
        """Subject → kind, of the talks among older gaps. The rules of then do not change: only
        whether there is a recording by now is asked."""
        pubs = {row.subject.partition("/")[0] for row in rows if row.kind.startswith("talk_")}
        talks = self._session.execute(_talks().where(Contact.pub.in_(pubs))).all()
        recordings = self._recordings_of(talk.contact_id for talk, _pub in talks)
        return {
            f"{pub}/{talk.seq}": missed(talk, recordings.get(talk.contact_id, []))
            for talk, pub in talks
        }


def missed(talk: TalkSegment, recordings: Iterable[Recording]) -> str:
    """The kind of gap of a talk that was to be recorded, "" when it was.

    What counts is the time talked: while the caller is on hold there is nothing that must be
    kept. A masked stretch is in the file, as silence.
    """
    if talk.ended_at is None or talk.ended_at - talk.started_at <= _SHORTEST:
        return ""
    covered = _covered(talk.started_at, talk.ended_at, recordings)
    if not covered:
        return "talk_not_recorded"
    held = timedelta(milliseconds=talk.hold_ms)
    lacking = talk.ended_at - talk.started_at - held - covered
    return "talk_partly_recorded" if lacking > _TOLERATED else ""


def _covered(begin: datetime, end: datetime, recordings: Iterable[Recording]) -> timedelta:
    """How much of the time there is sound of; one of unknown length counts to the end."""
    total, reached = timedelta(0), begin
    for recording in sorted(recordings, key=lambda one: one.started_at):
        if recording.status == "missing":
            continue
        length = timedelta(milliseconds=recording.ms)
        until = min(end, recording.started_at + length) if recording.ms else end
        start = max(reached, recording.started_at)
        if until > start:
            total, reached = total + (until - start), until
    return total


def _talks() -> Select[TalkSegment, str]:
    return select(TalkSegment, Contact.pub).join(Contact, Contact.id == TalkSegment.contact_id)


def _policies(session: Session, since: datetime) -> list[tuple[datetime, RecordingPolicy]]:
    """The rules that were valid since then, newest first."""
    rows = session.scalars(
        select(ConfigSnapshot)
        .order_by(ConfigSnapshot.version.desc())
        .execution_options(yield_per=20)
    )
    found = []
    for row in rows:
        try:
            found.append((row.created_at, RecordingPolicy.from_json(row.body["recording"])))
        except (KeyError, SnapshotInvalid):
            continue  # written by an older program: the controller would not have used it either
        if row.created_at <= since:
            break
    rows.close()
    return found


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, _CHUNK)):
        yield some


def write_down(session: Session, findings: Findings, now: datetime) -> int:
    """Note new gaps, close those that are none any more; returns how many are open."""
    for over in _chunks(findings.over):
        session.execute(
            update(RecordingGap).where(RecordingGap.id.in_(over)).values(closed_at=now)
        )
    for some in _chunks(findings.found):
        known = {(row.kind, row.subject): row for row in session.scalars(_rows_of(some))}
        for gap in some:
            row = known.get((gap.kind, gap.subject))
            if row is None:
                row = RecordingGap(kind=gap.kind, subject=gap.subject, found_at=now)
                row.contact_id = gap.contact_id
                session.add(row)
            elif row.closed_at is not None:
                row.found_at, row.closed_at = now, None
    session.flush()
    return session.scalar(select(func.count()).select_from(open_gaps().subquery())) or 0


def _rows_of(some: Iterable[Gap]) -> Select[RecordingGap]:
    subjects = [gap.subject for gap in some]
    return select(RecordingGap).where(RecordingGap.subject.in_(subjects))


def open_gaps() -> Select[RecordingGap]:
    """Gaps that are gaps still, newest first."""
    return (
        select(RecordingGap)
        .where(RecordingGap.closed_at.is_(None))
        .order_by(RecordingGap.found_at.desc(), RecordingGap.id.desc())
    )
