"""Searching the record of acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from crm_web.areas.audit.models import AuditLog
from crm_web.extensions import db
from crm_web.localtime import day_bounds
from crm_web.paging import Stretch, keyset


@dataclass(frozen=True)
class Search:
    """What to look for; empty fields look for everything. Days are the site's."""

    actor: str = ""
    action: str = ""
    entity_kind: str = ""
    entity_id: str = ""
    first_day: date | None = None
    last_day: date | None = None


def search(wanted: Search, cursor: str | None) -> Stretch[AuditLog]:
    """The newest first, a page at a time."""
    return keyset(_narrowed(wanted), AuditLog.at, AuditLog.id, cursor)


def is_recorded(
    action: str, entity_kind: str, entity_id: str, user_id: int, since: datetime
) -> bool:
    """Whether a user did this to that since then."""
    known = (
        select(AuditLog.id)
        .where(AuditLog.entity_kind == entity_kind, AuditLog.entity_id == entity_id)
        .where(AuditLog.at > since, AuditLog.action == action, AuditLog.user_id == user_id)
        .limit(1)
    )
    return db.session.scalar(known) is not None


def _narrowed(wanted: Search) -> Select[Any]:
    statement = select(AuditLog)
    if wanted.actor:
        statement = statement.where(AuditLog.actor_name == wanted.actor)
    if wanted.action:
        statement = statement.where(AuditLog.action.startswith(wanted.action, autoescape=True))
    if wanted.entity_kind:
        statement = statement.where(AuditLog.entity_kind == wanted.entity_kind)
    if wanted.entity_id:
        statement = statement.where(AuditLog.entity_id == wanted.entity_id)
    if wanted.first_day:
        statement = statement.where(AuditLog.at >= day_bounds(wanted.first_day)[0])
    if wanted.last_day:
        statement = statement.where(AuditLog.at < day_bounds(wanted.last_day)[1])
    return statement
