"""A door with everything that hangs below it, gathered once for the pop and for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from crm_web import localtime
from crm_web.areas.customers import bills as billing
from crm_web.areas.customers import places
from crm_web.areas.customers.models import (
    Account,
    Bill,
    Customer,
    Phone,
    PhoneLink,
    Premise,
    PremiseCustomer,
)
from crm_web.areas.outages import queries as outages
from crm_web.areas.tickets import queries as tickets
from crm_web.areas.tickets.workflow import UNFINISHED_STATES
from crm_web.columns import utc_now
from crm_web.extensions import db
from esl_controller.domain import numbers


@dataclass(frozen=True)
class PhoneLine:
    """One number as a page may show it: masked; `id` is the link's, for unmasking and ending."""

    id: int
    masked: str
    last4: str
    kind: str
    relation: str
    confidence: str
    customer_pub: str | None
    is_broker: bool
    last_used_at: datetime | None


@dataclass(frozen=True)
class PersonLine:
    """A person at a door; `id` is the belonging's row id."""

    id: int
    pub: str
    name: str
    relation: str
    class_code: str
    vip_level: int
    care_flags: tuple[str, ...]
    note: str
    status: str


@dataclass(frozen=True)
class AccountLine:
    """An account with its newest bills (newest first) and what is overdue."""

    account: Account
    bills: tuple[Bill, ...]
    arrears: billing.Arrears

    @property
    def newest(self) -> Bill | None:
        return self.bills[0] if self.bills else None


@dataclass(frozen=True)
class PremiseCard:
    """Premise first: plate, people, phones, accounts and bills, outages, tickets."""

    premise: Premise
    place: places.Place
    people: tuple[PersonLine, ...]
    phones: tuple[PhoneLine, ...]
    accounts: tuple[AccountLine, ...]
    outages: tuple[dict[str, Any], ...]
    tickets: tuple[Any, ...]

    @property
    def arrears_fen(self) -> int:
        return sum(line.arrears.fen for line in self.accounts)

    @property
    def arrears_periods(self) -> int:
        return sum(line.arrears.periods for line in self.accounts)

    @property
    def open_tickets(self) -> tuple[Any, ...]:
        return tuple(row for row in self.tickets if row.status in UNFINISHED_STATES)

    @property
    def past_tickets(self) -> tuple[Any, ...]:
        return tuple(row for row in self.tickets if row.status not in UNFINISHED_STATES)


def phone_line(link: PhoneLink) -> PhoneLine:
    return PhoneLine(
        link.id,
        numbers.mask(link.phone.e164),
        link.phone.last4,
        link.phone.kind,
        link.relation,
        link.confidence,
        link.customer.pub if link.customer else None,
        link.phone.is_broker,
        link.last_used_at,
    )


def phones_of(
    premise_id: int | None = None, customer_ids: list[int] | None = None
) -> tuple[PhoneLine, ...]:
    """Open numbers of a door and of people, each number once, best known first."""
    owners = []
    if premise_id is not None:
        owners.append(PhoneLink.premise_id == premise_id)
    if customer_ids:
        owners.append(PhoneLink.customer_id.in_(customer_ids))
    if not owners:
        return ()
    links = db.session.scalars(
        select(PhoneLink)
        .options(joinedload(PhoneLink.phone), joinedload(PhoneLink.customer))
        .where(or_(*owners), PhoneLink.ended_at.is_(None))
        .order_by(PhoneLink.is_primary.desc(), PhoneLink.customer_id.is_(None), PhoneLink.id)
        .limit(40)
    )
    seen: dict[tuple[int, int | None], PhoneLine] = {}
    for link in links:
        seen.setdefault((link.phone_id, link.customer_id), phone_line(link))
    return tuple(seen.values())


def masked_phones(premise_ids: list[int]) -> dict[int, str]:
    """premise row id → its open numbers, masked, for a list."""
    if not premise_ids:
        return {}
    rows = db.session.execute(
        select(PhoneLink.premise_id, Phone.e164)
        .join(Phone, PhoneLink.phone_id == Phone.id)
        .where(PhoneLink.premise_id.in_(premise_ids), PhoneLink.ended_at.is_(None))
        .order_by(PhoneLink.id)
    )
    found: dict[int, list[str]] = {}
    for premise_id, e164 in rows:
        if premise_id is not None:
            found.setdefault(premise_id, []).append(numbers.mask(e164))
    return {key: "、".join(dict.fromkeys(masks)) for key, masks in found.items()}


def person_line(row: PremiseCustomer) -> PersonLine:
    who = row.customer
    return PersonLine(
        row.id,
        who.pub,
        who.name,
        row.relation,
        who.class_code,
        who.vip_level,
        tuple(who.care_flags or ()),
        who.note,
        who.status,
    )


def account_lines(premise_id: int) -> tuple[AccountLine, ...]:
    """Accounts of a door, open ones first, each with twelve months."""
    today = localtime.today()
    rows = db.session.scalars(
        select(Account)
        .options(joinedload(Account.payer))
        .where(Account.premise_id == premise_id)
        .order_by(Account.status == "closed", Account.id)
        .limit(10)
    )
    return tuple(
        AccountLine(
            row, tuple(billing.bills_of(row.id)), billing.arrears_of(row.id, today)
        )
        for row in rows
    )


def premise_card(pub: str, now: datetime | None = None) -> PremiseCard | None:
    """Everything about a door by public id, None when there is no such door."""
    premise = db.session.scalar(select(Premise).where(Premise.pub == pub))
    if premise is None:
        return None
    place = places.places_by_id([premise.id])[premise.id]
    belongings = db.session.scalars(
        select(PremiseCustomer)
        .options(joinedload(PremiseCustomer.customer))
        .where(PremiseCustomer.premise_id == premise.id, PremiseCustomer.to_on.is_(None))
        .order_by(PremiseCustomer.is_primary.desc(), PremiseCustomer.id)
        .limit(20)
    ).all()
    hits = outages.outages_at(
        places.ancestors_of([place]), include_restored=True, now=now or utc_now()
    )
    return PremiseCard(
        premise,
        place,
        tuple(person_line(row) for row in belongings),
        phones_of(premise.id, [row.customer_id for row in belongings]),
        account_lines(premise.id),
        tuple(hit.brief() for hit in hits),
        tuple(tickets.tickets_of_premise(premise.id)),
    )


@dataclass(frozen=True)
class CustomerCard:
    """A person with the doors he has to do with."""

    customer: Customer
    homes: tuple[tuple[places.Place, str], ...]
    phones: tuple[PhoneLine, ...]
    tickets: tuple[Any, ...]


def customer_card(pub: str) -> CustomerCard | None:
    """Everything about a person by public id, None when there is no such person."""
    customer = db.session.scalar(select(Customer).where(Customer.pub == pub))
    if customer is None:
        return None
    belongings = db.session.execute(
        select(PremiseCustomer.premise_id, PremiseCustomer.relation)
        .where(PremiseCustomer.customer_id == customer.id, PremiseCustomer.to_on.is_(None))
        .limit(50)
    ).all()
    homes = places.places_by_id(premise_id for premise_id, _relation in belongings)
    return CustomerCard(
        customer,
        tuple((homes[key], relation) for key, relation in belongings if key in homes),
        phones_of(customer_ids=[customer.id]),
        tuple(tickets.tickets_of_customer(customer.id)),
    )
