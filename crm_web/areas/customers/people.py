"""Customers and what they are to a door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit, localtime
from crm_web.areas.customers import history
from crm_web.areas.customers.errors import (
    BadInput,
    ChangedMeanwhile,
    HasHistory,
    NoSuchCustomer,
    NoSuchLink,
)
from crm_web.areas.customers.models import (
    Account,
    Customer,
    PhoneLink,
    Premise,
    PremiseCustomer,
)
from crm_web.areas.customers.names import name_norm, pinyin_of
from crm_web.areas.tickets import queries as tickets
from crm_web.extensions import db

KINDS = ("person", "organisation")
RELATIONS = ("owner", "tenant", "occupant", "payer", "property_manager")
CLASSES = (
    "residential", "low_income", "public", "office", "commercial", "industrial", "special",
    "construction", "municipal", "bulk_meter",
)  # fmt: skip
CARE_FLAGS = (
    "elderly_alone", "disabled", "medical_device", "infant", "language", "hospital", "key_user",
)  # fmt: skip


@dataclass(frozen=True)
class CustomerInput:
    """What a form says about a person or an organisation."""

    name: str
    kind: str = "person"
    gender: str = ""
    class_code: str = "residential"
    vip_level: int = 0
    care_flags: tuple[str, ...] = ()
    note: str = ""
    pinyin: str = ""


def get_customer(pub: str) -> Customer:
    """The customer of a public id; raises NoSuchCustomer."""
    row = db.session.scalar(select(Customer).where(Customer.pub == pub))
    if row is None:
        raise NoSuchCustomer(_("没有这个用户"))
    return row


def _checked(wanted: CustomerInput) -> dict[str, Any]:
    problems: dict[str, str] = {}
    name = wanted.name.strip()
    if not name:
        problems["name"] = _("写姓名或单位名称")
    if len(name) > 60:
        problems["name"] = _("最多 60 个字")
    if wanted.kind not in KINDS:
        problems["kind"] = _("选个人或单位")
    if wanted.class_code not in CLASSES:
        problems["class_code"] = _("没有这种用户类别")
    if wanted.vip_level not in range(4):
        problems["vip_level"] = _("等级是 0 到 3")
    if not set(wanted.care_flags) <= set(CARE_FLAGS):
        problems["care_flags"] = _("没有这种关怀标记")
    if len(wanted.note) > 2000:
        problems["note"] = _("最多 2000 个字")
    if problems:
        raise BadInput(_("填写的内容有问题"), fields=problems)
    return {
        "name": name,
        "name_norm": name_norm(name),
        "name_pinyin": wanted.pinyin.strip().lower()[:100] or pinyin_of(name),
        "kind": wanted.kind,
        "gender": wanted.gender if wanted.gender in ("male", "female") else "",
        "class_code": wanted.class_code,
        "vip_level": wanted.vip_level,
        "care_flags": sorted(wanted.care_flags),
        "note": wanted.note.strip(),
    }


def snapshot(row: Customer) -> dict[str, Any]:
    """What the audit log and a conflict page show; of care flags (health) only how many."""
    return {
        "name": row.name,
        "kind": row.kind,
        "class_code": row.class_code,
        "vip_level": row.vip_level,
        "care_flags": len(row.care_flags or ()),
        "note": row.note,
        "status": row.status,
    }


def create_customer(wanted: CustomerInput) -> Customer:
    """A new person or organisation; raises BadInput. Two people may have one name."""
    row = Customer(**_checked(wanted))
    db.session.add(row)
    db.session.flush()
    audit.record("customer.create", "customer", row.pub, after=snapshot(row))
    return row


def update_customer(pub: str, wanted: CustomerInput, ver: int) -> Customer:
    """Raises ChangedMeanwhile with the version on file when `ver` is older."""
    row = get_customer(pub)
    before = snapshot(row)
    if row.ver != ver:
        raise ChangedMeanwhile(_("别人刚改过这一条，先看看改了什么"), theirs=before)
    for name, value in _checked(wanted).items():
        setattr(row, name, value)
    db.session.flush()
    audit.record("customer.update", "customer", row.pub, before=before, after=snapshot(row))
    return row


def delete_customer(pub: str) -> None:
    """Take a person out who was entered by mistake; raises HasHistory."""
    row = get_customer(pub)
    pays = db.session.scalar(select(Account.id).where(Account.payer_id == row.id).limit(1))
    if (
        pays is not None
        or tickets.has_tickets(customer_id=row.id)
        or history.has_contacts(customer_id=row.id)
    ):
        raise HasHistory(_("这个用户有账户、工单或通话，不能删除，可以标记为停用"))
    for link in (PhoneLink, PremiseCustomer):
        for item in db.session.scalars(select(link).where(link.customer_id == row.id)):
            db.session.delete(item)
    audit.record("customer.delete", "customer", row.pub, before=snapshot(row))
    db.session.flush()
    db.session.delete(row)


def mark_customer(pub: str, gone: bool) -> Customer:
    """Mark a person as no longer ours (moved away, died), or take the mark back."""
    row = get_customer(pub)
    before = snapshot(row)
    row.status = "gone" if gone else "active"
    db.session.flush()
    audit.record("customer.mark", "customer", row.pub, before=before, after=snapshot(row))
    return row


def add_person(
    premise: Premise, customer: Customer, relation: str, source: str = "desk"
) -> PremiseCustomer:
    """Say what a customer is to a door; saying it twice changes nothing."""
    if relation not in RELATIONS:
        raise BadInput(_("填写的内容有问题"), fields={"relation": _("没有这种关系")})
    row = db.session.scalar(
        select(PremiseCustomer).where(
            PremiseCustomer.premise_id == premise.id,
            PremiseCustomer.customer_id == customer.id,
            PremiseCustomer.relation == relation,
            PremiseCustomer.to_on.is_(None),
        )
    )
    if row is None:
        row = PremiseCustomer(
            premise_id=premise.id,
            customer_id=customer.id,
            relation=relation,
            from_on=localtime.today(),
            source=source,
        )
        db.session.add(row)
        db.session.flush()
        audit.record(
            "premise.add_person", "premise", premise.pub,
            after={"customer": customer.pub, "relation": relation},
        )  # fmt: skip
    return row


def end_person(premise: Premise, row_id: int) -> None:
    """The customer is nothing to this door any more; raises NoSuchLink."""
    row = db.session.get(PremiseCustomer, row_id)
    if row is None or row.premise_id != premise.id:
        raise NoSuchLink(_("没有这条关系"))
    if row.to_on is None:
        row.to_on = localtime.today()
        audit.record(
            "premise.end_person", "premise", premise.pub,
            before={"customer": row.customer.pub, "relation": row.relation},
        )  # fmt: skip
