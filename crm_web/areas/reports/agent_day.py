"""An agent's own day: talks, misses and states, by the definitions of `docs/metrics.md`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import (
    AgentOffer,
    AgentStateInterval,
    Contact,
    QueueVisit,
    TalkSegment,
)
from crm_web.areas.reports.formulas import OfferSums, StateSums, TalkSums
from crm_web.areas.reports.metrics import labelled, numbers, offer_columns, talk_columns

# No state lasts longer; bounds the index range of intervals that began the day before.
_LONGEST_STATE = timedelta(hours=24)


@dataclass(frozen=True)
class AgentDay:
    """What an agent did from begin to end; calls of both directions, no internal ones."""

    talks: TalkSums
    offers: OfferSums
    states: StateSums


def agent_day(
    session: Session, agent_id: int, begin: datetime, end: datetime, now: datetime
) -> AgentDay:
    """Of one agent (row id), times aware. A state that still lasts counts up to `now`; states
    are cut at both ends of the day."""
    return AgentDay(
        talks=_talks(session, agent_id, begin, end),
        offers=_offers(session, agent_id, begin, end),
        states=_states(session, agent_id, begin, min(end, now)),
    )


def _talks(session: Session, agent_id: int, begin: datetime, end: datetime) -> TalkSums:
    columns = talk_columns()
    row = session.execute(
        select(*labelled(columns))
        .select_from(TalkSegment)
        .join(Contact, Contact.id == TalkSegment.contact_id)
        .where(TalkSegment.agent_id == agent_id)
        .where(TalkSegment.started_at >= begin, TalkSegment.started_at < end)
        .where(TalkSegment.ended_at.is_not(None))
        .where(Contact.direction != "internal", Contact.is_test.is_(False))
    ).mappings()
    return TalkSums(**numbers(row.one(), columns))


def _offers(session: Session, agent_id: int, begin: datetime, end: datetime) -> OfferSums:
    columns = offer_columns()
    row = session.execute(
        select(*labelled(columns))
        .select_from(AgentOffer)
        .join(QueueVisit, QueueVisit.id == AgentOffer.queue_visit_id)
        .join(Contact, Contact.id == QueueVisit.contact_id)
        .where(Contact.direction != "internal", Contact.is_test.is_(False))
        .where(AgentOffer.agent_id == agent_id, AgentOffer.result != "")
        .where(AgentOffer.offered_at >= begin, AgentOffer.offered_at < end)
    ).mappings()
    return OfferSums(**numbers(row.one(), columns))


def _states(session: Session, agent_id: int, begin: datetime, end: datetime) -> StateSums:
    interval = AgentStateInterval
    rows = session.execute(
        select(interval.state, interval.started_at, interval.ended_at)
        .where(interval.agent_id == agent_id)
        .where(interval.started_at >= begin - _LONGEST_STATE, interval.started_at < end)
        .where(or_(interval.ended_at.is_(None), interval.ended_at > begin))
    )
    sums = dict.fromkeys((field.name for field in fields(StateSums)), 0)
    for state, started, ended in rows:
        length = min(ended or end, end) - max(started, begin)
        if state in sums and length > timedelta():
            sums[state] += length // timedelta(milliseconds=1)
    return StateSums(**sums)
