"""Browser sessions: a row for each, found by the token in the signed cookie."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from functools import partial

from flask import Flask, g
from flask_login import LoginManager
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import OperationalError

from crm_web import phone_sessions
from crm_web.areas.org.models import Agent, LoginSession, OrgUnit, RolePermission, User, UserRole
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.permissions import widest
from crm_web.security import Nobody, Principal
from crm_web.transaction import apart, is_read_only, on_commit

log = logging.getLogger("crm_web.sessions")
IDLE = timedelta(hours=12)  # a shift with its overtime
SEEN_EVERY = timedelta(minutes=5)


def init_app(app: Flask, login: LoginManager) -> None:
    """Tell Flask-Login how to find the user of a cookie; installed after security's guard."""
    login.session_protection = None  # the row and its token are the protection
    login.anonymous_user = Nobody
    login.user_loader(find_principal)

    @app.before_request
    def _touch() -> None:
        user = g.get("_login_user")
        if isinstance(user, Principal):
            touch(user)


def token_hash(token: str) -> str:
    """What the database keeps of a token; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(user: User, ip: str, user_agent: str) -> tuple[LoginSession, str]:
    """A new session of `user` and its token, which is shown to nobody else."""
    token = secrets.token_urlsafe(32)
    session = LoginSession(
        user_id=user.id, token_hash=token_hash(token), ip=ip[:45], user_agent=user_agent[:255]
    )
    db.session.add(session)
    db.session.flush()
    return session, token


def end_sessions(user_id: int, reason: str, *, keep: int | None = None) -> int:
    """End the open sessions of a user, but not the one with id `keep`; returns how many."""
    statement = (
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
        .values(ended_at=utc_now(), end_reason=reason)
        .execution_options(synchronize_session=False)
    )
    if keep is not None:
        statement = statement.where(LoginSession.id != keep)
    ended = int(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]
    agent_no = db.session.scalar(select(Agent.agent_no).where(Agent.user_id == user_id))
    if agent_no is not None:
        on_commit(partial(phone_sessions.revoke, agent_no, but_login=keep))
    return ended


def end_session(session: LoginSession, reason: str) -> None:
    """End one session; the phone that its browser may have is refused from then on."""
    session.ended_at, session.end_reason = utc_now(), reason
    agent_no = db.session.scalar(select(Agent.agent_no).where(Agent.user_id == session.user_id))
    if agent_no is not None:
        on_commit(partial(phone_sessions.revoke, agent_no, of_login=session.id))


# Built once: every request asks them, and building takes longer than asking.
_PRINCIPAL = (
    select(
        User.id,
        User.pub,
        User.login_name,
        User.display_name,
        User.unit_id,
        User.locale,
        User.must_change,
        OrgUnit.path.label("unit_path"),
        LoginSession.id.label("session_id"),
        LoginSession.seen_at,
        Agent.id.label("agent_id"),
        Agent.agent_no,
    )
    .select_from(LoginSession)
    .join(User, User.id == LoginSession.user_id)
    .join(OrgUnit, OrgUnit.id == User.unit_id)
    .outerjoin(Agent, (Agent.user_id == User.id) & Agent.active.is_(True))
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.seen_at > bindparam("since"),
        User.status == "active",
    )
)
_PERMISSIONS = (
    select(RolePermission.permission, RolePermission.scope)
    .join(UserRole, UserRole.role_id == RolePermission.role_id)
    .where(
        UserRole.user_id == bindparam("user_id"),
        or_(UserRole.expires_at.is_(None), UserRole.expires_at > bindparam("now")),
    )
)


def find_principal(token: str) -> Principal | None:
    """The signed-in user of a token, or None when the session has ended or the user has left."""
    asked = {"token_hash": token_hash(token), "since": utc_now() - IDLE}
    row = db.session.execute(_PRINCIPAL, asked).one_or_none()
    if row is None:
        return None
    return Principal(
        id=row.id,
        pub=row.pub,
        login=row.login_name,
        name=row.display_name,
        unit_id=row.unit_id,
        unit_path=row.unit_path,
        session_id=row.session_id,
        session_token=token,
        seen_at=row.seen_at,
        agent_id=row.agent_id,
        agent_no=row.agent_no,
        locale=row.locale,
        must_change=row.must_change,
        permissions=permissions_of(row.id),
    )


def permissions_of(user_id: int) -> dict[str, str]:
    """The widest scope of each permission over the user's present roles."""
    found: dict[str, str] = {}
    rows = db.session.execute(_PERMISSIONS, {"user_id": user_id, "now": utc_now()})
    for permission, scope in rows:
        found[permission] = widest(found.get(permission), scope)
    return found


def touch(principal: Principal) -> None:
    """Note, now and then, that the session is in use. Failing to is no reason to refuse a page."""
    now = utc_now()
    if principal.seen_at > now - SEEN_EVERY:
        return
    statement = update(LoginSession).where(LoginSession.id == principal.session_id)
    if not is_read_only():
        db.session.execute(statement.values(seen_at=now))
        return
    try:
        with apart() as connection:
            connection.execute(statement.values(seen_at=now))
    except OperationalError as error:
        log.warning("session %s: could not note its use: %s", principal.session_id, error)
