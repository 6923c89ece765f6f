"""Signing in and out, and changing one's password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit
from crm_web.areas.auth import passwords, sessions
from crm_web.areas.auth.errors import NoSuchSession
from crm_web.areas.org.models import LoginSession, User
from crm_web.columns import utc_now
from crm_web.errors import Invalid
from crm_web.extensions import db
from crm_web.security import Principal

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class SignIn:
    """The outcome of a try: a token, or a message that does not say which part was wrong."""

    token: str = ""
    message: str = ""


def sign_in(login_name: str, password: str, ip: str, user_agent: str) -> SignIn:
    """Try to sign in. A refusal is returned, not raised, so that the failure is counted."""
    name = login_name.strip()[:64]
    user = db.session.scalar(select(User).where(User.login_name == name))
    now = utc_now()
    if user is not None and user.locked_until is not None and user.locked_until > now:
        passwords.check_password(None, password)
        audit.record("auth.locked_try", "user", user.pub)
        return SignIn(message=_locked())
    right = passwords.check_password(user.password_hash if user else None, password[:1024])
    if user is None or not right or user.status != "active":
        return SignIn(message=_failed(user, name))
    if passwords.needs_new_hash(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    user.failed_count, user.locked_until = 0, None
    session, token = sessions.open_session(user, ip, user_agent)
    audit.record("auth.sign_in", "user", user.pub, after={"session": session.pub}, by=user)
    return SignIn(token=token)


def _failed(user: User | None, name: str) -> str:
    if user is None:
        audit.record("auth.failed", "user", "", after={"login_name": name})
        return _("工号或密码不对")
    user.failed_count += 1
    audit.record("auth.failed", "user", user.pub, after={"failed_count": user.failed_count})
    if user.failed_count < MOST_FAILURES:
        return _("工号或密码不对")
    user.failed_count, user.locked_until = 0, utc_now() + LOCKED_FOR
    return _locked()


def _locked() -> str:
    minutes = LOCKED_FOR // timedelta(minutes=1)
    return _("输错太多次，%(minutes)s 分钟后再试", minutes=minutes)


def sign_out(user: Principal) -> None:
    """End the session of this browser."""
    session = db.session.get(LoginSession, user.session_id)
    if session is not None and session.ended_at is None:
        sessions.end_session(session, "self")
    audit.record("auth.sign_out", "user", user.pub)


def change_password(user: Principal, old: str, new: str, again: str) -> None:
    """Change the own password and end the other sessions; Invalid names the field."""
    row = db.session.get_one(User, user.id)
    if not passwords.check_password(row.password_hash, old[:1024]):
        raise _invalid("old", _("现在的密码不对"))
    problem = passwords.weakness(new, row.login_name)
    if problem:
        raise _invalid("new", problem)
    if new != again:
        raise _invalid("again", _("两次输入的不一样"))
    if new == old:
        raise _invalid("new", _("新密码和现在的一样"))
    row.password_hash = passwords.hash_password(new)
    row.must_change = False
    ended = sessions.end_sessions(user.id, "password", keep=user.session_id)
    audit.record("auth.password", "user", user.pub, after={"sessions_ended": ended})


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: message})


def open_sessions(user: Principal) -> list[LoginSession]:
    """The user's open sessions, the latest first."""
    statement = (
        select(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        .where(LoginSession.seen_at > utc_now() - sessions.IDLE)
        .order_by(LoginSession.seen_at.desc())
        .limit(50)
    )
    return list(db.session.scalars(statement))


def end_session(user: Principal, pub: str) -> None:
    """End one of the user's own sessions; ending it twice is the same as once."""
    session = db.session.scalar(
        select(LoginSession).where(LoginSession.pub == pub, LoginSession.user_id == user.id)
    )
    if session is None:
        raise NoSuchSession(_("没有这次登录"))
    if session.ended_at is None:
        sessions.end_session(session, "self")
        audit.record("auth.end_session", "user", user.pub, after={"session": pub})
