"""The one place that computes report figures, from the base tables. `docs/metrics.md` defines them.

Every count and sum of a visit, and of the talk that came out of it, goes to the bucket of the time
it entered the queue; so a row adds up and shows the work where it arrived. Test calls are left
out. A visit counts once it has ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import (
    SERVING_ROLES,
    AgentOffer,
    Contact,
    FlowRun,
    QueueVisit,
    TalkSegment,
)
from crm_web.areas.org.models import Agent, Queue, User
from crm_web.areas.reports.buckets import bucket_of
from crm_web.areas.reports.formulas import ContactSums, OfferSums, TalkSums, VisitSums
from crm_web.columns import utc_now

STEPS_MIN = (15, 60)

# A talk begins at most this long after its caller entered the queue; bounds the index range.
_LONGEST_WAIT = timedelta(hours=12)
_OWES_WRAP_UP = ("primary", "transferee", "outbound")
_AGENT_FAILED = ("no_answer", "rejected", "unreachable")
_NOT_THE_AGENTS = ("caller_left", "answered_elsewhere", "cancelled")


@dataclass(frozen=True)
class BucketRow:
    """One line of the time table; `start` is aware, in the site's zone."""

    start: datetime
    contacts: ContactSums
    visits: VisitSums
    talks: TalkSums


@dataclass(frozen=True)
class QueueRow:
    """One queue's day."""

    code: str
    name: str
    target_s: int
    visits: VisitSums
    talks: TalkSums


@dataclass(frozen=True)
class AgentRow:
    """One agent's day."""

    agent_no: str
    name: str
    talks: TalkSums
    offers: OfferSums


@dataclass(frozen=True)
class DayReport:
    """A day as of `as_of`; today's figures grow until its last visit has ended."""

    day: date
    as_of: datetime
    step_min: int
    buckets: list[BucketRow]
    total: BucketRow
    queues: list[QueueRow]
    agents: list[AgentRow]


def day_report(
    session: Session,
    day: date,
    zone: ZoneInfo,
    *,
    step_min: int = 60,
    queue: str = "",
    agent_ids: Collection[int] | None = None,
) -> DayReport:
    """The call report of a local day.

    `queue` narrows visits and talks to one queue (calls that never reached a queue then show no
    volume of their own); `agent_ids` limits the agents' table, None means everybody.
    """
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    end = begin + timedelta(days=1)
    visits = _visit_sums(session, begin, end, step_min, queue)
    talks = _talk_sums(session, begin, end, step_min, queue)
    contacts = {} if queue else _contact_sums(session, day, step_min)
    starts = _starts(begin, end, step_min)
    buckets = [
        BucketRow(
            start,
            contacts.get(key, ContactSums()),
            _total((s for (b, _), s in visits.items() if b == key), VisitSums()),
            _total((s for (b, _, _), s in talks.items() if b == key), TalkSums()),
        )
        for key, start in starts
    ]
    total = BucketRow(
        begin,
        _total((row.contacts for row in buckets), ContactSums()),
        _total((row.visits for row in buckets), VisitSums()),
        _total((row.talks for row in buckets), TalkSums()),
    )
    return DayReport(
        day=day,
        as_of=utc_now(),
        step_min=step_min,
        buckets=buckets,
        total=total,
        queues=_queue_rows(session, visits, talks, queue),
        agents=_agent_rows(session, talks, _offer_sums(session, begin, end, queue), agent_ids),
    )


def queue_day(session: Session, begin: datetime, end: datetime) -> list[QueueRow]:
    """Each queue's visits from begin to end, without its talks: for boards that ask often."""
    return _queue_rows(session, _visit_sums(session, begin, end, STEPS_MIN[-1], ""), {}, "")


def _starts(begin: datetime, end: datetime, step_min: int) -> list[tuple[int, datetime]]:
    """Bucket numbers with their local beginnings; real minutes, so a clock change adds no gap."""
    step = step_min * 60
    first, last = int(begin.timestamp()) // step, int(end.timestamp()) // step
    return [
        (number, datetime.fromtimestamp(number * step, UTC).astimezone(begin.tzinfo))
        for number in range(first, last)
    ]


def _real_calls() -> ColumnElement[bool]:
    return and_(
        Contact.channel == "call", Contact.direction == "inbound", Contact.is_test.is_(False)
    )


def _count(condition: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _sum(value: Any, condition: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


def _visit_sums(
    session: Session, begin: datetime, end: datetime, step_min: int, queue: str
) -> dict[tuple[int, int], VisitSums]:
    """By (bucket, queue id)."""
    answered = QueueVisit.outcome == "answered"
    abandoned = QueueVisit.outcome == "abandoned"
    columns: dict[str, ColumnElement[int]] = {
        "offered": func.count(QueueVisit.id),
        "answered": _count(answered),
        "answered_in_target": _count(
            and_(answered, QueueVisit.wait_ms <= Queue.target_s * 1000)
        ),
        "abandoned": _count(abandoned),
        "answered_wait_ms": _sum(QueueVisit.wait_ms, answered),
        "answered_wait_max_ms": func.max(case((answered, QueueVisit.wait_ms), else_=0)),
        "abandoned_wait_ms": _sum(QueueVisit.wait_ms, abandoned),
    }
    for field in fields(VisitSums):
        if field.name not in columns:
            columns[field.name] = _count(QueueVisit.outcome == field.name)
    bucket = bucket_of(QueueVisit.entered_at, step_min)
    statement = (
        select(bucket.label("b"), QueueVisit.queue_id, *labelled(columns))
        .join(Contact, Contact.id == QueueVisit.contact_id)
        .join(Queue, Queue.id == QueueVisit.queue_id)
        .where(QueueVisit.entered_at >= begin, QueueVisit.entered_at < end)
        .where(QueueVisit.outcome != "", _real_calls())
        .group_by("b", QueueVisit.queue_id)
    )
    rows = session.execute(_of_queue(statement, queue)).mappings()
    return {(int(row["b"]), row["queue_id"]): VisitSums(**numbers(row, columns)) for row in rows}


def _talk_sums(
    session: Session, begin: datetime, end: datetime, step_min: int, queue: str
) -> dict[tuple[int, int | None, int], TalkSums]:
    """By (bucket of the visit, queue id, agent id)."""
    arrived = func.coalesce(QueueVisit.entered_at, TalkSegment.started_at)
    columns = talk_columns()
    bucket = bucket_of(arrived, step_min)
    statement = (
        select(
            bucket.label("b"), QueueVisit.queue_id, TalkSegment.agent_id, *labelled(columns)
        )
        .join(Contact, Contact.id == TalkSegment.contact_id)
        .outerjoin(QueueVisit, QueueVisit.id == TalkSegment.queue_visit_id)
        .outerjoin(Queue, Queue.id == QueueVisit.queue_id)
        .where(TalkSegment.started_at >= begin, TalkSegment.started_at < end + _LONGEST_WAIT)
        .where(arrived >= begin, arrived < end)
        .where(TalkSegment.ended_at.is_not(None), _real_calls())
        .group_by("b", QueueVisit.queue_id, TalkSegment.agent_id)
    )
    rows = session.execute(_of_queue(statement, queue)).mappings()
    return {
        (int(row["b"]), row["queue_id"], row["agent_id"]): TalkSums(**numbers(row, columns))
        for row in rows
    }


def talk_columns() -> dict[str, ColumnElement[int]]:
    """The columns of TalkSums: which roles each figure counts."""
    serving = TalkSegment.role.in_(SERVING_ROLES)
    owing = TalkSegment.role.in_(_OWES_WRAP_UP)
    primary = TalkSegment.role == "primary"
    handed_on = TalkSegment.transfer_kind.in_(("blind", "attended"))
    return {
        "segments": _count(serving),
        "wrap_due": _count(owing),
        "talk_ms": _sum(TalkSegment.talk_ms, serving),
        "hold_ms": _sum(TalkSegment.hold_ms, serving),
        "wrap_ms": _sum(TalkSegment.wrap_ms, owing),
        "primary": _count(primary),
        "transferred": _count(and_(primary, handed_on)),
        "held": _count(and_(serving, TalkSegment.hold_count > 0)),
        "hold_count": _sum(TalkSegment.hold_count, serving),
        "assists": _count(~serving),
        "assist_ms": _sum(TalkSegment.talk_ms, ~serving),
    }


def offer_columns() -> dict[str, ColumnElement[int]]:
    """The columns of OfferSums."""
    return {
        "offers": func.count(AgentOffer.id),
        "missed": _count(AgentOffer.result.in_(_AGENT_FAILED)),
        "not_the_agents": _count(AgentOffer.result.in_(_NOT_THE_AGENTS)),
    }


def _contact_sums(session: Session, day: date, step_min: int) -> dict[int, ContactSums]:
    """By bucket of the beginning."""
    in_flow = exists().where(FlowRun.contact_id == Contact.id)
    at_goal = exists().where(FlowRun.contact_id == Contact.id, FlowRun.goal_code != "")
    # By way of a queue, or put through from the menu to an agent or a number outside.
    with_a_person = or_(
        exists().where(QueueVisit.contact_id == Contact.id),
        exists().where(TalkSegment.contact_id == Contact.id),
        Contact.outcome == "transferred_out",
    )
    columns: dict[str, ColumnElement[int]] = {
        "calls": func.count(Contact.id),
        "entered_flow": _count(in_flow),
        "contained": _count(and_(at_goal, ~with_a_person)),
    }
    bucket = bucket_of(Contact.started_at, step_min)
    statement = (
        select(bucket.label("b"), *labelled(columns))
        .where(Contact.local_date == day, _real_calls())
        .group_by("b")
    )
    rows = session.execute(statement).mappings()
    return {int(row["b"]): ContactSums(**numbers(row, columns)) for row in rows}


def _offer_sums(
    session: Session, begin: datetime, end: datetime, queue: str
) -> dict[int, OfferSums]:
    """By agent id."""
    columns = offer_columns()
    statement = (
        select(AgentOffer.agent_id, *labelled(columns))
        .join(QueueVisit, QueueVisit.id == AgentOffer.queue_visit_id)
        .join(Queue, Queue.id == QueueVisit.queue_id)
        .join(Contact, Contact.id == QueueVisit.contact_id)
        .where(AgentOffer.offered_at >= begin, AgentOffer.offered_at < end)
        .where(AgentOffer.result != "", _real_calls())
        .group_by(AgentOffer.agent_id)
    )
    rows = session.execute(_of_queue(statement, queue)).mappings()
    return {row["agent_id"]: OfferSums(**numbers(row, columns)) for row in rows}


def _of_queue(statement: Select[Any], queue: str) -> Select[Any]:
    return statement.where(Queue.code == queue) if queue else statement


def labelled(columns: dict[str, ColumnElement[int]]) -> list[Any]:
    return [column.label(name) for name, column in columns.items()]


def numbers(row: Any, columns: Iterable[str]) -> dict[str, int]:
    # PostgreSQL and MariaDB sum integers as Decimal.
    return {name: int(row[name] or 0) for name in columns}


def _total(parts: Iterable[Any], nothing: Any) -> Any:
    return sum(parts, nothing)


def _queue_rows(session: Session, visits: Any, talks: Any, queue: str) -> list[QueueRow]:
    of_visits: dict[int, VisitSums] = defaultdict(VisitSums)
    of_talks: dict[int | None, TalkSums] = defaultdict(TalkSums)
    for (_, queue_id), sums in visits.items():
        of_visits[queue_id] += sums
    for (_, queue_id, _), sums in talks.items():
        of_talks[queue_id] += sums
    query = select(Queue).order_by(Queue.sort, Queue.code)
    return [
        QueueRow(q.code, q.name, q.target_s, of_visits[q.id], of_talks[q.id])
        for q in session.scalars(_of_queue(query, queue))
        if q.active or q.id in of_visits
    ]


def _agent_rows(
    session: Session, talks: Any, offers: dict[int, OfferSums], allowed: Collection[int] | None
) -> list[AgentRow]:
    of_talks: dict[int, TalkSums] = defaultdict(TalkSums)
    for (_, _, agent_id), sums in talks.items():
        of_talks[agent_id] += sums
    wanted = set(of_talks) | set(offers)
    if allowed is not None:
        wanted &= set(allowed)
    query = (
        select(Agent.id, Agent.agent_no, User.display_name)
        .join(User, User.id == Agent.user_id)
        .where(Agent.id.in_(wanted))
        .order_by(Agent.agent_no)
    )
    return [
        AgentRow(number, name, of_talks[agent_id], offers.get(agent_id, OfferSums()))
        for agent_id, number, name in session.execute(query)
    ]
