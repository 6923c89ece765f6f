"""Who is calling: the profile of a number, asked once when the call arrives. Under 200 ms.

A number leads over its open links to doors (confirmed before likely before guess, then the last
used). Nothing here refuses: whatever text a switch sends as a number, the worst answer is "none".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm_web import local_numbers
from crm_web.areas.customers import history, places
from crm_web.areas.customers.models import Account, Customer, Phone, PhoneLink, PremiseCustomer
from crm_web.areas.outages import queries as outages
from crm_web.areas.tickets import queries as tickets
from crm_web.columns import utc_now
from crm_web.extensions import db

MAX_PREMISES = 20
_CONFIDENCE = ("confirmed", "likely", "guess")
_FADES_AFTER = timedelta(days=548)  # 18 months without contact: numbers get new owners


@dataclass(frozen=True)
class Belonging:
    """One reason to think of a door when a number calls."""

    premise_id: int
    relation: str
    confidence: str
    last_used_at: datetime | None


def confidence_now(confidence: str, last_used_at: datetime | None, now: datetime) -> str:
    """A confirmed belonging fades to likely when nobody used it for 18 months."""
    stale = last_used_at is not None and last_used_at < now - _FADES_AFTER
    return "likely" if confidence == "confirmed" and stale else confidence


def open_links(e164: str) -> tuple[Phone | None, list[PhoneLink]]:
    """The number's row and its links that have not ended."""
    phone = db.session.scalar(select(Phone).where(Phone.e164 == e164))
    if phone is None:
        return None, []
    links = db.session.scalars(
        select(PhoneLink)
        .options(joinedload(PhoneLink.customer))
        .where(PhoneLink.phone_id == phone.id, PhoneLink.ended_at.is_(None))
        .order_by(PhoneLink.id)
        .limit(200)
    )
    return phone, list(links)


def belongings_of(links: list[PhoneLink], now: datetime) -> list[Belonging]:
    """Doors of the links, best first, each once; people's own doors where no link names one."""
    found = [
        Belonging(
            link.premise_id,
            link.relation,
            confidence_now(link.confidence, link.last_used_at, now),
            link.last_used_at,
        )
        for link in links
        if link.premise_id is not None
    ]
    named = {link.customer_id for link in links if link.premise_id is not None}
    alone = {link.customer_id: link for link in links if link.customer_id} if links else {}
    wanted = [customer_id for customer_id in alone if customer_id not in named]
    if wanted:
        rows = db.session.scalars(
            select(PremiseCustomer).where(
                PremiseCustomer.customer_id.in_(wanted), PremiseCustomer.to_on.is_(None)
            )
        )
        for row in rows:
            link = alone[row.customer_id]
            sure = confidence_now(link.confidence, link.last_used_at, now)
            found.append(Belonging(row.premise_id, row.relation, sure, link.last_used_at))
    found.sort(
        key=lambda one: (
            _CONFIDENCE.index(one.confidence) if one.confidence in _CONFIDENCE else 9,
            -(one.last_used_at.timestamp() if one.last_used_at else 0),
        )
    )
    best: dict[int, Belonging] = {}
    for one in found:
        best.setdefault(one.premise_id, one)
    return list(best.values())


def customer_brief(customer: Customer, relation: str = "") -> dict[str, Any]:
    """The caller as events and desks carry him."""
    return {
        "id": customer.pub,
        "name": customer.name,
        "class": customer.class_code,
        "vip_level": customer.vip_level,
        "care_flags": list(customer.care_flags or ()),
        "relation": relation,
    }


def _people_at(premise_ids: list[int]) -> list[tuple[Customer, str]]:
    rows = db.session.scalars(
        select(PremiseCustomer)
        .options(joinedload(PremiseCustomer.customer))
        .where(PremiseCustomer.premise_id.in_(premise_ids), PremiseCustomer.to_on.is_(None))
        .order_by(PremiseCustomer.is_primary.desc(), PremiseCustomer.id)
        .limit(20)
    )
    return [(row.customer, row.relation) for row in rows]


def _callers(links: list[PhoneLink], premise_ids: list[int]) -> list[tuple[Customer, str]]:
    """The people a number stands for; of a number that is only a door's, the people there."""
    people: dict[int, tuple[Customer, str]] = {}
    for link in links:
        if link.customer is not None and link.customer.status == "active":
            people.setdefault(link.customer.id, (link.customer, link.relation))
    return list(people.values()) or (_people_at(premise_ids) if premise_ids else [])


def accounts_at(premise_ids: list[int]) -> dict[int, list[Account]]:
    """Accounts that are not closed, by premise (row ids)."""
    found: dict[int, list[Account]] = {}
    rows = db.session.scalars(
        select(Account)
        .where(Account.premise_id.in_(premise_ids), Account.status != "closed")
        .order_by(Account.id)
    )
    for row in rows:
        found.setdefault(row.premise_id, []).append(row)
    return found


def premise_brief(
    place: places.Place, accounts: list[Account], relation: str, confidence: str
) -> dict[str, Any]:
    """PremiseBrief of the controller's contract."""
    return {
        "premise_id": place.pub,
        "estate": place.estate,
        "building": place.building,
        "unit": place.unit,
        "door": place.door,
        "label": place.label,
        "account_no": accounts[0].account_no if accounts else "",
        "arrears_fen": sum(account.arrears_fen for account in accounts),
        "relation": relation,
        "confidence": confidence,
    }


def profile_for_number(
    number: str | None, district_id: int | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """CallerProfile of the controller's contract for a raw or normal number, whatever it holds.

    `district_id` is the called number's area; its outages are told to callers nobody knows.
    """
    now = now or utc_now()
    e164 = local_numbers.normalise(number)
    phone, links = open_links(e164) if e164 else (None, [])
    belongings = belongings_of(links, now)[:MAX_PREMISES]
    homes = places.places_by_id(one.premise_id for one in belongings)
    active = {key for key, place in homes.items() if place.status == "active"}
    belongings = [one for one in belongings if one.premise_id in active]
    ids = [one.premise_id for one in belongings]
    accounts = accounts_at(ids) if ids else {}
    people = _callers(links, ids)
    hits = outages.outages_at(places.ancestors_of(homes[key] for key in ids), now=now)
    briefs = [customer_brief(customer, relation) for customer, relation in people]
    return {
        "match_kind": "none" if not ids else "one" if len(ids) == 1 else "several",
        "customer": briefs[0] if len(briefs) == 1 else None,
        "customers": briefs,
        "premises": [
            premise_brief(
                homes[one.premise_id],
                accounts.get(one.premise_id, []),
                one.relation,
                one.confidence,
            )
            for one in belongings
        ],
        "outages": [hit.brief() for hit in hits],
        "area_outages": [] if ids else [hit.brief() for hit in area_outages(district_id)],
        "open_tickets": tickets.open_count(ids, [customer.id for customer, _ in people]),
        "last_agent_no": history.last_agent_no(phone.id if phone else None, ids),
        "is_broker": bool(phone and phone.is_broker),
    }


def area_outages(district_id: int | None) -> list[outages.OutageHit]:
    """At most three active outages of an area (None = the whole site)."""
    area = places.places_of_district(district_id) if district_id else None
    return outages.area_outages(area)
