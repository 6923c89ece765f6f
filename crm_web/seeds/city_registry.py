"""Writing the demonstration city's registry: places, people, numbers, accounts, bills. In bulk."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy import insert, select

from crm_web.areas.customers import addresses
from crm_web.areas.customers import models as m
from crm_web.areas.customers import names, phones
from crm_web.areas.customers.links import BROKER_FROM
from crm_web.areas.org.models import OrgUnit
from crm_web.extensions import db
from crm_web.seeds import city_bills, city_people
from crm_web.seeds.city_plan import (
    DISTRICTS,
    ESTATES,
    STATIONS,
    Door,
    EstatePlan,
    account_no,
    doors_of,
)
from crm_web.seeds.city_story import STORY, Household
from esl_controller.domain.ids import contact_id_of

CHUNK = 2000
SINCE = date(2018, 1, 1)
_NAMESPACE = uuid.UUID("6f1c0a52-7d0e-4b7e-9d9a-3a1d4f0c2b77")


@dataclass
class City:
    """Row ids by natural key, filled while the tables are written."""

    now: datetime
    today: date
    random: Random = field(default_factory=lambda: Random(20260701))
    estates: dict[str, int] = field(default_factory=dict)
    units: dict[tuple[str, str, str], int] = field(default_factory=dict)
    premises: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)  # by public id
    phones: dict[str, int] = field(default_factory=dict)  # by normal form
    accounts: dict[str, int] = field(default_factory=dict)  # by account number


def pub(kind: str, key: object) -> str:
    """The same public id on every machine, so that links in a README stay right."""
    return contact_id_of(str(uuid.uuid5(_NAMESPACE, f"{kind}:{key}")))


def chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows in parts that every database takes in one statement."""
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == CHUNK:
            yield part
            part = []
    if part:
        yield part


def write(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Bulk insert; column defaults apply."""
    for part in chunks(rows):
        db.session.execute(insert(model), part)


def ids_by(key: Any, row_id: Any) -> dict[Any, int]:
    """natural key → row id of a whole table."""
    return {found: number for found, number in db.session.execute(select(key, row_id))}


def write_places(city: City) -> None:
    """Districts, estates with aliases, buildings, units, doors."""
    write(m.District, ({"code": code, "name": name, "level": 2} for code, name in DISTRICTS))
    districts = ids_by(m.District.code, m.District.id)
    stations = ids_by(OrgUnit.code, OrgUnit.id)
    write(
        m.Estate,
        (
            _estate(plan, districts[plan.district], stations.get(STATIONS[plan.district]))
            for plan in ESTATES
        ),
    )
    city.estates = ids_by(m.Estate.name, m.Estate.id)
    write(
        m.EstateAlias,
        (
            {"estate_id": city.estates[plan.name], "alias": alias,
             "alias_norm": addresses.estate_norm(alias)}
            for plan in ESTATES
            for alias in plan.aliases
        ),
    )  # fmt: skip
    doors = [door for plan in ESTATES for door in doors_of(plan)]
    buildings = sorted({(city.estates[door.estate], door.building) for door in doors})
    write(
        m.Building,
        ({"estate_id": estate, "building_norm": no, "label": no} for estate, no in buildings),
    )
    building_ids = {
        (estate, no): key
        for estate, no, key in db.session.execute(
            select(m.Building.estate_id, m.Building.building_norm, m.Building.id)
        )
    }
    units = sorted({(door.estate, door.building, door.unit) for door in doors})
    write(
        m.BuildingUnit,
        (
            {"building_id": building_ids[city.estates[estate], building], "unit_norm": unit,
             "label": unit}
            for estate, building, unit in units
        ),
    )  # fmt: skip
    unit_ids = {
        (building, unit): key
        for building, unit, key in db.session.execute(
            select(m.BuildingUnit.building_id, m.BuildingUnit.unit_norm, m.BuildingUnit.id)
        )
    }
    city.units = {
        key: unit_ids[building_ids[city.estates[key[0]], key[1]], key[2]] for key in units
    }
    write(m.Premise, (_premise(city, door) for door in doors))
    keys = {_key(city, door): door.place for door in doors}
    for key, row_id in db.session.execute(select(m.Premise.premise_key, m.Premise.id)):
        if key in keys:
            city.premises[keys[key]] = row_id


def _estate(plan: EstatePlan, district_id: int, station_id: int | None) -> dict[str, Any]:
    return {
        "pub": pub("estate", plan.name),
        "name": plan.name,
        "name_norm": addresses.estate_norm(plan.name),
        "pinyin": names.pinyin_of(plan.name),
        "kind": plan.kind,
        "lat": plan.lat,
        "lng": plan.lng,
        "district_id": district_id,
        "service_unit_id": station_id,
    }


def _key(city: City, door: Door) -> str:
    return addresses.premise_key(city.estates[door.estate], door.building, door.unit, door.door)


def _premise(city: City, door: Door) -> dict[str, Any]:
    parts = [door.estate]
    parts += [f"{door.building}号楼"] if door.unit else [f"{door.building}组"]
    parts += [f"{door.unit}单元", door.door] if door.unit else [f"{door.door}号"]
    return {
        "pub": pub("premise", door.place),
        "premise_key": _key(city, door),
        "building_unit_id": city.units[door.estate, door.building, door.unit],
        "door_norm": door.door,
        "address_label": "青澜市" + "".join(parts),
        "kind": "shop" if door.estate == "商贸城" else "home",
        "source": "demo",
        "external_ref": "-".join(door.place),
    }


def households(city: City) -> Iterator[Household]:
    """One household a door: the story's own, invented ones elsewhere."""
    told = {home.place: home for home in STORY}
    index = 0
    for plan in ESTATES:
        for door in doors_of(plan):
            if door.place in told:
                yield told[door.place]
                continue
            yield city_people.household(city.random, index, door.place, plan.kind)
            index += 2


def write_people(city: City, homes: Sequence[Household]) -> None:
    """Customers, numbers and what they are to the doors. A person with two doors is one row."""
    people = {person.key: person for home in homes for person in home.people}
    write(
        m.Customer,
        (
            {
                "pub": pub("customer", key),
                "kind": person.kind,
                "name": person.name,
                "name_norm": names.name_norm(person.name),
                "name_pinyin": names.pinyin_of(person.name),
                "class_code": person.class_code,
                "vip_level": person.vip_level,
                "care_flags": list(person.care_flags),
                "note": person.note,
            }
            for key, person in people.items()
        ),
    )
    by_pub = ids_by(m.Customer.pub, m.Customer.id)
    city.customers = {key: by_pub[pub("customer", key)] for key in people}
    used = Counter(f"+86{no}" for home in homes for person in home.people for no in person.phones)
    known = ids_by(m.Phone.e164, m.Phone.id)
    write(
        m.Phone,
        (_phone(city, number, used[number]) for number in sorted(set(used) - set(known))),
    )
    city.phones = ids_by(m.Phone.e164, m.Phone.id)
    write(
        m.PremiseCustomer,
        (
            {
                "premise_id": city.premises[home.place],
                "customer_id": city.customers[person.key],
                "relation": person.relation,
                "from_on": SINCE,
                "is_primary": place == 0,
                "source": "demo",
            }
            for home in homes
            for place, person in enumerate(home.people)
        ),
    )
    write(m.PhoneLink, _links(city, homes))


def _phone(city: City, e164: str, doors: int) -> dict[str, Any]:
    return {
        **phones.phone_values(e164),
        "is_broker": doors >= BROKER_FROM,
        "first_seen_at": city.now,
        "last_seen_at": city.now,
    }


def _links(city: City, homes: Sequence[Household]) -> Iterator[dict[str, Any]]:
    for home in homes:
        premise_id = city.premises[home.place]
        for person in home.people:
            customer_id = city.customers[person.key]
            for place, number in enumerate(person.phones):
                phone_id = city.phones[f"+86{number}"]
                yield {
                    "link_key": phones.link_key(phone_id, customer_id, premise_id),
                    "phone_id": phone_id,
                    "customer_id": customer_id,
                    "premise_id": premise_id,
                    "relation": person.relation,
                    "confidence": person.confidence,
                    "source": "demo",
                    "is_primary": place == 0,
                    "last_used_at": city.now,
                }


def write_accounts(city: City, homes: Sequence[Household]) -> None:
    """One account a door with twelve months of bills; what is overdue is summed on the account."""
    months = city_bills.months_before(city.today)
    plans: list[tuple[str, Household, list[city_bills.BillPlan]]] = []
    for index, home in enumerate(homes):
        bills = list(
            city_bills.bills_for(city.random, months, city.today, home.arrears, home.newest_paid)
        )
        plans.append((account_no(index), home, bills))
    write(m.Account, (_account(city, no, home, bills) for no, home, bills in plans))
    city.accounts = ids_by(m.Account.account_no, m.Account.id)
    write(
        m.Bill,
        (_bill(city.accounts[no], no, bill) for no, _home, bills in plans for bill in bills),
    )


def _account(
    city: City, no: str, home: Household, bills: list[city_bills.BillPlan]
) -> dict[str, Any]:
    overdue = [bill for bill in bills if not bill.paid and bill.month.due < city.today]
    return {
        "pub": pub("account", no),
        "account_no": no,
        "premise_id": city.premises[home.place],
        "payer_id": city.customers[home.people[0].key] if home.people else None,
        "usage_class": "commercial" if home.place[0] == "商贸城" else "residential",
        "opened_on": SINCE,
        "balance_fen": home.balance_fen,
        "arrears_fen": sum(bill.amount_fen for bill in overdue),
        "arrears_since": min((bill.month.due for bill in overdue), default=None),
        "synced_at": city.now,
    }


def _bill(account_id: int, no: str, bill: city_bills.BillPlan) -> dict[str, Any]:
    number = f"{no}{bill.month.last:%Y%m}"
    return {
        "pub": pub("bill", number),
        "account_id": account_id,
        "bill_no": number,
        "period_from": bill.month.first,
        "period_to": bill.month.last,
        "due_on": bill.month.due,
        "usage": bill.usage,
        "reading": bill.reading,
        "amount_fen": bill.amount_fen,
        "paid_fen": bill.amount_fen if bill.paid else 0,
        "status": "paid" if bill.paid else "open",
    }
