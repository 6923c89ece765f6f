"""Where recordings and call records disagree, found at night. Plain functions on a session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import (
    SERVING_ROLES,
    Contact,
    Recording,
    RecordingGap,
    TalkSegment,
)
from crm_web.areas.calls.retention import talk_meant
from crm_web.areas.org.models import ConfigSnapshot
from crm_web.recording_store import AWAY, ArchiveAway, Store
from esl_controller.domain.errors import SnapshotInvalid
from esl_controller.domain.recording_rules import RecordingPolicy, mode_for

KINDS = ("file_without_row", "row_without_file", "talk_not_recorded")
LOOK_BACK = timedelta(days=3)  # what was late, and a weekend without a run
SETTLED = timedelta(hours=1)  # younger ones may still be on their way
_SHORTEST = timedelta(seconds=2)  # a talk this short may end before its file is open
_AGAIN = 1000  # open gaps that are looked at again in one run


@dataclass(frozen=True)
class Gap:
    """One disagreement; `subject` as in RecordingGap."""

    kind: str
    subject: str
    contact_id: int | None = None


class Check:
    """One nightly run over the last days."""

    def __init__(self, session: Session, store: Store, zone: ZoneInfo, now: datetime) -> None:
        self._session = session
        self._store = store
        self._zone = zone
        self._now = now
        self._since = now - LOOK_BACK
        self._until = now - SETTLED
        self._policies: list[tuple[datetime, RecordingPolicy]] = _policies(session)

    def run(self) -> int:
        """Note new gaps, close those that are none any more; returns how many are open.

        Raises ArchiveAway: half of the files would look lost.
        """
        if self._store.state() == AWAY:
            raise ArchiveAway("recordings are compared again when their archive is back")
        found = {(gap.kind, gap.subject): gap for gap in self.find()}
        known = self._session.scalars(select(RecordingGap).limit(_AGAIN * 10)).all()
        for row in known:
            again = found.pop((row.kind, row.subject), None)
            if again is not None and row.closed_at is not None:
                row.found_at, row.closed_at = self._now, None
            elif again is None and row.closed_at is None and not self._still(row):
                row.closed_at = self._now
        for gap in found.values():
            self._session.add(
                RecordingGap(
                    kind=gap.kind,
                    subject=gap.subject,
                    contact_id=gap.contact_id,
                    found_at=self._now,
                )
            )
        self._session.flush()
        return len(open_gaps(self._session))

    def find(self) -> Iterator[Gap]:
        """All gaps of the last days."""
        yield from self._files_without_row()
        yield from self._rows_without_file()
        yield from self._talks_not_recorded()

    def _files_without_row(self) -> Iterator[Gap]:
        keys = set(self._keys_on_disk())
        known = set(
            self._session.scalars(
                select(Recording.storage_key).where(
                    Recording.started_at >= self._since - timedelta(days=1)
                )
            )
        )
        for key in sorted(keys - known):
            if self._row_of(key) is None:
                yield Gap("file_without_row", key)

    def _keys_on_disk(self) -> Iterator[str]:
        day = self._since.astimezone(self._zone).date()
        last = self._now.astimezone(self._zone).date()
        while day <= last:
            for key, path in self._store.keys(day):
                changed = datetime.fromtimestamp(path.stat().st_mtime, self._zone)
                if changed < self._until:
                    yield key
            day += timedelta(days=1)

    def _row_of(self, key: str) -> Recording | None:
        return self._session.scalar(select(Recording).where(Recording.storage_key == key))

    def _rows_without_file(self) -> Iterator[Gap]:
        rows = self._session.scalars(
            select(Recording)
            .where(Recording.started_at >= self._since, Recording.started_at < self._until)
            .where(Recording.status != "purged")
        )
        for row in rows:
            if self._store.find(row.storage_key) is None:
                yield Gap("row_without_file", row.storage_key, row.contact_id)

    def _talks_not_recorded(self) -> Iterator[Gap]:
        talks = self._session.execute(
            select(TalkSegment, Contact.pub)
            .join(Contact, Contact.id == TalkSegment.contact_id)
            .where(TalkSegment.started_at >= self._since, TalkSegment.ended_at < self._until)
            .where(TalkSegment.role.in_(SERVING_ROLES), Contact.is_test.is_(False))
        ).all()
        for talk, pub in talks:
            lasted = (talk.ended_at or talk.started_at) - talk.started_at
            if lasted > _SHORTEST and self._is_missed(talk):
                yield Gap("talk_not_recorded", f"{pub}/{talk.seq}", talk.contact_id)

    def _is_missed(self, talk: TalkSegment) -> bool:
        policy = self._policy_at(talk.started_at)
        if policy is None:
            return False
        if mode_for(policy, talk_meant(self._session, talk.contact_id, talk.id)) != "always":
            return False
        recordings = self._session.scalars(
            select(Recording).where(Recording.contact_id == talk.contact_id)
        ).all()
        return not any(_covers(recording, talk) for recording in recordings)

    def _policy_at(self, at: datetime) -> RecordingPolicy | None:
        """The rules that were published then; None before the first publication."""
        then = [policy for since, policy in self._policies if since <= at]
        return then[-1] if then else None

    def _still(self, gap: RecordingGap) -> bool:
        """Whether an older gap, outside of this run's days, is one still."""
        if gap.kind == "file_without_row":
            there = self._store.find(gap.subject) is not None
            return there and self._row_of(gap.subject) is None
        if gap.kind == "row_without_file":
            row = self._row_of(gap.subject)
            there = self._store.find(gap.subject) is not None
            return row is not None and row.status != "purged" and not there
        pub, _slash, seq = gap.subject.partition("/")
        talk = self._session.scalar(
            select(TalkSegment)
            .join(Contact, Contact.id == TalkSegment.contact_id)
            .where(Contact.pub == pub, TalkSegment.seq == int(seq))
        )
        return talk is not None and self._is_missed(talk)


def _covers(recording: Recording, talk: TalkSegment) -> bool:
    """Whether a recording that exists ran during the talk; one of unknown length counts from its
    beginning."""
    if recording.status == "missing" or talk.ended_at is None:
        return False
    ends = recording.started_at + timedelta(milliseconds=recording.ms)
    begun = recording.started_at < talk.ended_at
    return begun and (recording.ms == 0 or ends > talk.started_at)


def _policies(session: Session) -> list[tuple[datetime, RecordingPolicy]]:
    rows: Iterable[ConfigSnapshot] = session.scalars(
        select(ConfigSnapshot).order_by(ConfigSnapshot.version)
    )
    found = []
    for row in rows:
        try:
            found.append((row.created_at, RecordingPolicy.from_json(row.body["recording"])))
        except (KeyError, SnapshotInvalid):
            continue  # written by an older program: the controller would not have used it either
    return found


def open_gaps(session: Session, limit: int = 200) -> Sequence[RecordingGap]:
    """Gaps that are gaps still, newest first."""
    return session.scalars(
        select(RecordingGap)
        .where(RecordingGap.closed_at.is_(None))
        .order_by(RecordingGap.found_at.desc(), RecordingGap.id.desc())
        .limit(limit)
    ).all()
