"""What other areas may ask customers. `pub` is a public id, `*_id` a row id.

The parts live beside this file: profile (who is calling), cards (a door with everything below
it), places (up to the district, down from text), bills, search.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, or_, select

from crm_web.areas.customers.bills import (
    arrears_of,
    bill_summary,
    bills_of,
    chart_data,
    find_account,
    get_account,
    owed_fen,
)
from crm_web.areas.customers.cards import (
    CustomerCard,
    PremiseCard,
    customer_card,
    phones_of,
    premise_card,
)
from crm_web.areas.customers.models import Customer, Estate, Phone, PhoneLink, Premise
from crm_web.areas.customers.places import (
    Place,
    ancestors_of,
    find_estates,
    places_by_id,
    places_of_district,
    resolve_scope,
    scope_label,
    scope_size,
)
from crm_web.areas.customers.profile import area_outages, profile_for_number
from crm_web.areas.customers.search import Found, find_customers, search
from crm_web.areas.outages.queries import OutageHit, outages_at
from crm_web.extensions import db

__all__ = [
    "CustomerCard", "Found", "Place", "PremiseCard", "ancestors_of", "area_outages", "arrears_of",
    "bill_summary", "bills_of", "care_flags_of", "chart_data", "customer_card", "customer_id_of",
    "find_account", "find_customers", "find_estates", "find_premise", "get_account",
    "all_estates", "customer_by_id", "number_of_link", "number_of_phone",
    "outages_for_premises", "owed_fen", "phone_id_of", "phone_ids", "phones_of", "place_by_pub",
    "places_by_id", "places_of_district", "premise_card", "premise_id_of", "profile_for_number",
    "premise_by_id", "premises_of_phone", "resolve_scope", "scope_label", "scope_size", "search",
]  # fmt: skip


def outages_for_premises(
    premise_ids: Iterable[int], *, include_restored: bool = False
) -> list[OutageHit]:
    """Active outages that reach any of the premises, emergencies first. Two queries."""
    homes = places_by_id(premise_ids)
    return outages_at(ancestors_of(homes.values()), include_restored=include_restored)


def premises_of_phone(number: str | None) -> list[dict[str, object]]:
    """PremiseBrief of each door that a number stands for, best known first."""
    found: list[dict[str, object]] = profile_for_number(number)["premises"]
    return found


def find_premise(pub: str) -> Premise | None:
    return db.session.scalar(select(Premise).where(Premise.pub == pub))


def place_by_pub(pub: str) -> Place | None:
    """The door with everything above it, by public id."""
    row_id = premise_id_of(pub)
    return places_by_id([row_id]).get(row_id) if row_id else None


def premise_id_of(pub: str | None) -> int | None:
    """Row id of a door's public id, None for an unknown or missing one."""
    return db.session.scalar(select(Premise.id).where(Premise.pub == pub)) if pub else None


def customer_id_of(pub: str | None) -> int | None:
    """Row id of a customer's public id, None for an unknown or missing one."""
    return db.session.scalar(select(Customer.id).where(Customer.pub == pub)) if pub else None


def premise_by_id(row_id: int | None) -> Premise | None:
    """A door by its row id."""
    return db.session.get(Premise, row_id) if row_id else None


def customer_by_id(row_id: int | None) -> Customer | None:
    """The customer of a row id, None for None."""
    return db.session.get(Customer, row_id) if row_id else None


def phone_id_of(e164: str | None) -> int | None:
    """Row id of a number in normal form, None when it is not on file."""
    return db.session.scalar(select(Phone.id).where(Phone.e164 == e164)) if e164 else None


def phone_ids(*, last4: str | None = None, e164: str = "", tail8: str = "") -> Select[Any]:
    """Row ids of the numbers with these last four digits, or of a whole number."""
    whole = or_(Phone.e164 == e164, Phone.tail8 == tail8)
    return select(Phone.id).where(Phone.last4 == last4 if last4 is not None else whole)


def number_of_phone(phone_id: int | None) -> str:
    """The number of a phone's row id in normal form, '' when there is none. Never show it whole."""
    phone = db.session.get(Phone, phone_id) if phone_id else None
    return phone.e164 if phone else ""


def number_of_link(link_id: int) -> str:
    """The number of a phone link that is still open, '' for any other. Never show it whole."""
    link = db.session.get(PhoneLink, link_id)
    return link.phone.e164 if link and link.ended_at is None else ""


def care_flags_of(customer_id: int | None) -> tuple[str, ...]:
    """Care flags of a customer (row id)."""
    customer = db.session.get(Customer, customer_id) if customer_id else None
    return tuple(customer.care_flags or ()) if customer else ()


def all_estates() -> list[Estate]:
    """Every estate by pinyin, for a select; a site has some hundreds."""
    return list(db.session.scalars(select(Estate).order_by(Estate.pinyin).limit(2000)))
