"""One box finds a household: account number, telephone, address, name or its pinyin.

What was typed decides where to look; each way uses an index and is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from crm_web import local_numbers
from crm_web.areas.customers import addresses, names, places
from crm_web.areas.customers.models import (
    Account,
    Building,
    BuildingUnit,
    Customer,
    Estate,
    Phone,
    PhoneLink,
    Premise,
    PremiseCustomer,
)
from crm_web.extensions import db
from esl_controller.domain import numbers

PAGE = 50
MAX_QUERY = 64


@dataclass(frozen=True)
class Found:
    """A row of the result: a door, who lives there, its account, and why it was found."""

    place: places.Place
    people: tuple[str, ...]
    account_no: str
    arrears_fen: int


@dataclass(frozen=True)
class Result:
    """A page of doors, and the row id to ask on with ('' at the end)."""

    rows: tuple[Found, ...]
    after: str


def _digits(text: str) -> str:
    """The digits of a number as typed, '' when it is none: 3-2-401 is a door, 0532-… a number."""
    if "-" in text and not re.fullmatch(r"\(?0\d{2,3}\)?-\d{7,8}", text):
        return ""
    return re.sub(r"[\s\-()+]", "", text)


def _by_digits(digits: str) -> set[int]:
    """Doors by account number, full telephone number, local number or last four digits."""
    found = set(
        db.session.scalars(
            select(Account.premise_id)
            .where(Account.account_no.startswith(digits, autoescape=True))
            .limit(PAGE)
        )
    )
    normal = local_numbers.normalise(digits)
    ways = [Phone.last4 == digits] if len(digits) == 4 else []
    if normal:
        ways.append(Phone.e164 == normal)
    if len(digits) in (7, 8):
        ways.append(Phone.tail8 == digits)
    if not ways:
        return found
    phones = select(Phone.id).where(or_(*ways)).limit(PAGE)
    links = db.session.execute(
        select(PhoneLink.premise_id, PhoneLink.customer_id)
        .where(PhoneLink.phone_id.in_(list(db.session.scalars(phones))))
        .where(PhoneLink.ended_at.is_(None))
        .limit(200)
    ).all()
    found |= {premise_id for premise_id, _customer_id in links if premise_id}
    return found | _homes_of({customer_id for _premise_id, customer_id in links if customer_id})


def _homes_of(customer_ids: set[int]) -> set[int]:
    if not customer_ids:
        return set()
    return set(
        db.session.scalars(
            select(PremiseCustomer.premise_id)
            .where(
                PremiseCustomer.customer_id.in_(customer_ids), PremiseCustomer.to_on.is_(None)
            )
            .limit(500)
        )
    )


def find_customers(text: str, limit: int = 100) -> list[Customer]:
    """People by part of the name, or by pinyin or its initials when only letters were typed."""
    flat = names.name_norm(text)
    if not flat:
        return []
    ways = [Customer.name_norm.contains(flat, autoescape=True)]
    if names.looks_like_pinyin(text):
        low = text.lower()
        ways += [
            Customer.name_pinyin.startswith(low, autoescape=True),
            Customer.name_pinyin.contains(f" {low}", autoescape=True),
        ]
    return list(
        db.session.scalars(
            select(Customer)
            .where(or_(*ways), Customer.status != "erased")
            .order_by(Customer.name_pinyin, Customer.id)
            .limit(limit)
        )
    )


def _address_conditions(text: str) -> list[Any]:
    """Conditions on the joined walk, [] when the text is no address of ours."""
    parsed = addresses.parse(text)
    estates = places.find_estates(parsed.estate if parsed and parsed.estate else text)
    if not estates and not (parsed and parsed.building and parsed.door and not parsed.estate):
        return []
    conditions: list[Any] = []
    if estates:
        conditions.append(Estate.id.in_([estate.id for estate in estates]))
    if parsed and (parsed.estate or not estates):
        if parsed.building:
            conditions.append(Building.building_norm == parsed.building)
        if parsed.unit:
            conditions.append(BuildingUnit.unit_norm == parsed.unit)
        if parsed.door:
            conditions.append(Premise.door_norm == parsed.door)
    return conditions


def search(
    text: str, after: str = "", limit: int = PAGE, narrow: Callable[[Any], Any] = lambda q: q
) -> Result:
    """Doors that fit what was typed, in walking order of the registry; '' lists all of them.

    `narrow` adds what the asker's scope allows to the joined statement.
    """
    text = numbers.clean_text(text, MAX_QUERY)
    query = narrow(places.place_query().where(Premise.status != "merged"))
    digits = _digits(text)
    if text and digits.isascii() and digits.isdigit() and len(digits) >= 3:
        query = query.where(Premise.id.in_(sorted(_by_digits(digits))))
    elif text:
        conditions = _address_conditions(text)
        people = _homes_of({row.id for row in find_customers(text)})
        ways: list[Any] = []
        if conditions:
            by_address = places.place_query().where(*conditions).with_only_columns(Premise.id)
            ways.append(Premise.id.in_(by_address))
        if people:
            ways.append(Premise.id.in_(sorted(people)))
        if not ways:
            ways.append(Premise.address_label.contains(text, autoescape=True))
        query = query.where(or_(*ways))
    if after.isascii() and after.isdigit() and len(after) < 19:
        query = query.where(Premise.id > int(after))
    rows = db.session.execute(query.order_by(Premise.id).limit(limit + 1)).all()
    shown = [places.place_of(row) for row in rows[:limit]]
    return Result(_decorated(shown), str(shown[-1].id) if len(rows) > limit else "")


def _decorated(shown: list[places.Place]) -> tuple[Found, ...]:
    ids = [place.id for place in shown]
    people: dict[int, list[str]] = {}
    accounts: dict[int, tuple[str, int]] = {}
    if ids:
        for premise_id, name in db.session.execute(
            select(PremiseCustomer.premise_id, Customer.name)
            .join(Customer, PremiseCustomer.customer_id == Customer.id)
            .where(PremiseCustomer.premise_id.in_(ids), PremiseCustomer.to_on.is_(None))
            .order_by(PremiseCustomer.is_primary.desc(), PremiseCustomer.id)
        ):
            people.setdefault(premise_id, []).append(name)
        for premise_id, account_no, fen in db.session.execute(
            select(Account.premise_id, Account.account_no, Account.arrears_fen)
            .where(Account.premise_id.in_(ids))
            .order_by(Account.status == "closed", Account.id)
        ):
            accounts.setdefault(premise_id, (account_no, fen))
    return tuple(
        Found(place, tuple(people.get(place.id, ())), *accounts.get(place.id, ("", 0)))
        for place in shown
    )
