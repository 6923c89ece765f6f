"""Which live lines may stay open, asked as the watch asks."""

from __future__ import annotations

import json

import pytest
import redis
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.auth import sessions
from crm_web.areas.org.models import Agent, Role, RolePermission, User, UserRole
from crm_web.extensions import db as app_db
from crm_web.realtime.lines import Line, Lines, may_stay, watch
from crm_web.realtime.rooms import Hello, rooms_for
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode


def opened(db: SQLAlchemy, login: str, kind: str) -> Line:
    """The line of somebody who has just connected such a page."""
    with unit_of_work():
        user = db.session.scalars(select(User).where(User.login_name == login)).one()
        _session, token = sessions.open_session(user, "127.0.0.1", "pytest")
    found = sessions.find_principal(token)
    assert found is not None
    hello = Hello(kind, "tab", False)
    rooms = rooms_for(hello, found.agent_no, found.permissions)
    return Line(token, hello, rooms, found.agent_no)


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


class Server:
    """The Socket.IO server: who was sent off. The watch ends when nobody is left to look at."""

    def __init__(self) -> None:
        self.server, self.gone = self, []

    def disconnect(self, sid: str, ignore_queue: bool = False) -> None:
        self.gone.append(sid)

    def sleep(self, _seconds: float) -> None:
        raise KeyboardInterrupt


def looks_once(app: Flask, lines: Lines) -> list[str]:
    server = Server()
    with pytest.raises(KeyboardInterrupt):
        watch(app, server, lines)  # type: ignore[arg-type]
    return server.gone


@pytest.fixture
def board(app: Flask, db: SQLAlchemy, live_redis: redis.Redis) -> Line:
    """The board of Bob, who listens with the phone 2001."""
    bob = db.session.scalars(select(User).where(User.login_name == "bob")).one()
    db.session.add(Agent(agent_no="2001", user=bob, media="sip"))
    db.session.commit()
    listens(live_redis)
    return opened(db, "bob", "floor")


def listens(live_redis: redis.Redis, role: str | None = "supervisor") -> None:
    view = {"agent_no": "2001", "state": "on_call", "role": role}
    live_redis.hset(keys.LIVE_AGENTS, "2001", json.dumps(view))


def sent(live_redis: redis.Redis) -> list[tuple[str, str | None]]:
    found = [decode(entry[keys.ENTRY_FIELD]) for _id, entry in live_redis.xrange(keys.COMMANDS)]
    return [(command.type, command.agent_no) for command in found]


def signed_off(login: str) -> None:
    with unit_of_work():
        user = app_db.session.scalars(select(User).where(User.login_name == login)).one()
        sessions.end_sessions(user.id, "self")


def test_given_a_board_is_closed_then_its_user_hears_no_more(
    app: Flask, db: SQLAlchemy, live_redis: redis.Redis, board: Line
):
    lines = Lines()
    lines.add("a", board)
    signed_off("bob")
    assert looks_once(app, lines) == ["a"]
    assert sent(live_redis) == [("stop_monitor", "2001")]
    row = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "call.stop_monitor_asked")
    ).one()
    assert (row.actor_kind, row.entity_id) == ("system", "2001")


def test_given_the_right_to_listen_is_withdrawn_then_its_user_hears_no_more(
    app: Flask, db: SQLAlchemy, live_redis: redis.Redis, board: Line
):
    lines = Lines()
    lines.add("a", board)
    with unit_of_work():
        for right in app_db.session.scalars(
            select(RolePermission).where(RolePermission.permission == "call.monitor")
        ):
            app_db.session.delete(right)
    assert looks_once(app, lines) == ["a"]
    assert sent(live_redis) == [("stop_monitor", "2001")]


def test_given_a_second_board_that_may_stay_then_listening_goes_on(
    app: Flask, db: SQLAlchemy, live_redis: redis.Redis, board: Line
):
    lines = Lines()
    lines.add("a", board)
    signed_off("bob")
    lines.add("b", opened(db, "bob", "floor"))
    assert looks_once(app, lines) == ["a"]
    assert sent(live_redis) == []


def test_given_its_user_serves_a_caller_then_the_call_is_left_alone(
    app: Flask, db: SQLAlchemy, live_redis: redis.Redis, board: Line
):
    listens(live_redis, role="serving")
    lines = Lines()
    lines.add("a", board)
    signed_off("bob")
    assert looks_once(app, lines) == ["a"]
    assert sent(live_redis) == []


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
