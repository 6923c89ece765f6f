"""Telephone numbers as rows: one row a number, found by number, tail or last four digits."""

import re
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_web import local_numbers
from crm_web.areas.customers.errors import BadPhone
from crm_web.areas.customers.models import Phone
from esl_controller.domain import numbers

_MOBILE = re.compile(r"\+861[3-9]\d{9}")


def kind_of(e164: str) -> str:
    """mobile, landline, short or foreign, from the normal form."""
    if e164.startswith(("short:", "ext:")):
        return "short"
    if not e164.startswith("+86"):
        return "foreign"
    return "mobile" if _MOBILE.fullmatch(e164) else "landline"


def phone_values(e164: str) -> dict[str, str]:
    """The columns that follow from the number itself (bulk inserts use them too)."""
    return {
        "e164": e164,
        "last4": numbers.last4(e164),
        "tail8": numbers.tail8(e164),
        "kind": kind_of(e164),
    }


def find_phone(session: Session, e164: str) -> Phone | None:
    return session.scalar(select(Phone).where(Phone.e164 == e164))


def get_or_make_phone(session: Session, raw: str, now: datetime) -> Phone:
    """The row of a typed or signalled number; raises BadPhone when it is no number."""
    e164 = local_numbers.normalise(raw)
    if e164 is None or len(e164) > 20:
        raise BadPhone(_("这不是能拨的号码"), fields={"phone": _("这不是能拨的号码")})
    phone = find_phone(session, e164)
    if phone is None:
        phone = Phone(**phone_values(e164), first_seen_at=now, last_seen_at=now)
        session.add(phone)
        session.flush()
    return phone


def link_key(phone_id: int, customer_id: int | None, premise_id: int | None) -> str:
    """p{phone}:c{customer|0}:m{premise|0}: the same belonging is one row for ever."""
    return f"p{phone_id}:c{customer_id or 0}:m{premise_id or 0}"
