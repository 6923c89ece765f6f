"""Contacts marked for quality inspection: who may mark them, why they are, and which they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm_web import audit
from crm_web.areas.calls import queries
from crm_web.areas.calls.models import Contact, ReviewMark
from crm_web.areas.org.models import User
from crm_web.errors import Conflict, Forbidden
from crm_web.extensions import db
from crm_web.security import can, me, reason_for

MARK = "review.mark"


@dataclass(frozen=True)
class Mark:
    """Why a contact is to be looked at, who said so and when last."""

    reason: str
    by: str
    at: datetime


def may_mark(contact_id: int) -> bool:
    """Whether somebody within the reader's reach took part in it (row id)."""
    return queries.may_listen(contact_id, MARK)


def mark_of(contact_id: int) -> Mark | None:
    row = _row_of(contact_id)
    if row is None:
        return None
    return Mark(row.reason, db.session.get_one(User, row.user_id).display_name, row.updated_at)


def reasons_of(contact_ids: Collection[int]) -> Mapping[int, str]:
    """Row id → reason, of those of these contacts that are marked; nothing for those who may not
    mark: agents are told of an inspection by its result, not by the wish for one."""
    if not can(MARK):
        return {}
    rows = select(ReviewMark.contact_id, ReviewMark.reason)
    found = db.session.execute(rows.where(ReviewMark.contact_id.in_(contact_ids)))
    return {contact_id: reason for contact_id, reason in found}


def marked_ids() -> Select[int]:
    """The row ids of marked contacts, for a filter; none for those who may not mark."""
    ids = select(ReviewMark.contact_id)
    return ids if can(MARK) else ids.where(ReviewMark.id < 0)


def mark(contact: Contact, reason: str | None) -> None:
    """Mark a contact, or change why it is. Raises Invalid without a reason, Forbidden beyond the
    own reach."""
    why = _checked(contact, reason)
    row = _row_of(contact.id)
    before = {"reason": row.reason} if row else None
    if row is None:
        row = ReviewMark(contact_id=contact.id)
        db.session.add(row)
    row.user_id, row.reason = me().id, why
    audit.record("contact.mark", "contact", contact.pub, before, {"reason": why}, reason=why)


def unmark(contact: Contact, reason: str | None) -> None:
    """Take the mark away. Raises Conflict when there is none any more."""
    why = _checked(contact, reason)
    row = _row_of(contact.id)
    if row is None:
        raise Conflict(_("这条记录已经没有质检标记"))
    audit.record("contact.unmark", "contact", contact.pub, {"reason": row.reason}, None, reason=why)
    db.session.delete(row)


def _checked(contact: Contact, reason: str | None) -> str:
    if not may_mark(contact.id):
        raise Forbidden(_("这通电话不在你的范围里"))
    return reason_for(MARK, reason)


def _row_of(contact_id: int) -> ReviewMark | None:
    return db.session.scalar(select(ReviewMark).where(ReviewMark.contact_id == contact_id))
