"""Reading call records: the list by keyset, and everything about one contact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from crm_web.areas.calls.history import (
    OwnTalk,
    Talk,
    find_contact,
    missed_of_agent,
    not_reached_by,
    premises_of,
    recent_for_phone,
    recent_for_premise,
    results_of,
    served_last_by,
    talks_of_agent,
    talks_of_contact,
    took_part,
)
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
from crm_web.areas.customers import queries as customers
from crm_web.areas.org import flow_documents
from crm_web.areas.org import queries as org
from crm_web.areas.org.models import Agent, DictionaryItem, Queue, User
from crm_web.errors import NotFound, OutOfReach
from crm_web.extensions import db
from crm_web.security import can, me, within

__all__ = [
    "OwnTalk", "Talk", "find_contact", "missed_of_agent", "not_reached_by", "premises_of",
    "recent_for_phone", "recent_for_premise", "results_of", "served_last_by", "talks_of_agent",
    "talks_of_contact", "took_part",
]  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One contact with its parts, oldest first; premise and customer are rows of customers."""

    contact: Contact
    legs: Sequence[CallLeg]
    runs: Sequence[FlowRun]
    visits: Sequence[QueueVisit]
    talks: Sequence[TalkSegment]
    events: Sequence[ContactEvent]
    listenings: Sequence[MonitorSession]
    recordings: Sequence[Recording]
    wrap_ups: Sequence[tuple[WrapUp, str]]
    premise: Any
    customer: Any


@dataclass(frozen=True)
class Names:
    """Agents ("name agent_no") and queues by row id and by number or code."""

    agents: Mapping[int, str]
    by_number: Mapping[str, str]
    queues: Mapping[int, str]
    by_code: Mapping[str, str]
    flows: Mapping[str, str]

    def agent(self, row_id: int | None) -> str:
        """"" for nobody."""
        return self.agents.get(row_id or 0, "")

    def target(self, told: str) -> str:
        """"agent:1002", "queue:general", "flow:gas_main" or "outside:138 **** 0021" as people
        say it."""
        kind, _colon, value = told.partition(":")
        named = {"agent": self.by_number, "queue": self.by_code, "flow": self.flows}
        return named.get(kind, {}).get(value, value)


def get_record(pub: str) -> Record:
    """A contact with everything that happened in it; raises NotFound."""
    one = select(Contact).where(Contact.pub == pub)
    contact = db.session.scalar(within(one, "contact.view", agent=Contact.last_agent_id))
    if contact is None:
        missing = NotFound if db.session.scalar(one) is None else OutOfReach
        raise missing(_("没有这条通话记录"))
    return parts_of(contact)


def parts_of(contact: Contact) -> Record:
    """Everything that happened in a contact, whoever asks."""
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
        premise=customers.premise_by_id(contact.premise_id),
        customer=customers.customer_by_id(contact.customer_id),
    )


def _all(statement: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(statement).all()


def may_listen(contact_id: int, permission: str = "recording.listen") -> bool:
    """Whether the reader's reach of `permission` covers a contact (row id): somebody within it
    took part."""
    if not can(permission):
        return False
    if me().scope(permission) == "all":
        return True
    reach = within(select(Agent.id), permission, agent=Agent.id)
    took_part = select(TalkSegment.id).where(
        TalkSegment.contact_id == contact_id, TalkSegment.agent_id.in_(reach)
    )
    return db.session.scalar(took_part.limit(1)) is not None


def get_recording(pub: str, permission: str = "recording.listen") -> Recording:
    """A recording that the reader's reach of `permission` covers; raises NotFound for the others
    too."""
    found = db.session.scalar(select(Recording).where(Recording.pub == pub))
    if found is None or not may_listen(found.contact_id, permission):
        missing = NotFound if found is None else OutOfReach
        raise missing(_("没有这段录音，或者不在你的范围里"))
    return found


def pub_of(contact_id: int) -> str:
    """The public id of a contact (row id); raises NotFound."""
    pub = db.session.scalar(select(Contact.pub).where(Contact.id == contact_id))
    if pub is None:
        raise NotFound(_("没有这条通话记录"))
    return pub


def pubs_of(contact_ids: Collection[int]) -> dict[int, str]:
    """Row id → public id of contacts."""
    rows = db.session.execute(
        select(Contact.id, Contact.pub).where(Contact.id.in_(contact_ids))
    )
    return {row_id: pub for row_id, pub in rows}


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
        flows=flow_documents.titles(),
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


def result_choices() -> list[tuple[str, str]]:
    """(code, name) of what a talk can have come to, also of those no longer in use."""
    items = org.items("wrap_up_result", also_inactive=True)
    return [(item.code, org.item_name(item)) for item in items]
