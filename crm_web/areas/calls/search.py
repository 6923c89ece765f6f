"""Finding contacts: by time, people, numbers, tickets, length and result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from crm_web import local_numbers
from crm_web.areas.calls import marks
from crm_web.areas.calls.models import Contact, Recording, TalkSegment, WrapUp
from crm_web.areas.customers import queries as customers
from crm_web.areas.org import queries as org
from crm_web.areas.tickets import queries as tickets
from crm_web.errors import Invalid
from crm_web.localtime import site_zone
from crm_web.paging import Stretch, keyset
from crm_web.security import can, within


@dataclass(frozen=True)
class Wanted:
    """What the list shows; empty fields do not narrow it. Times are aware UTC, end excluded;
    shortest and longest are whole seconds of talk. recorded and marked: yes, no or empty."""

    begin: datetime | None = None
    end: datetime | None = None
    number: str = ""
    agent: str = ""
    queue: str = ""
    outcome: str = ""
    direction: str = ""
    customer: str = ""
    ticket: str = ""
    result: str = ""
    shortest: int | None = None
    longest: int | None = None
    recorded: str = ""
    marked: str = ""


def wanted_of(args: Mapping[str, str]) -> Wanted:
    """The filter in an address. Raises Invalid for a time or a length that can't be read: without
    it the list would show calls that nobody asked for, as if they were the answer."""
    end = _moment(args, "to")
    return Wanted(
        begin=_moment(args, "from"),
        end=end + timedelta(minutes=1) if end else None,
        number=args.get("number", "").strip()[:32],
        agent=args.get("agent", "")[:16],
        queue=args.get("queue", "")[:32],
        outcome=args.get("outcome", "")[:32],
        direction=args.get("direction", "")[:16],
        customer=args.get("customer", "").strip()[:64],
        ticket=args.get("ticket", "").strip()[:32],
        result=args.get("result", "")[:32],
        shortest=_seconds(args, "shortest"),
        longest=_seconds(args, "longest"),
        recorded=args.get("recorded", "")[:3],
        marked=args.get("marked", "")[:3],
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
        agent_id = agent.id if agent else 0
        took = exists().where(
            TalkSegment.contact_id == Contact.id, TalkSegment.agent_id == agent_id
        )
        # A call that he placed and nobody answered has no talk.
        statement = statement.where(or_(took, Contact.last_agent_id == agent_id))
    if wanted.number:
        statement = _with_number(statement, wanted.number)
    if wanted.customer:
        statement = _with_customer(statement, wanted.customer)
    if wanted.ticket:
        found = tickets.contact_ids_of(wanted.ticket) if can("ticket.view") else []
        statement = statement.where(Contact.id.in_(found))
    if wanted.result:
        item = org.find_item("wrap_up_result", wanted.result)
        noted = exists().where(
            WrapUp.contact_id == Contact.id, WrapUp.result_id == (item.id if item else 0)
        )
        statement = statement.where(noted)
    if wanted.recorded in ("yes", "no"):
        kept = exists().where(
            Recording.contact_id == Contact.id, Recording.status.in_(("complete", "recording"))
        )
        statement = statement.where(kept if wanted.recorded == "yes" else ~kept)
    if wanted.marked in ("yes", "no"):
        marked = Contact.id.in_(marks.marked_ids())
        statement = statement.where(marked if wanted.marked == "yes" else ~marked)
    return statement


def _with_number(statement: Select[Any], text: str) -> Select[Any]:
    """The last four digits for everybody; a whole number for those who may unmask numbers."""
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if len(digits) == 4:
        owners = customers.phone_ids(last4=digits)
    elif len(digits) >= 7 and can("customer.unmask"):
        owners = customers.phone_ids(e164=local_numbers.normalise(text) or "", tail8=digits[-8:])
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


def _moment(args: Mapping[str, str], name: str) -> datetime | None:
    """A local time of the form's datetime-local field as UTC."""
    text = args.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=site_zone()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(_("时间要像 2026-11-23 08:00"), fields={name: text[:32]}) from error


def _seconds(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Invalid(_("秒数要是 0 到 99999 的整数"), fields={name: text[:32]})
    return int(text)
