"""Rows for tests, with every value that a test does not care about filled in.

Each function adds to `db.session`, flushes and returns the object; the test client commits before
its next request.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from crm_web.areas.calls.models import Contact
from crm_web.areas.customers.models import (
    Account,
    Bill,
    Building,
    BuildingUnit,
    Customer,
    District,
    Estate,
    Phone,
    PhoneLink,
    Premise,
    PremiseCustomer,
)
from crm_web.areas.org.models import OrgUnit
from crm_web.areas.outages.models import Outage, OutageScope
from crm_web.areas.tickets.models import Ticket, TicketKind
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.localtime import local_date
from esl_controller.domain.ids import new_ulid

_numbers = count(1)


def _added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def unit(code: str = "hotline") -> OrgUnit:
    """An org unit of the base data."""
    return db.session.scalars(select(OrgUnit).where(OrgUnit.code == code)).one()


def district(**values: Any) -> District:
    n = next(_numbers)
    return _added(District(**{"code": f"D{n}", "name": f"第{n}区", "level": 2, **values}))


def estate(name: str = "和风小区", **values: Any) -> Estate:
    district_id = values.pop("district_id", None) or district().id
    return _added(Estate(**{"name": name, "name_norm": name, **values}, district_id=district_id))


def premise(
    where: Estate | None = None, building: str = "3", unit_no: str = "2", door: str = "401"
) -> Premise:
    """A door; its building and riser are made when they are not there yet."""
    where = where or estate()
    house = db.session.scalar(
        select(Building).where(Building.estate_id == where.id, Building.building_norm == building)
    ) or _added(Building(estate_id=where.id, building_norm=building, label=building))
    riser = db.session.scalar(
        select(BuildingUnit).where(
            BuildingUnit.building_id == house.id, BuildingUnit.unit_norm == unit_no
        )
    ) or _added(BuildingUnit(building_id=house.id, unit_norm=unit_no, label=unit_no))
    return _added(
        Premise(
            premise_key=f"e{where.id}|b{building}|u{unit_no}|d{door}",
            building_unit_id=riser.id,
            door_norm=door,
            address_label=f"{where.name} {building} 号楼 {unit_no} 单元 {door}",
        )
    )


def customer(name: str = "王秀兰", **values: Any) -> Customer:
    return _added(Customer(**{"name": name, "name_norm": name, **values}))


def phone(e164: str = "+8613600000427", **values: Any) -> Phone:
    values = {"last4": e164[-4:], "tail8": e164[-8:], "first_seen_at": utc_now(), **values}
    return _added(Phone(e164=e164, **values))


def phone_link(
    number: Phone, who: Customer | None = None, where: Premise | None = None, **values: Any
) -> PhoneLink:
    key = f"p{number.id}:c{who.id if who else 0}:m{where.id if where else 0}"
    return _added(
        PhoneLink(
            **{"relation": "occupant", "confidence": "confirmed", **values},
            link_key=key,
            phone_id=number.id,
            customer_id=who.id if who else None,
            premise_id=where.id if where else None,
        )
    )


def lives_at(who: Customer, where: Premise, relation: str = "owner") -> PremiseCustomer:
    return _added(
        PremiseCustomer(
            premise_id=where.id,
            customer_id=who.id,
            relation=relation,
            from_on=date(2020, 1, 1),
            is_primary=True,
        )
    )


def account(where: Premise, account_no: str | None = None, **values: Any) -> Account:
    no = account_no or f"60{next(_numbers):08d}"
    return _added(Account(**values, account_no=no, premise_id=where.id))


def bill(of: Account, amount_fen: int = 5400, **values: Any) -> Bill:
    n = next(_numbers)
    defaults = {
        "bill_no": f"B{n:08d}",
        "period_from": date(2026, 10, 1),
        "period_to": date(2026, 10, 31),
        "due_on": date(2026, 12, 15),
        "usage": 18,
        "reading": 1234,
    }
    return _added(Bill(**{**defaults, **values}, account_id=of.id, amount_fen=amount_fen))


def outage(scope_kind: str = "estate", scope_id: int = 0, **values: Any) -> Outage:
    """An emergency outage that is going on, over one place."""
    now = utc_now()
    defaults = {
        "outage_no": f"TS{next(_numbers):06d}",
        "kind": "no_supply",
        "cause_kind": "emergency",
        "title": "主管爆裂",
        "public_text": "和风路主管爆裂，正在抢修",
        "voice_text": "和风路主管爆裂，正在抢修",
        "status": "ongoing",
        "actual_start_at": now - timedelta(hours=1),
        "etr_at": now + timedelta(hours=3),
    }
    made = Outage(**{**defaults, **values}, owner_unit_id=unit().id)
    if scope_id:
        made.scopes.append(OutageScope(scope_kind=scope_kind, scope_id=scope_id))
    return _added(made)


def kind(code: str = "repair.no_water.household") -> TicketKind:
    """A ticket kind of the base data."""
    return db.session.scalars(select(TicketKind).where(TicketKind.code == code)).one()


def ticket(taker_id: int, where: Premise | None = None, **values: Any) -> Ticket:
    of = kind(values.pop("kind_code", "repair.no_water.household"))
    now = utc_now()
    defaults = {
        "ticket_no": f"GD261123-{next(_numbers):05d}",
        "kind_class": of.kind_class,
        "urgency": of.default_urgency,
        "title": of.name,
        "opened_at": now,
        "local_date": local_date(now),
        "owner_unit_id": unit().id,
    }
    row = {**defaults, **values, "taker_id": taker_id, "kind_id": of.id}
    return _added(Ticket(**row, premise_id=where.id if where else None))


def contact(**values: Any) -> Contact:
    """An inbound call; `pub` is its contact_id."""
    started = values.pop("started_at", None) or utc_now()
    defaults = {
        "pub": new_ulid(),
        "started_at": started,
        "local_date": local_date(started),
        "called_number": "96001",
        "number_mask": "136****0427",
    }
    return _added(Contact(**{**defaults, **values}))
