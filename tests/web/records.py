"""An app on a small database with the record of one call, and people to look at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm_web.app import create_app
from crm_web.areas.auth.sessions import open_session
from crm_web.areas.org.models import OrgUnit, Role, RolePermission, User, UserRole
from crm_web.extensions import db
from crm_web.models import metadata
from crm_web.permissions import GRANTS, ROLES
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import a_whole_call
from tests.integration.workers.seeds import entries, seed
from workers.consumers.call_log import CallLog


def environment(home: Path) -> dict[str, str]:
    """What the web process needs; nothing listens at the Redis address."""
    return {
        "CLEARLINE_HOME": str(home),
        "REDIS_URL": f"unix://{home / 'none.sock'}",
        "SECRET_KEY": "s" * 32,
        "INTERNAL_TOKEN": "t" * 32,
    }


@contextmanager
def records_app(home: Path) -> Iterator[Flask]:
    """The app; its one call was taken by agent 1002 and missed by agent 1001."""
    settings = Settings.from_env(environment(home))
    app = create_app(settings)
    app.config["TESTING"] = True
    with app.app_context():
        metadata.create_all(db.engine)
        seed(db.engine)
        CallLog(db.engine, settings.time_zone).handle(entries(a_whole_call()))
        with unit_of_work():
            _give_roles()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _give_roles() -> None:
    """1001 and 1002 are agents; bob supervises, dana administers, dora directs."""
    unit = db.session.scalars(select(OrgUnit)).one()
    unit.path = f"/{unit.id}/"
    for code, name in ROLES.items():
        grants = [grant for grant in GRANTS if grant.role == code]
        role = Role(code=code, name=name)
        role.permissions = [RolePermission(permission=g.permission, scope=g.scope) for g in grants]
        db.session.add(role)
    people = {"bob": "shift_supervisor", "dana": "administrator", "dora": "director"}
    for login in people:
        user = User(login_name=login, display_name=login, password_hash="x", unit_id=unit.id)
        db.session.add(user)
    db.session.flush()
    for login, code in {"1001": "agent", "1002": "agent", **people}.items():
        user = db.session.scalars(select(User).where(User.login_name == login)).one()
        role = db.session.scalars(select(Role).where(Role.code == code)).one()
        db.session.add(UserRole(user_id=user.id, role_id=role.id, unit_id=unit.id))


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser in which `login` has signed in."""
    with app.app_context(), unit_of_work():
        user = db.session.scalars(select(User).where(User.login_name == login)).one()
        _, token = open_session(user, "127.0.0.1", "test")
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return client


def csrf_token(client: FlaskClient, page: str) -> str:
    """The token that a page of the app carries for its scripts and forms."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(page).text)
    assert found is not None
    return found.group(1)
