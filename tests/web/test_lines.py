"""Which live lines may stay open, asked as the watch asks."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm_web.areas.auth import sessions
from crm_web.areas.org.models import Role, User, UserRole
from crm_web.realtime.lines import Line, Lines, may_stay
from crm_web.realtime.rooms import Hello, rooms_for
from crm_web.transaction import unit_of_work


def opened(db: SQLAlchemy, login: str, kind: str) -> Line:
    """The line of somebody who has just connected such a page."""
    with unit_of_work():
        user = db.session.scalars(select(User).where(User.login_name == login)).one()
        _session, token = sessions.open_session(user, "127.0.0.1", "pytest")
    found = sessions.find_principal(token)
    assert found is not None
    hello = Hello(kind, "tab", False)
    return Line(token, hello, rooms_for(hello, found.agent_no, found.permissions))


@pytest.mark.parametrize(("login", "kind"), [("bob", "floor"), ("alice", "desk")])
def test_a_line_stays_while_nothing_has_changed(
    app: Flask, db: SQLAlchemy, login: str, kind: str
):
    assert may_stay(app, opened(db, login, kind))


def test_given_the_right_is_withdrawn_then_the_line_is_closed(app: Flask, db: SQLAlchemy):
    line = opened(db, "bob", "floor")
    agent = db.session.scalars(select(Role.id).where(Role.code == "agent")).one()
    with unit_of_work():
        bob = select(User.id).where(User.login_name == "bob").scalar_subquery()
        held = db.session.scalars(select(UserRole).where(UserRole.user_id == bob)).one()
        db.session.delete(held)
        db.session.add(UserRole(user_id=held.user_id, role_id=agent, unit_id=held.unit_id))
    assert not may_stay(app, line)


def test_given_the_session_has_ended_then_the_line_is_closed(
    app: Flask, db: SQLAlchemy, cast: dict
):
    line = opened(db, "alice", "desk")
    with unit_of_work():
        sessions.end_sessions(cast["alice"].id, "self")
    assert not may_stay(app, line)


def test_given_the_database_is_away_then_nobody_is_sent_off(
    app: Flask, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
):
    line = opened(db, "alice", "desk")

    def away(_token: str) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(sessions, "find_principal", away)
    assert may_stay(app, line)


def test_it_says_of_the_first_line_only_that_it_is_the_first(app: Flask, db: SQLAlchemy):
    lines, line = Lines(), opened(db, "alice", "desk")
    assert lines.add("a", line) == 0
    lines.remove("a")
    assert lines.add("b", line) == 1
    assert lines.present() == [("b", line)]
