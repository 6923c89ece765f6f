"""Reading tickets: lists by keyset, one with its steps, and what is open at a door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, column, func, or_, select, table
from sqlalchemy.orm import joinedload, selectinload

from crm_web.areas.org import queries as org
from crm_web.areas.tickets import urgency, workflow
from crm_web.areas.tickets.errors import NoSuchKind, NoSuchTicket
from crm_web.areas.tickets.models import Ticket, TicketContact, TicketKind, TicketStep
from crm_web.columns import utc_now
from crm_web.extensions import db

STATE_NAMES = workflow.STATE_NAMES
PAGE = 50
LANE = 40


Narrow = Callable[[Any], Any]


def _all(query: Any) -> Any:
    return query


@dataclass(frozen=True)
class TicketFilter:
    """What a list shows; empty fields do not narrow it. Ids are row ids, times are aware UTC."""

    states: tuple[str, ...] = ()
    kind_class: str = ""
    kind_id: int | None = None
    urgency: str = ""
    customer_id: int | None = None
    premise_id: int | None = None
    taker_id: int | None = None
    mine_id: int | None = None  # taken by or assigned to
    assignee_id: int | None = None
    owner_unit_ids: tuple[int, ...] = ()
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    text: str = ""


def _where(wanted: TicketFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.states:
        found.append(Ticket.status.in_(wanted.states))
    for attribute, value in (
        (Ticket.kind_class, wanted.kind_class),
        (Ticket.kind_id, wanted.kind_id),
        (Ticket.urgency, wanted.urgency),
        (Ticket.customer_id, wanted.customer_id),
        (Ticket.premise_id, wanted.premise_id),
        (Ticket.taker_id, wanted.taker_id),
        (Ticket.assignee_id, wanted.assignee_id),
    ):
        if value:
            found.append(attribute == value)
    if wanted.mine_id:
        found.append(or_(Ticket.taker_id == wanted.mine_id, Ticket.assignee_id == wanted.mine_id))
    if wanted.owner_unit_ids:
        found.append(Ticket.owner_unit_id.in_(wanted.owner_unit_ids))
    if wanted.opened_from:
        found.append(Ticket.opened_at >= wanted.opened_from)
    if wanted.opened_to:
        found.append(Ticket.opened_at < wanted.opened_to)
    text = wanted.text.strip()[:64]
    if text:
        found.append(
            or_(
                Ticket.ticket_no.endswith(text.upper(), autoescape=True),
                Ticket.address_text.contains(text, autoescape=True),
                Ticket.contact_name.contains(text, autoescape=True),
                Ticket.title.contains(text, autoescape=True),
            )
        )
    return found


def list_tickets(
    wanted: TicketFilter,
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
    narrow: Narrow = _all,
) -> tuple[list[Ticket], tuple[datetime, int] | None]:
    """Newest first, and the key to ask on with (None at the end).

    `narrow` adds what the asker's scope allows.
    """
    query = narrow(select(Ticket).options(joinedload(Ticket.kind)).where(*_where(wanted)))
    if after is not None:
        at, row_id = after
        query = query.where(
            or_(Ticket.opened_at < at, and_(Ticket.opened_at == at, Ticket.id < row_id))
        )
    query = query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(limit + 1)
    rows = list(db.session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, ((rows[-1].opened_at, rows[-1].id) if more else None)


def lane(
    wanted: TicketFilter, states: tuple[str, ...], narrow: Narrow = _all
) -> tuple[list[Ticket], int]:
    """The cards of one lane of the board, most urgent due first, and how many there are in all."""
    query = narrow(
        select(Ticket)
        .options(joinedload(Ticket.kind))
        .where(*_where(wanted), Ticket.status.in_(states))
    )
    rows = db.session.scalars(
        query.order_by(Ticket.first_due_at.is_(None), Ticket.first_due_at, Ticket.id).limit(LANE)
    )
    return list(rows), lane_count(wanted, states, narrow)


def lane_count(wanted: TicketFilter, states: tuple[str, ...], narrow: Narrow = _all) -> int:
    """How many tickets are in these states."""
    query = narrow(select(Ticket.id).where(*_where(wanted), Ticket.status.in_(states)))
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def find_ticket(pub: str) -> Ticket | None:
    return db.session.scalar(
        select(Ticket)
        .options(joinedload(Ticket.kind), selectinload(Ticket.steps))
        .where(Ticket.pub == pub)
    )


def get_ticket(pub: str) -> Ticket:
    """The ticket of a public id with kind and steps; raises NoSuchTicket."""
    row = find_ticket(pub)
    if row is None:
        raise NoSuchTicket(_("没有这张工单"))
    return row


def get_kind(code: str) -> TicketKind:
    """The active kind (a leaf) of a code; raises NoSuchKind."""
    row = db.session.scalar(
        select(TicketKind).where(TicketKind.code == code, TicketKind.active.is_(True))
    )
    if row is None:
        raise NoSuchKind(_("没有这个工单种类"), fields={"kind": _("没有这个工单种类")})
    return row


def find_kind_id(code: str) -> int | None:
    """Row id of a kind's code, None for '' or an unknown one."""
    return db.session.scalar(select(TicketKind.id).where(TicketKind.code == code)) if code else None


def contact_pubs(ticket_id: int) -> list[tuple[str, str]]:
    """(public id, relation) of the contacts tied to a ticket; the calls area shows them."""
    contact = table("contact", column("id"), column("pub"))
    rows = db.session.execute(
        select(contact.c.pub, TicketContact.relation)
        .join(TicketContact, TicketContact.contact_id == contact.c.id)
        .where(TicketContact.ticket_id == ticket_id)
        .order_by(TicketContact.created_at)
    )
    return [(pub, relation) for pub, relation in rows]


def kind_choices() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """[(group name, [(code, name, default urgency)])] of the active leaves, for a form."""
    rows = db.session.scalars(
        select(TicketKind).where(TicketKind.active.is_(True)).order_by(TicketKind.sort)
    ).all()
    parents = {row.parent_id for row in rows}
    names = {row.id: org.item_name(row) for row in rows}
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        if row.id in parents:
            continue
        group = names.get(row.parent_id or 0, names[row.id])
        groups.setdefault(group, []).append((row.code, names[row.id], row.default_urgency))
    return list(groups.items())


def open_count(premise_ids: Iterable[int] = (), customer_ids: Iterable[int] = ()) -> int:
    """How many unfinished tickets the doors or the people have."""
    premises, customers = list(premise_ids), list(customer_ids)
    if not premises and not customers:
        return 0
    owners = []
    if premises:
        owners.append(Ticket.premise_id.in_(premises))
    if customers:
        owners.append(Ticket.customer_id.in_(customers))
    found = db.session.scalar(
        select(func.count())
        .select_from(Ticket)
        .where(Ticket.status.in_(workflow.UNFINISHED_STATES), or_(*owners))
    )
    return found or 0


def tickets_of_premise(premise_id: int, limit: int = 20) -> list[Ticket]:
    """A door's tickets, newest first, open and past."""
    return list_tickets(TicketFilter(premise_id=premise_id), limit=limit)[0]


def tickets_of_customer(customer_id: int, limit: int = 20) -> list[Ticket]:
    """A person's tickets, newest first."""
    return list_tickets(TicketFilter(customer_id=customer_id), limit=limit)[0]


def tickets_of_contact(contact_id: int) -> list[Ticket]:
    """Tickets that a contact (row id) opened or touched."""
    linked = select(TicketContact.ticket_id).where(TicketContact.contact_id == contact_id)
    return list(
        db.session.scalars(
            select(Ticket)
            .options(joinedload(Ticket.kind))
            .where(or_(Ticket.source_contact_id == contact_id, Ticket.id.in_(linked)))
            .order_by(Ticket.id)
        )
    )


def contact_ids_of(ticket_no: str) -> list[int]:
    """Row ids of the contacts that opened or touched the ticket with this number."""
    ticket_id = select(Ticket.id).where(Ticket.ticket_no == ticket_no).scalar_subquery()
    linked = select(TicketContact.contact_id).where(TicketContact.ticket_id == ticket_id)
    opened = select(Ticket.source_contact_id).where(
        Ticket.id == ticket_id, Ticket.source_contact_id.is_not(None)
    )
    found = {*db.session.scalars(linked), *db.session.scalars(opened)}
    return sorted(row_id for row_id in found if row_id is not None)


def duplicates_of(premise_id: int, kind_code: str = "") -> list[Ticket]:
    """Unfinished tickets at the same door, of the same group of kinds when one is given."""
    query = (
        select(Ticket)
        .options(joinedload(Ticket.kind))
        .join(Ticket.kind)
        .where(
            Ticket.premise_id == premise_id, Ticket.status.in_(workflow.UNFINISHED_STATES)
        )
        .order_by(Ticket.opened_at.desc())
        .limit(5)
    )
    group = kind_code.rpartition(".")[0]
    if group:
        query = query.where(TicketKind.code.startswith(group + ".", autoescape=True))
    return list(db.session.scalars(query))


def has_tickets(*, premise_id: int | None = None, customer_id: int | None = None) -> bool:
    """Whether a door or a person was ever the subject of a ticket."""
    owner, value = (
        (Ticket.premise_id, premise_id)
        if premise_id is not None
        else (Ticket.customer_id, customer_id)
    )
    return db.session.scalar(select(Ticket.id).where(owner == value).limit(1)) is not None


def deadline_of(ticket: Ticket, now: datetime | None = None) -> urgency.Deadline | None:
    """The limit that runs now, with the share that is used up."""
    now = now or utc_now()
    return urgency.deadline(ticket.first_due_at, _running_since(ticket), now)


def _running_since(ticket: Ticket) -> datetime:
    since = {
        workflow.DISPATCHED: ticket.dispatched_at,
        workflow.WRITTEN_OFF: ticket.written_off_at,
    }.get(ticket.status)
    return since or ticket.opened_at


def last_step(ticket_id: int) -> TicketStep | None:
    return db.session.scalar(
        select(TicketStep)
        .where(TicketStep.ticket_id == ticket_id)
        .order_by(TicketStep.seq.desc())
        .limit(1)
    )
