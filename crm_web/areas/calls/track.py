"""A contact to scale: stretches on a track, drawn where they really were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_web.areas.calls.models import SERVING_ROLES, ContactEvent, Recording, TalkSegment
from crm_web.areas.calls.queries import Record
from crm_web.columns import to_ms

WIDTH = 640

# Top and height of each kind: what the caller lived through, who else was there, what was kept.
ROWS = {
    "ivr": (5, 8),
    "que": (5, 8),
    "talk": (2, 14),
    "hold": (2, 14),
    "help": (18, 4),
    "listen": (23, 3),
    "rec": (28, 2),
}


@dataclass(frozen=True)
class Bar:
    """A stretch in units of WIDTH. kind: a key of ROWS, or `gap` on a recording's own track."""

    kind: str
    x: float
    width: float
    y: int = 0
    height: int = 4


@dataclass(frozen=True)
class Stretch:
    """Milliseconds since the epoch; end None while it lasts."""

    start: int
    end: int | None


def holds_of(record: Record) -> list[Stretch]:
    """When the caller heard music."""
    return holds_among(record.events, record.talks)


def holds_among(events: Sequence[ContactEvent], talks: Iterable[TalkSegment]) -> list[Stretch]:
    """A hold ends with its resume, with calling somebody else (the music goes on as part of
    that), with the talk, or with the agent's return on a new leg, unless that was to the hold."""
    talk_ends = {talk.seq: talk.ended_at for talk in talks}
    found = []
    for event in events:
        if event.type != "talk.held":
            continue
        seq = event.data.get("seq")
        ends = [
            to_ms(other.at)
            for other in events
            if other.at >= event.at and other.id != event.id and _ends_hold(other)
        ]
        if ended := talk_ends.get(seq) if isinstance(seq, int) else None:
            ends.append(to_ms(ended))
        later = [end for end in ends if end >= to_ms(event.at)]
        found.append(Stretch(to_ms(event.at), min(later) if later else None))
    return found


def _ends_hold(event: ContactEvent) -> bool:
    if event.type == "agent.rejoined":
        return not event.data.get("held")
    return event.type in ("talk.resumed", "party.called")


def bars_of(record: Record, *, with_listening: bool) -> list[Bar]:
    """Navigation, waiting, talks, holds, helpers, recordings; listening only for those who may
    know of it. Empty until the contact has ended."""
    contact = record.contact
    if contact.ended_at is None or contact.ended_at <= contact.started_at:
        return []
    begin, end = to_ms(contact.started_at), to_ms(contact.ended_at)
    scale = WIDTH / (end - begin)
    found = []
    for kind, stretch in _stretches(record, with_listening):
        start, stop = max(begin, stretch.start), min(end, stretch.end or end)
        if stop > start:
            y, height = ROWS[kind]
            x = round((start - begin) * scale, 1)
            found.append(Bar(kind, x, round((stop - start) * scale, 1), y, height))
    return [bar for bar in found if bar.width > 0]


def _stretches(record: Record, with_listening: bool) -> Iterator[tuple[str, Stretch]]:
    for run in record.runs:
        yield "ivr", _between(run.entered_at, run.left_at)
    for visit in record.visits:
        start = to_ms(visit.entered_at)
        yield "que", Stretch(start, start + visit.wait_ms if visit.left_at else None)
    for talk in record.talks:
        kind = "talk" if talk.role in SERVING_ROLES else "help"
        yield kind, _between(talk.started_at, talk.ended_at)
    for hold in holds_of(record):
        yield "hold", hold
    if with_listening:
        for listening in record.listenings:
            yield "listen", _between(listening.started_at, listening.ended_at)
    for recording in record.recordings:
        yield from (("rec", part) for part in _heard(recording))


def _between(start: datetime, end: datetime | None) -> Stretch:
    return Stretch(to_ms(start), None if end is None else to_ms(end))


def _heard(recording: Recording) -> Iterator[Stretch]:
    """The recording without its masked stretches."""
    start = to_ms(recording.started_at)
    at, end = 0, recording.ms
    for mask in sorted(recording.masks, key=lambda one: one.from_ms):
        if mask.from_ms > at:
            yield Stretch(start + at, start + mask.from_ms)
        at = end if mask.to_ms is None else max(at, mask.to_ms)
    if end > at:
        yield Stretch(start + at, start + end)


def gaps_of(recording: Recording) -> list[Bar]:
    """The masked stretches of a recording, on its own track: nothing is heard there."""
    if not recording.ms:
        return []
    scale = WIDTH / recording.ms
    found = []
    for mask in recording.masks:
        end = recording.ms if mask.to_ms is None else min(mask.to_ms, recording.ms)
        width = (end - mask.from_ms) * scale
        found.append(Bar("gap", round(mask.from_ms * scale, 1), round(max(width, 1), 1)))
    return found
