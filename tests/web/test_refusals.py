"""Who is refused for want of a right leaves a trace, and only one a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_login import login_user
from flask_socketio import ConnectionRefusedError
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from crm_web import audit
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.auth import sessions
from crm_web.areas.org.models import User
from crm_web.extensions import db as app_db
from crm_web.realtime import sockets
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys


def refused(db):
    db.session.rollback()
    rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "access.refused"))
    return [(row.actor_name, row.entity_kind, row.entity_id) for row in rows]


@pytest.mark.parametrize(
    ("login", "path", "body", "endpoint"),
    [
        ("alice", "/supervisor/agents/1005/call", {"action": "monitor"}, "supervisor.act_on_call"),
        ("alice", "/supervisor/agents/1005/call", {"action": "forced_release"},
         "supervisor.act_on_call"),
        ("alice", "/supervisor/agents/1005/orders", {"action": "force_ready", "reason": "休息"},
         "supervisor.order"),
        ("alice", "/supervisor/notices", {"to": "all", "text": "散会"}, "supervisor.notify"),
        ("dana", "/desk/commands", {"type": "answer", "body": {}}, "desk.command"),
        ("bob", "/desk/commands", {"type": "hang_up", "body": {}}, "desk.command"),
    ],
)  # fmt: skip
def test_a_command_without_the_right_is_refused_and_audited(
    client_as, db, live_redis, login, path, body, endpoint
):
    answer = client_as(login).post(path, json=body)
    assert answer.status_code == 403
    assert live_redis.xlen(keys.COMMANDS) == 0
    ((_name, kind, place),) = refused(db)
    assert (kind, place) == ("route", endpoint)
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "access.refused")).one()
    assert (row.after["method"], row.after["path"]) == ("POST", path)
    assert row.user_id and row.ip and row.request_id


def test_a_page_without_the_right_is_refused_and_audited(client_as, db):
    assert client_as("alice").get("/org/users").status_code == 403
    assert refused(db) == [("林晓", "route", "org.index")]


def test_an_agent_out_of_reach_is_one_too(client_as, db, cast):
    db.session.execute(text("UPDATE org_unit SET path = '/9/' WHERE code = 'hotline'"))
    db.session.commit()
    data = {"action": "monitor", "contact_id": "01JDC0NTACT00000000000000A"}
    answer = client_as("bob").post("/supervisor/agents/1001/call", json=data)
    assert answer.status_code == 403
    assert refused(db) == [("陈国栋", "route", "supervisor.act_on_call")]


def test_it_writes_one_row_a_minute_for_a_user_and_a_place(client_as, db):
    alice, charlie = client_as("alice"), client_as("charlie")
    for browser in (alice, alice, alice, charlie):
        browser.post("/supervisor/agents/1005/call", json={"action": "monitor"})
        browser.get("/audit")
    assert len(refused(db)) == 4
    for row in db.session.scalars(select(AuditLog)).all():
        row.at = row.at - timedelta(minutes=2)
    db.session.commit()
    alice.get("/audit")
    assert len(refused(db)) == 5


def test_a_stranger_leaves_none_for_he_gets_the_sign_in_page(anonymous, db):
    assert anonymous.post("/supervisor/notices").status_code in (302, 401)
    assert refused(db) == []


def test_given_the_database_is_away_then_it_is_refused_all_the_same(client_as, db, monkeypatch):
    def gone(*_args):
        raise OperationalError("insert", {}, Exception("gone"))

    monkeypatch.setattr(audit, "record_apart", gone)
    assert client_as("alice").get("/audit").status_code == 403


class Handlers:
    """Keeps what the server of the live line registers, to be called by hand."""

    def __init__(self):
        self.found = {}

    def on(self, name):
        return lambda handler: self.found.setdefault(name, handler)


def knock(app, login, kind):
    """The page of `login` asks for the rooms of `kind`; raises what the browser would get."""
    handlers = Handlers()
    sockets.register(handlers)
    with app.test_request_context("/socket.io/"):
        with unit_of_work():
            user = app_db.session.scalars(select(User).where(User.login_name == login)).one()
            _session, token = sessions.open_session(user, "127.0.0.1", "pytest")
        app_db.session.remove()
        login_user(sessions.find_principal(token))
        handlers.found["connect"]({"kind": kind, "desk": "tab-1", "claim": True})


@pytest.mark.parametrize(
    ("login", "kind"), [("alice", "floor"), ("dana", "desk"), ("bob", "desk")]
)
def test_a_live_room_without_the_right_is_refused_and_audited(app, db, login, kind):
    for _again in range(2):
        with pytest.raises(ConnectionRefusedError):
            knock(app, login, kind)
    ((_name, what, place),) = refused(db)
    assert (what, place) == ("room", kind)


def test_given_no_database_then_a_live_line_is_refused_for_now_with_an_answer(app, monkeypatch):
    handlers = Handlers()
    sockets.register(handlers)

    class NoDatabase:
        def _get_current_object(self):
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    monkeypatch.setattr(sockets, "current_user", NoDatabase())
    with app.test_request_context("/socket.io/"):
        with pytest.raises(ConnectionRefusedError, match="later"):
            handlers.found["connect"]({"kind": "desk", "desk": "tab-1", "claim": True})
