"""Recording who did what. The row belongs to the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import User
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.security import Principal
from esl_controller.domain.ids import new_ulid

HIDDEN = frozenset({"password", "password_hash", "sip_secret", "token_hash", "totp_secret"})


def record(
    action: str,
    entity_kind: str,
    entity_id: object,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    by: User | None = None,
) -> None:
    """Write an audit row with the present transaction.

    `by` is who acts where the request does not know it yet: somebody who is signing in.

    `action` is "ticket.open", "recording.listen", …; `entity_id` is the public id where there is
    one. Of before and after only what differs is kept; secrets are kept as "changed".
    """
    old, new = _difference(before, after)
    db.session.add(
        AuditLog(
            **_who(by),
            action=action,
            entity_kind=entity_kind,
            entity_id=str(entity_id)[:64],
            reason=reason[:255],
            before=old,
            after=new,
        )
    )


def record_apart(
    connection: Connection, action: str, entity_kind: str, entity_id: str, after: Mapping[str, Any]
) -> None:
    """Write an audit row with a connection of its own: what it is about came to nothing."""
    row = {
        **_who(),
        "action": action,
        "entity_kind": entity_kind,
        "entity_id": entity_id[:64],
        "after": _safe(after),
    }
    connection.execute(insert(AuditLog), row)


def record_by_system(
    session: Session, action: str, entity_kind: str, entity_id: object, after: Mapping[str, Any]
) -> None:
    """Write an audit row for what a job did, with the job's own session."""
    session.add(
        AuditLog(
            at=utc_now(),
            actor_kind="system",
            action=action,
            entity_kind=entity_kind,
            entity_id=str(entity_id)[:64],
            after=_safe(after),
        )
    )


def _who(by: User | None = None) -> dict[str, Any]:
    """Who acts now, and from where."""
    user = current_user._get_current_object() if has_request_context() else None
    user_id, name = (by.id, by.display_name) if by else (None, "")
    if isinstance(user, Principal):
        user_id, name = user.id, user.name
    return {
        "at": utc_now(),
        "actor_kind": "system" if user_id is None else "user",
        "user_id": user_id,
        "actor_name": name,
        "ip": (request.remote_addr or "")[:45] if has_request_context() else "",
        "request_id": request_id() if has_request_context() else "",
    }


def request_id() -> str:
    """One id for all audit rows and log lines of a request."""
    if "request_id" not in g:
        g.request_id = new_ulid()
    return str(g.request_id)


def _difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if before is not None and after is not None:
        names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
        before = {name: before.get(name) for name in names}
        after = {name: after.get(name) for name in names}
    return _safe(before), _safe(after)


def _safe(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: _plain(name, value) for name, value in values.items()}


def _plain(name: str, value: Any) -> Any:
    if name in HIDDEN:
        return "***"
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    return str(value)
