"""Finding contacts: by time, people, numbers, tickets, length and result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from crm_web.areas.calls.models import Contact, Recording, TalkSegment
from crm_web.areas.customers import queries as customers
from crm_web.areas.org import queries as org
from crm_web.areas.tickets import queries as tickets
from crm_web.localtime import site_zone
from crm_web.paging import Stretch, keyset
from crm_web.security import can, within
from esl_controller.domain import numbers


@dataclass(frozen=True)
class Wanted:
    """What the list shows; empty fields do not narrow it. Times are aware UTC, end excluded;
    shortest and longest are whole seconds of talk. recorded: yes, no or empty."""

    begin: datetime | None = None
    end: datetime | None = None
    number: str = ""
    agent: str = ""
    queue: str = ""
    outcome: str = ""
    direction: str = ""
    customer: str = ""
    ticket: str = ""
    shortest: int | None = None
    longest: int | None = None
    recorded: str = ""


def wanted_of(args: Mapping[str, str]) -> Wanted:
    """The filter in an address; what can't be read is left out."""
    end = _moment(args.get("to"))
    return Wanted(
        begin=_moment(args.get("from")),
        end=end + timedelta(minutes=1) if end else None,
        number=args.get("number", "").strip()[:32],
        agent=args.get("agent", "")[:16],
        queue=args.get("queue", "")[:32],
        outcome=args.get("outcome", "")[:32],
        direction=args.get("direction", "")[:16],
        customer=args.get("customer", "").strip()[:64],
        ticket=args.get("ticket", "").strip()[:32],
        shortest=_seconds(args.get("shortest")),
        longest=_seconds(args.get("longest")),
        recorded=args.get("recorded", "")[:3],
    )


def list_contacts(wanted: Wanted, cursor: str | None) -> Stretch[Contact]:
    """The contacts that the reader may see, newest first."""
    statement = within(select(Contact), "contact.view", agent=Contact.last_agent_id)
    if wanted.begin:
        statement = statement.where(Contact.started_at >= wanted.begin)
    if wanted.end:
        statement = statement.where(Contact.started_at < wanted.end)
    if wanted.outcome:
        statement = statement.where(Contact.outcome == wanted.outcome)
    if wanted.direction:
        statement = statement.where(Contact.direction == wanted.direction)
    if wanted.shortest is not None:
        statement = statement.where(Contact.talk_ms >= wanted.shortest * 1000)
    if wanted.longest is not None:
        statement = statement.where(Contact.talk_ms <= wanted.longest * 1000)
    return keyset(_of_people(statement, wanted), Contact.started_at, Contact.id, cursor)


def _of_people(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.queue:
        queue = org.find_queue(wanted.queue)
        statement = statement.where(Contact.first_queue_id == (queue.id if queue else 0))
    if wanted.agent:
        agent = org.find_agent(wanted.agent)
        took = exists().where(
            TalkSegment.contact_id == Contact.id,
            TalkSegment.agent_id == (agent.id if agent else 0),
        )
        statement = statement.where(took)
    if wanted.number:
        statement = _with_number(statement, wanted.number)
    if wanted.customer:
        statement = _with_customer(statement, wanted.customer)
    if wanted.ticket:
        found = tickets.contact_ids_of(wanted.ticket) if can("ticket.view") else []
        statement = statement.where(Contact.id.in_(found))
    if wanted.recorded in ("yes", "no"):
        kept = exists().where(
            Recording.contact_id == Contact.id, Recording.status.in_(("complete", "recording"))
        )
        statement = statement.where(kept if wanted.recorded == "yes" else ~kept)
    return statement


def _with_number(statement: Select[Any], text: str) -> Select[Any]:
    """The last four digits for everybody; a whole number for those who may unmask numbers."""
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if len(digits) == 4:
        owners = customers.phone_ids(last4=digits)
    elif len(digits) >= 7 and can("customer.unmask"):
        owners = customers.phone_ids(e164=numbers.normalise(text) or "", tail8=digits[-8:])
    else:
        return statement.where(false())
    return statement.where(Contact.phone_id.in_(owners))


def _with_customer(statement: Select[Any], text: str) -> Select[Any]:
    """By the person's name, or by the number of an account."""
    if not can("customer.view"):
        return statement.where(false())
    people = [person.id for person in customers.find_customers(text)]
    ways: list[ColumnElement[bool]] = [Contact.customer_id.in_(people)]
    account = customers.find_account(text)
    if account is not None:
        ways += [Contact.account_id == account.id, Contact.premise_id == account.premise_id]
    return statement.where(or_(*ways))


def _moment(text: str | None) -> datetime | None:
    """A local time of the form's datetime-local field as UTC."""
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=site_zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
