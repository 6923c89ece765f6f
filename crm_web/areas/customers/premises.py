"""Making, correcting and retiring doors and accounts. Keys come from normalised parts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit
from crm_web.areas.customers import addresses, history
from crm_web.areas.customers.errors import (
    BadInput,
    ChangedMeanwhile,
    Duplicate,
    HasHistory,
    NoSuchPremise,
)
from crm_web.areas.customers.models import (
    Account,
    Building,
    BuildingUnit,
    Estate,
    PhoneLink,
    Premise,
    PremiseCustomer,
)
from crm_web.areas.tickets import queries as tickets
from crm_web.extensions import db

KINDS = ("home", "shop", "office", "public")
ACCOUNT_STATES = ("applied", "active", "suspended", "disconnected", "closing", "closed")


@dataclass(frozen=True)
class PremiseInput:
    """What a form or an import row says about a door; parts as typed."""

    estate_pub: str
    building: str = ""
    unit: str = ""
    door: str = ""
    kind: str = "home"
    label: str = ""


def get_premise(pub: str) -> Premise:
    """The door of a public id; raises NoSuchPremise."""
    row = db.session.scalar(select(Premise).where(Premise.pub == pub))
    if row is None:
        raise NoSuchPremise(_("没有这一户"))
    return row


def unit_row(estate: Estate, building: str, unit: str) -> BuildingUnit:
    """The riser of an estate by normal forms, made when it is new."""
    home = db.session.scalar(
        select(Building).where(Building.estate_id == estate.id, Building.building_norm == building)
    )
    if home is None:
        home = Building(estate_id=estate.id, building_norm=building, label=building)
        db.session.add(home)
        db.session.flush()
    riser = db.session.scalar(
        select(BuildingUnit).where(
            BuildingUnit.building_id == home.id, BuildingUnit.unit_norm == unit
        )
    )
    if riser is None:
        riser = BuildingUnit(building_id=home.id, unit_norm=unit, label=unit)
        db.session.add(riser)
        db.session.flush()
    return riser


def _checked(wanted: PremiseInput) -> tuple[Estate, str, str, str]:
    problems: dict[str, str] = {}
    estate = db.session.scalar(select(Estate).where(Estate.pub == wanted.estate_pub))
    if estate is None:
        problems["estate"] = _("先选小区，没有的先登记小区")
    building = addresses.building_norm(wanted.building)
    unit = addresses.unit_norm(wanted.unit)
    door = addresses.door_norm(wanted.door)
    if not (building or door) and estate is not None and estate.kind == "estate":
        problems["door"] = _("楼号和门牌至少写一个")
    if wanted.kind not in KINDS:
        problems["kind"] = _("没有这种房屋类型")
    if len(wanted.label) > 255:
        problems["label"] = _("最多 255 个字")
    if problems or estate is None:
        raise BadInput(_("填写的内容有问题"), fields=problems)
    return estate, building, unit, door


def _refuse_duplicate(key: str, but_id: int | None = None) -> None:
    other = db.session.scalar(select(Premise).where(Premise.premise_key == key))
    if other is not None and other.id != but_id:
        raise Duplicate(_("这一户已经登记过"), pub=other.pub, fields={"door": _("这一户已经登记过")})


def create_premise(wanted: PremiseInput) -> Premise:
    """A new door; raises BadInput, or Duplicate (details.pub) when its key is on file."""
    estate, building, unit, door = _checked(wanted)
    key = addresses.premise_key(estate.id, building, unit, door)
    _refuse_duplicate(key)
    row = Premise(
        premise_key=key,
        building_unit_id=unit_row(estate, building, unit).id,
        door_norm=door,
        address_label=wanted.label.strip()
        or addresses.plate_label(estate.name, building, unit, door),
        kind=wanted.kind,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("premise.create", "premise", row.pub, after=snapshot(row))
    return row


def snapshot(row: Premise) -> dict[str, Any]:
    """What the audit log and a conflict page show of a door."""
    return {
        "premise_key": row.premise_key,
        "label": row.address_label,
        "kind": row.kind,
        "status": row.status,
    }


def update_premise(pub: str, wanted: PremiseInput, ver: int) -> Premise:
    """Correct a door. Raises ChangedMeanwhile when `ver` is not the version on file."""
    row = get_premise(pub)
    before = snapshot(row)
    if row.ver != ver:
        raise ChangedMeanwhile(_("别人刚改过这一条，先看看改了什么"), theirs=before)
    estate, building, unit, door = _checked(wanted)
    key = addresses.premise_key(estate.id, building, unit, door)
    _refuse_duplicate(key, row.id)
    row.premise_key = key
    row.building_unit_id = unit_row(estate, building, unit).id
    row.door_norm = door
    row.kind = wanted.kind
    row.address_label = wanted.label.strip() or addresses.plate_label(
        estate.name, building, unit, door
    )
    db.session.flush()
    audit.record("premise.update", "premise", row.pub, before=before, after=snapshot(row))
    return row


def premise_has_history(row: Premise) -> bool:
    """Bills, tickets or calls: then the door is marked gone instead of deleted."""
    accounts = select(Account.id).where(Account.premise_id == row.id).limit(1)
    return (
        db.session.scalar(accounts) is not None
        or tickets.has_tickets(premise_id=row.id)
        or history.has_contacts(premise_id=row.id)
    )


def delete_premise(pub: str) -> None:
    """Take a door out that was entered by mistake; raises HasHistory."""
    row = get_premise(pub)
    if premise_has_history(row):
        raise HasHistory(_("这一户有账单、工单或通话，不能删除，可以标记为已拆除"))
    for link in (PhoneLink, PremiseCustomer):
        for item in db.session.scalars(select(link).where(link.premise_id == row.id)):
            db.session.delete(item)
    audit.record("premise.delete", "premise", row.pub, before=snapshot(row))
    db.session.flush()
    db.session.delete(row)


def mark_premise(pub: str, gone: bool) -> Premise:
    """Mark a door as pulled down, or take the mark back."""
    row = get_premise(pub)
    before = snapshot(row)
    row.status = "gone" if gone else "active"
    db.session.flush()
    audit.record("premise.mark", "premise", row.pub, before=before, after=snapshot(row))
    return row


def update_account(account: Account, status: str, usage_class: str, ver: int) -> Account:
    """Change what a contract is; money is the billing system's business and never typed here."""
    before = {"status": account.status, "usage_class": account.usage_class}
    if account.ver != ver:
        raise ChangedMeanwhile(_("别人刚改过这一条，先看看改了什么"), theirs=before)
    if status not in ACCOUNT_STATES or not usage_class or len(usage_class) > 32:
        raise BadInput(_("填写的内容有问题"), fields={"status": _("没有这种状态")})
    account.status, account.usage_class = status, usage_class
    db.session.flush()
    after = {"status": account.status, "usage_class": account.usage_class}
    audit.record("account.update", "account", account.account_no, before=before, after=after)
    return account
