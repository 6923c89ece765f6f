"""Reading call records: the list by keyset, and everything about one contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, false, or_, select
from sqlalchemy.orm import selectinload

from crm_web.areas.calls.models import (
    CallLeg,
    Contact,
    ContactEvent,
    FlowRun,
    MonitorSession,
    QueueVisit,
    Recording,
    TalkSegment,
    WrapUp,
)
from crm_web.areas.customers.models import Customer, Phone, Premise
from crm_web.areas.org.models import Agent, DictionaryItem, Queue, User
from crm_web.errors import NotFound
from crm_web.extensions import db
from crm_web.paging import Stretch, keyset
from crm_web.security import can, me, within
from esl_controller.domain import numbers


@dataclass(frozen=True)
class Wanted:
    """What the list shows; empty fields do not narrow it. Times are aware UTC, end excluded."""

    begin: datetime | None = None
    end: datetime | None = None
    number: str = ""
    agent: str = ""
    queue: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Record:
    """One contact with its parts, oldest first."""

    contact: Contact
    legs: Sequence[CallLeg]
    runs: Sequence[FlowRun]
    visits: Sequence[QueueVisit]
    talks: Sequence[TalkSegment]
    events: Sequence[ContactEvent]
    listenings: Sequence[MonitorSession]
    recordings: Sequence[Recording]
    wrap_ups: Sequence[tuple[WrapUp, str]]
    premise: Premise | None
    customer: Customer | None


@dataclass(frozen=True)
class Names:
    """Agents ("name agent_no") and queues by row id and by number or code."""

    agents: Mapping[int, str]
    by_number: Mapping[str, str]
    queues: Mapping[int, str]
    by_code: Mapping[str, str]

    def agent(self, row_id: int | None) -> str:
        """"" for nobody."""
        return self.agents.get(row_id or 0, "")

    def target(self, told: str) -> str:
        """"agent:1002", "queue:general" or "outside:138 **** 0021" as people say it."""
        kind, _colon, value = told.partition(":")
        return {"agent": self.by_number, "queue": self.by_code}.get(kind, {}).get(value, value)


def list_contacts(wanted: Wanted, cursor: str | None) -> Stretch[Contact]:
    """The contacts that the reader may see, newest first."""
    statement = within(select(Contact), "contact.view", agent=Contact.last_agent_id)
    if wanted.begin:
        statement = statement.where(Contact.started_at >= wanted.begin)
    if wanted.end:
        statement = statement.where(Contact.started_at < wanted.end)
    if wanted.outcome:
        statement = statement.where(Contact.outcome == wanted.outcome)
    if wanted.queue:
        queue = select(Queue.id).where(Queue.code == wanted.queue).scalar_subquery()
        statement = statement.where(Contact.first_queue_id == queue)
    if wanted.agent:
        agent = select(Agent.id).where(Agent.agent_no == wanted.agent).scalar_subquery()
        took = exists().where(TalkSegment.contact_id == Contact.id, TalkSegment.agent_id == agent)
        statement = statement.where(took)
    if wanted.number:
        statement = _with_number(statement, wanted.number)
    return keyset(statement, Contact.started_at, Contact.id, cursor)


def _with_number(statement: Select[Any], text: str) -> Select[Any]:
    """The last four digits for everybody; a whole number for those who may unmask numbers."""
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if len(digits) == 4:
        owner = Phone.last4 == digits
    elif len(digits) >= 7 and can("customer.unmask"):
        e164 = numbers.normalise(text)
        owner = or_(Phone.e164 == (e164 or ""), Phone.tail8 == digits[-8:])
    else:
        return statement.where(false())
    return statement.where(Contact.phone_id.in_(select(Phone.id).where(owner)))


def get_record(pub: str) -> Record:
    """A contact with everything that happened in it; raises NotFound."""
    contact = db.session.scalar(
        within(
            select(Contact).where(Contact.pub == pub), "contact.view", agent=Contact.last_agent_id
        )
    )
    if contact is None:
        raise NotFound(_("没有这条通话记录"))
    of = contact.id
    wrap_ups = db.session.execute(
        select(WrapUp, DictionaryItem.name)
        .join(DictionaryItem, DictionaryItem.id == WrapUp.result_id)
        .where(WrapUp.contact_id == of)
        .order_by(WrapUp.id)
    ).all()
    return Record(
        contact=contact,
        legs=_all(select(CallLeg).where(CallLeg.contact_id == of).order_by(CallLeg.started_at)),
        runs=_all(select(FlowRun).where(FlowRun.contact_id == of).order_by(FlowRun.seq)),
        visits=_all(
            select(QueueVisit)
            .options(selectinload(QueueVisit.offers))
            .where(QueueVisit.contact_id == of)
            .order_by(QueueVisit.seq)
        ),
        talks=_all(
            select(TalkSegment).where(TalkSegment.contact_id == of).order_by(TalkSegment.seq)
        ),
        events=_all(
            select(ContactEvent)
            .where(ContactEvent.contact_id == of)
            .order_by(ContactEvent.at, ContactEvent.id)
        ),
        listenings=_all(
            select(MonitorSession)
            .where(MonitorSession.contact_id == of)
            .order_by(MonitorSession.started_at)
        ),
        recordings=_all(
            select(Recording)
            .options(selectinload(Recording.masks))
            .where(Recording.contact_id == of)
            .order_by(Recording.n)
        ),
        wrap_ups=[(row, name) for row, name in wrap_ups],
        premise=db.session.get(Premise, contact.premise_id) if contact.premise_id else None,
        customer=db.session.get(Customer, contact.customer_id) if contact.customer_id else None,
    )


def _all(statement: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(statement).all()


def may_listen(contact_id: int) -> bool:
    """Whether the reader's reach of recording.listen covers a contact (row id)."""
    if not can("recording.listen"):
        return False
    if me().scope("recording.listen") == "all":
        return True
    reach = within(select(Agent.id), "recording.listen", agent=Agent.id)
    took_part = select(TalkSegment.id).where(
        TalkSegment.contact_id == contact_id, TalkSegment.agent_id.in_(reach)
    )
    return db.session.scalar(took_part.limit(1)) is not None


def get_recording(pub: str) -> Recording:
    """A recording that the reader may listen to; raises NotFound for the others too."""
    found = db.session.scalar(select(Recording).where(Recording.pub == pub))
    if found is None or not may_listen(found.contact_id):
        raise NotFound(_("没有这段录音，或者不在你的范围里"))
    return found


def names() -> Names:
    """Of all agents and queues, also the inactive ones: old records keep naming them."""
    agents = db.session.execute(
        select(Agent.id, User.display_name, Agent.agent_no).join(User, User.id == Agent.user_id)
    ).all()
    queues = db.session.execute(select(Queue.id, Queue.name, Queue.code)).all()
    return Names(
        agents={row_id: f"{name} {number}" for row_id, name, number in agents},
        by_number={number: f"{name} {number}" for _row, name, number in agents},
        queues={row_id: name for row_id, name, _code in queues},
        by_code={code: name for _row, name, code in queues},
    )


def may_know_of_listening() -> bool:
    """Who listened to a call is for those who may listen themselves, and for the audit."""
    return can("call.monitor") or can("audit.view")


def agent_names() -> dict[int, str]:
    """Row id of every agent → "name agent_no"."""
    query = select(Agent.id, User.display_name, Agent.agent_no).join(User, User.id == Agent.user_id)
    return {row_id: f"{name} {number}" for row_id, name, number in db.session.execute(query)}


def agent_choices() -> list[tuple[str, str]]:
    """(agent_no, "agent_no name") for a select."""
    query = (
        select(Agent.agent_no, User.display_name)
        .join(User, User.id == Agent.user_id)
        .order_by(Agent.agent_no)
    )
    return [(number, f"{number} {name}") for number, name in db.session.execute(query)]


def queue_names() -> dict[int, str]:
    """Row id of every queue → name."""
    return {row_id: name for row_id, name in db.session.execute(select(Queue.id, Queue.name))}


def queue_choices() -> list[tuple[str, str]]:
    """(code, name) of the queues in use, for a select."""
    query = select(Queue.code, Queue.name).where(Queue.active).order_by(Queue.sort, Queue.code)
    return [(code, name) for code, name in db.session.execute(query)]
