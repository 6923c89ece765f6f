"""Opening tickets and acting on them. Each act is one appended step; the row is its projection."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit, local_numbers, localtime
from crm_web.areas.customers import queries as customers
from crm_web.areas.customers import services as customer_services
from crm_web.areas.tickets import access, chain, urgency, workflow
from crm_web.areas.tickets.errors import BadTicket, ChangedMeanwhile, NoSuchTicket
from crm_web.areas.tickets.models import Ticket, TicketContact, TicketStep
from crm_web.areas.tickets.queries import get_kind, get_ticket, last_step, open_count
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.numbering import next_number

MAX_DETAIL = 4000
MAX_NOTE = 1000
NUMBER = "GD"


@dataclass(frozen=True)
class NewTicket:
    """What the desk (or an import) knows of a case; pub = public id, *_id = row id.

    `urgency` '' takes the kind's, raised by the person's care flags. `contact_id` is the row id
    of the call it came from. `client_op_id` makes a repeated send the same ticket.
    """

    kind_code: str
    text: str
    taker_id: int
    unit_id: int
    urgency: str = ""
    title: str = ""
    premise_pub: str = ""
    customer_pub: str = ""
    address_text: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_id: int | None = None
    account_no: str = ""
    source_channel: str = "call"
    result_text: str = ""
    client_op_id: str | None = None
    form: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class By:
    """Who acts, and from which unit; None = the program itself."""

    user_id: int | None
    unit_id: int | None = None


def open_ticket(wanted: NewTicket) -> Ticket:
    """Write a ticket with its number and first step; raises BadTicket or NoSuchKind."""
    again = _done_before(wanted.client_op_id)
    if again is not None:
        return again
    kind = get_kind(wanted.kind_code)
    place = customers.place_by_pub(wanted.premise_pub) if wanted.premise_pub else None
    customer_id = customers.customer_id_of(wanted.customer_pub)
    level = wanted.urgency or urgency.raised(
        kind.default_urgency, customers.care_flags_of(customer_id)
    )
    _check(wanted, level, needs_place=kind.needs_premise, has_place=place is not None)
    now = utc_now()
    account = customers.find_account(wanted.account_no) if wanted.account_no else None
    ticket = Ticket(
        ticket_no=next_number(NUMBER, localtime.local_date(now)),
        kind_id=kind.id,
        kind_class=kind.kind_class,
        urgency=level,
        status=workflow.OPEN,
        title=(wanted.title.strip() or kind.name)[:120],
        detail=wanted.text.strip(),
        address_text=(place.short if place else wanted.address_text.strip())[:255],
        contact_name=wanted.contact_name.strip()[:80],
        form=wanted.form,
        source_channel=wanted.source_channel,
        opened_at=now,
        first_due_at=urgency.due_at(workflow.OPEN, level, now, now),
        local_date=localtime.local_date(now),
        premise_id=place.id if place else None,
        estate_id=place.estate_id if place else None,
        account_id=account.id if account else None,
        customer_id=customer_id,
        phone_id=_phone_id(wanted.contact_phone),
        source_contact_id=wanted.contact_id,
        taker_id=wanted.taker_id,
        owner_unit_id=wanted.unit_id,
    )
    db.session.add(ticket)
    db.session.flush()
    _append(
        ticket, "open", "", workflow.OPEN, now, By(wanted.taker_id, wanted.unit_id),
        wanted.text.strip()[:MAX_NOTE], None, wanted.client_op_id,
    )  # fmt: skip
    if wanted.contact_id is not None:
        attach_contact(ticket, wanted.contact_id, "created")
    audit.record(
        "ticket.open", "ticket", ticket.pub,
        after={"ticket_no": ticket.ticket_no, "kind": kind.code, "urgency": level},
    )  # fmt: skip
    _recount(ticket)
    return ticket


def _check(wanted: NewTicket, level: str, *, needs_place: bool, has_place: bool) -> None:
    problems: dict[str, str] = {}
    if level not in urgency.URGENCIES:
        problems["urgency"] = _("没有这个紧急程度")
    if not wanted.text.strip():
        problems["text"] = _("写清楚是什么事")
    if len(wanted.text) > MAX_DETAIL:
        problems["text"] = _("最多 4000 个字")
    if wanted.premise_pub and not has_place:
        problems["premise"] = _("没有这一户")
    if needs_place and not has_place and not wanted.address_text.strip():
        problems["premise"] = _("选一户，或写明地点")
    phone = wanted.contact_phone.strip()
    if phone and local_numbers.normalise(phone) is None:
        problems["contact_phone"] = _("这不是能拨的号码")
    if problems:
        raise BadTicket(_("填写的内容有问题"), fields=problems)


def callback_number(pub: str) -> str:
    """The number to call back about a ticket within the user's view, in normal form; '' when it
    has none. Never show it whole. Raises NoSuchTicket."""
    access.check(pub)
    return customers.number_of_phone(get_ticket(pub).phone_id)


def _phone_id(raw: str) -> int | None:
    if not raw.strip():
        return None
    return customer_services.known_phone(raw).id


def _done_before(client_op_id: str | None) -> Ticket | None:
    if not client_op_id:
        return None
    return db.session.scalar(
        select(Ticket)
        .join(TicketStep, TicketStep.ticket_id == Ticket.id)
        .where(TicketStep.client_op_id == client_op_id)
    )


def act(
    pub: str,
    action: str,
    by: By,
    *,
    note: str = "",
    ver: int | None = None,
    assignee_id: int | None = None,
    unit_id: int | None = None,
    contact_id: int | None = None,
    client_op_id: str | None = None,
) -> Ticket:
    """Do one action of the workflow.

    Raises ActionRefused when it does not fit the state, ChangedMeanwhile when `ver` (the version
    the page showed) is not the present one. The same `client_op_id` twice is done once.
    """
    again = _done_before(client_op_id)
    if again is not None:
        return again
    ticket = db.session.scalar(select(Ticket).where(Ticket.pub == pub).with_for_update())
    if ticket is None:
        raise NoSuchTicket(_("没有这张工单"))
    if ver is not None and ticket.ver != ver:
        raise ChangedMeanwhile(_("别人刚动过这张工单，先看看改了什么"), ver=ticket.ver)
    if len(note) > MAX_NOTE:
        raise BadTicket(_("填写的内容有问题"), fields={"note": _("最多 1000 个字")})
    before = ticket.status
    after = workflow.apply(before, action, note)
    now = utc_now()
    data = _project(ticket, action, after, now, assignee_id, unit_id, note)
    ticket.status = after
    if after != before:
        ticket.first_due_at = urgency.due_at(after, ticket.urgency, ticket.opened_at, now)
    db.session.flush()
    _append(ticket, action, before, after, now, by, note.strip(), data, client_op_id)
    if contact_id is not None:
        attach_contact(ticket, contact_id, "chased" if action == "chase" else "attached")
    audit.record(
        f"ticket.{action}", "ticket", ticket.pub,
        before={"status": before}, after={"status": after, **(data or {})}, reason=note.strip(),
    )  # fmt: skip
    _recount(ticket)
    return ticket


def _project(
    ticket: Ticket,
    action: str,
    after: str,
    now: datetime,
    assignee_id: int | None,
    unit_id: int | None,
    note: str,
) -> dict[str, Any] | None:
    """Write what the action means into the row; returns what the step remembers of it."""
    stamp = workflow.ACTIONS[action].stamp
    if stamp:
        setattr(ticket, stamp, now)
    if after != ticket.status and ticket.first_due_at and now > ticket.first_due_at:
        ticket.breached_count += 1
    data: dict[str, Any] = {}
    if action in ("dispatch", "reassign"):
        ticket.assignee_id = assignee_id
        ticket.dispatched_at = now
        data["assignee_id"] = assignee_id
        if unit_id is not None:
            ticket.owner_unit_id = unit_id
            data["unit_id"] = unit_id
    if action == "reassign":
        ticket.reassign_count += 1
    elif action == "chase":
        ticket.chase_count += 1
    elif action in ("reopen", "follow_up_bad"):
        ticket.reopen_count += 1
        ticket.closed_at = None
    elif action in ("finish", "close_on_call"):
        ticket.result_text = note.strip()
    return data or None


def _append(
    ticket: Ticket,
    action: str,
    before: str,
    after: str,
    at: datetime,
    by: By,
    note: str,
    data: dict[str, Any] | None,
    client_op_id: str | None,
) -> None:
    """The next link of the chain; a second writer of the same seq loses on the unique key."""
    previous = last_step(ticket.id)
    prev_hash, seq = (previous.hash, previous.seq + 1) if previous else (chain.FIRST, 1)
    db.session.add(
        TicketStep(
            ticket_id=ticket.id,
            seq=seq,
            action=action,
            from_status=before,
            to_status=after,
            at=at,
            actor_kind="user" if by.user_id else "system",
            actor_id=by.user_id,
            unit_id=by.unit_id,
            note=note,
            data=data,
            client_op_id=client_op_id or None,
            prev_hash=prev_hash,
            hash=chain.step_hash(
                prev_hash, ticket.ticket_no, seq, action, before, after, at, by.user_id, note, data
            ),
        )
    )
    db.session.flush()


def attach_contact(ticket: Ticket, contact_id: int, relation: str = "attached") -> None:
    """Tie a contact (row id) to a ticket; doing it twice changes nothing."""
    if db.session.get(TicketContact, (ticket.id, contact_id)) is None:
        db.session.add(
            TicketContact(ticket_id=ticket.id, contact_id=contact_id, relation=relation)
        )
        db.session.flush()


def _recount(ticket: Ticket) -> None:
    """The door's number of unfinished tickets, which the pop shows without counting."""
    if ticket.premise_id is not None:
        customer_services.set_open_tickets(ticket.premise_id, open_count([ticket.premise_id]))
