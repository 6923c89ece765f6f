"""To whom a telephone number belongs: said by people, raised by use, ended when it is wrong."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from crm_web import audit, local_numbers
from crm_web.areas.customers import phones
from crm_web.areas.customers.errors import NeedsReason, NoSuchLink
from crm_web.areas.customers.models import Customer, Phone, PhoneLink, Premise
from crm_web.columns import utc_now
from crm_web.extensions import db
from esl_controller.domain import numbers

BROKER_FROM = 21
_CONFIDENCE = ("guess", "likely", "confirmed")


def link_phone(
    raw: str,
    *,
    customer: Customer | None = None,
    premise: Premise | None = None,
    relation: str = "occupant",
    confidence: str = "confirmed",
    source: str = "desk",
) -> PhoneLink:
    """Write or raise a link of a number to a person, a door or both.

    A link never loses confidence here; an ended one is opened again. Raises BadPhone.
    """
    now = utc_now()
    phone = phones.get_or_make_phone(db.session(), raw, now)
    key = phones.link_key(
        phone.id, customer.id if customer else None, premise.id if premise else None
    )
    link = db.session.scalar(select(PhoneLink).where(PhoneLink.link_key == key))
    if link is None:
        link = PhoneLink(
            link_key=key,
            phone_id=phone.id,
            customer_id=customer.id if customer else None,
            premise_id=premise.id if premise else None,
            relation=relation,
            confidence=confidence,
            source=source,
        )
        db.session.add(link)
        _audit("phone.link", link, phone)
    elif link.ended_at is not None or _weaker(link.confidence, confidence):
        link.ended_at = None
        link.confidence = confidence
        _audit("phone.link", link, phone)
    link.last_used_at = phone.last_seen_at = now
    db.session.flush()
    _mark_broker(phone)
    return link


def _weaker(now: str, wanted: str) -> bool:
    return _CONFIDENCE.index(now) < _CONFIDENCE.index(wanted)


def _mark_broker(phone: Phone) -> None:
    """A number at more than 20 doors is an agency's: it must never choose a door by itself."""
    doors = db.session.scalar(
        select(func.count(func.distinct(PhoneLink.premise_id))).where(
            PhoneLink.phone_id == phone.id, PhoneLink.ended_at.is_(None)
        )
    )
    phone.is_broker = (doors or 0) >= BROKER_FROM


def _audit(action: str, link: PhoneLink, phone: Phone) -> None:
    audit.record(
        action, "phone", numbers.mask(phone.e164),
        after={
            "customer_id": link.customer_id,
            "premise_id": link.premise_id,
            "relation": link.relation,
            "confidence": link.confidence,
        },
    )  # fmt: skip


def get_link(link_id: int) -> PhoneLink:
    """Raises NoSuchLink."""
    link = db.session.get(PhoneLink, link_id)
    if link is None:
        raise NoSuchLink(_("没有这个号码"))
    return link


def end_link(link_id: int) -> None:
    """The number is not theirs (any more): it stops popping this family."""
    link = get_link(link_id)
    if link.ended_at is None:
        link.ended_at = utc_now()
        _audit("phone.unlink", link, link.phone)
        db.session.flush()
        _mark_broker(link.phone)


def unmask(link_id: int, reason: str) -> str:
    """The full number for somebody who says why; each reveal is a row in the audit log."""
    if len(reason.strip()) < 2:
        raise NeedsReason(_("查看完整号码要写明原因"))
    link = get_link(link_id)
    audit.record(
        "customer.unmask", "phone", numbers.mask(link.phone.e164), reason=reason.strip(),
        after={"link": link.id},
    )  # fmt: skip
    return numbers.national(link.phone.e164)


def link_caller(number: str | None, premise: Premise, customer: Customer | None = None) -> bool:
    """The agent chose who is calling: confirm the number's belonging to door and person.

    False when the caller hid his number: then there is nothing to remember.
    """
    if local_numbers.normalise(number) is None:
        return False
    link_phone(number or "", customer=customer, premise=premise, source="call")
    db.session.execute(
        update(Premise)
        .where(Premise.id == premise.id)
        .values(last_contact_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    return True


def not_this_caller(number: str | None, premise: Premise) -> int:
    """"Wrong person": end the number's links to a door; returns how many ended."""
    e164 = local_numbers.normalise(number)
    phone = phones.find_phone(db.session(), e164) if e164 else None
    if phone is None:
        return 0
    links = db.session.scalars(
        select(PhoneLink).where(
            PhoneLink.phone_id == phone.id,
            PhoneLink.premise_id == premise.id,
            PhoneLink.ended_at.is_(None),
        )
    ).all()
    for link in links:
        end_link(link.id)
    return len(links)


def known_phone(raw: str) -> Phone:
    """The row of a number somebody gave as a contact, made when it is new; raises BadPhone."""
    return phones.get_or_make_phone(db.session(), raw, utc_now())


def set_open_tickets(premise_id: int, count: int) -> None:
    """Keep the door's count of unfinished tickets; no version: it is nobody's edit."""
    db.session.execute(
        update(Premise)
        .where(Premise.id == premise_id)
        .values(open_ticket_count=count)
        .execution_options(synchronize_session=False)
    )
