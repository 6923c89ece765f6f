"""Earlier calls, as other areas ask for them: of a door, of a number, of an agent's day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from crm_web.areas.calls.models import AgentOffer, Contact, QueueVisit, TalkSegment, WrapUp
from crm_web.extensions import db

PAST = 8


@dataclass(frozen=True)
class OwnTalk:
    """A talk of an agent, with the contact that it belongs to."""

    contact: Contact
    started_at: datetime
    talk_ms: int


@dataclass(frozen=True)
class Talk:
    """An agent's (row id) part in a call, and what that agent wrote afterwards."""

    agent_id: int
    role: str
    started_at: datetime
    talk_ms: int
    note: str


def premises_of(pubs: Sequence[str]) -> dict[str, int]:
    """contact_id → premise (row id), of those whose record has one."""
    rows = db.session.execute(
        select(Contact.pub, Contact.premise_id).where(Contact.pub.in_(pubs))
    )
    return {pub: premise for pub, premise in rows if premise is not None}


def find_contact(pub: str) -> Contact | None:
    """The contact's row, None while the call log has not written it yet."""
    return db.session.scalar(select(Contact).where(Contact.pub == pub))


def recent_for_premise(premise_id: int, but: str = "", limit: int = PAST) -> Sequence[Contact]:
    """Calls of a door (row id), newest first, without the contact `but`."""
    return _newest(Contact.premise_id == premise_id, but, limit)


def recent_for_phone(phone_id: int, but: str = "", limit: int = PAST) -> Sequence[Contact]:
    """Calls of a number (row id), newest first, without the contact `but`."""
    return _newest(Contact.phone_id == phone_id, but, limit)


def _newest(condition: ColumnElement[bool], but: str, limit: int) -> Sequence[Contact]:
    return db.session.scalars(
        select(Contact)
        .where(condition, Contact.pub != but)
        .order_by(Contact.started_at.desc(), Contact.id.desc())
        .limit(limit)
    ).all()


def talks_of_agent(
    agent_id: int, begin: datetime, end: datetime, limit: int
) -> Sequence[OwnTalk]:
    """What an agent (row id) talked from begin to end, newest first."""
    rows = db.session.execute(
        select(Contact, TalkSegment.started_at, TalkSegment.talk_ms)
        .join(TalkSegment, TalkSegment.contact_id == Contact.id)
        .where(TalkSegment.agent_id == agent_id)
        .where(TalkSegment.started_at >= begin, TalkSegment.started_at < end)
        .order_by(TalkSegment.started_at.desc())
        .limit(limit)
    )
    return [OwnTalk(contact, at, ms) for contact, at, ms in rows]


def served_last_by(agent_id: int, since: datetime, limit: int) -> Sequence[Contact]:
    """Contacts that an agent (row id) placed or had last, begun since then, newest first."""
    return db.session.scalars(
        select(Contact)
        .where(Contact.last_agent_id == agent_id, Contact.started_at >= since)
        .order_by(Contact.started_at.desc())
        .limit(limit)
    ).all()


def not_reached_by(
    agent_id: int, begin: datetime, end: datetime, limit: int
) -> Sequence[Contact]:
    """Calls that an agent (row id) placed from begin to end and nobody took, newest first."""
    return db.session.scalars(
        select(Contact)
        .where(Contact.last_agent_id == agent_id, Contact.outcome == "not_reached")
        .where(Contact.started_at >= begin, Contact.started_at < end)
        .order_by(Contact.started_at.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class MissedOffer:
    """A call that rang at an agent and was not answered there; result as in AgentOffer."""

    contact: Contact
    offered_at: datetime
    ring_ms: int
    result: str


def missed_of_agent(
    agent_id: int, begin: datetime, end: datetime, limit: int
) -> Sequence[MissedOffer]:
    """What rang at an agent (row id) from begin to end without an answer, newest first."""
    rows = db.session.execute(
        select(Contact, AgentOffer.offered_at, AgentOffer.ring_ms, AgentOffer.result)
        .join(QueueVisit, QueueVisit.contact_id == Contact.id)
        .join(AgentOffer, AgentOffer.queue_visit_id == QueueVisit.id)
        .where(AgentOffer.agent_id == agent_id)
        .where(AgentOffer.offered_at >= begin, AgentOffer.offered_at < end)
        .where(AgentOffer.result.not_in(("", "answered")))
        .order_by(AgentOffer.offered_at.desc())
        .limit(limit)
    )
    return [MissedOffer(*row) for row in rows]


def talks_of_contact(contact_id: int) -> Sequence[Talk]:
    """Who had a call (row id), first to last."""
    rows = db.session.execute(
        select(TalkSegment, WrapUp.note)
        .outerjoin(
            WrapUp,
            and_(
                WrapUp.contact_id == TalkSegment.contact_id,
                WrapUp.agent_id == TalkSegment.agent_id,
            ),
        )
        .where(TalkSegment.contact_id == contact_id)
        .order_by(TalkSegment.seq)
    )
    return [
        Talk(talk.agent_id, talk.role, talk.started_at, talk.talk_ms, note or "")
        for talk, note in rows
    ]


def results_of(contact_ids: Collection[int]) -> dict[int, int]:
    """Contact → its wrap-up result, row ids of both."""
    if not contact_ids:
        return {}
    rows = db.session.execute(
        select(WrapUp.contact_id, WrapUp.result_id).where(WrapUp.contact_id.in_(contact_ids))
    )
    return {contact_id: result_id for contact_id, result_id in rows}


def took_part(contact: Contact, agent_id: int) -> bool:
    """Whether an agent (row id) had the call, or talked in it."""
    talked = select(TalkSegment.id).where(
        TalkSegment.contact_id == contact.id, TalkSegment.agent_id == agent_id
    )
    return (
        contact.last_agent_id == agent_id or db.session.scalar(talked.limit(1)) is not None
    )
