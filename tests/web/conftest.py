"""The web under test: a real app on a SQLite file and a real Redis, and its cast.

Alice is an agent of team A, Bob the supervisor, Charlie an agent of team B, Dana the
administrator, Eve the director. `client_as("alice")` is Alice's browser.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

import crm_web
from crm_web.app import create_app
from crm_web.areas.auth import sessions
from crm_web.areas.auth.passwords import hash_password
from crm_web.areas.org.models import (
    Agent,
    CalledNumber,
    Extension,
    OrgUnit,
    Queue,
    QueueMember,
    Role,
    User,
    UserRole,
)
from crm_web.extensions import db as app_db
from crm_web.redis_link import client as redis_client
from crm_web.seeds.base import seed_base
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work
from tests.services import RedisServer, running_redis
from tests.web.browser import Browser

PASSWORD = "correct horse battery"
TOKEN = "internal-token-of-the-tests"
CAST = (  # login_name, name, unit, role, agent_no
    ("alice", "林晓", "team_a", "agent", "1001"),
    ("bob", "陈国栋", "hotline", "shift_supervisor", None),
    ("charlie", "郭涛", "team_b", "agent", "1005"),
    ("dana", "系统管理员", "company", "administrator", None),
    ("eve", "方远", "company", "director", None),
)


@dataclass(frozen=True)
class Person:
    """One of the cast, by what tests need."""

    id: int
    pub: str
    login_name: str
    name: str
    unit_id: int
    agent_id: int | None
    agent_no: str | None


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def web_settings(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return Settings.from_env(
        {
            "CLEARLINE_HOME": str(home),
            "REDIS_URL": redis_server.url,
            "SECRET_KEY": "the secret key of the tests",
            "INTERNAL_TOKEN": TOKEN,
            "SWITCH": "rehearsal",
            "SITE_NAME": "青澜水务",
            "AREA_CODE": "0532",
        }
    )


@pytest.fixture(scope="session")
def compiled_catalogues() -> None:
    """The English texts as the program reads them; `make` compiles them before the tests."""
    for source in (Path(crm_web.__file__).parent / "translations").rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as texts, target.open("wb") as compiled:
            write_mo(compiled, read_po(texts))


@pytest.fixture(scope="session")
def _site(web_settings: Settings, compiled_catalogues: None) -> Iterator[tuple[Flask, Path]]:
    """The app, and a database with base data and cast that each test starts from."""
    app = create_app(web_settings, serve_sockets=True)
    app.test_client_class = Browser
    app.testing = True
    # With TESTING, Flask would let unexpected errors out instead of answering 500.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    template = web_settings.home / "template.db"
    with app.app_context():
        app_db.create_all()
        with unit_of_work():
            seed_base()
            _seed_cast()
        app_db.session.remove()
        with app_db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        app_db.engine.dispose()
    shutil.copy(_database_file(web_settings), template)
    yield app, template
    with app.app_context():
        app_db.engine.dispose()


@pytest.fixture
def app(_site: tuple[Flask, Path], web_settings: Settings) -> Iterator[Flask]:
    """The app on a fresh copy of the database, with an empty Redis."""
    found, template = _site
    with found.app_context():
        app_db.engine.dispose()
        redis_client().flushall()
    file = _database_file(web_settings)
    # A new file, not new contents: a connection that a failed test left open keeps its own.
    for old in (f"{file}-wal", f"{file}-shm", str(file)):
        Path(old).unlink(missing_ok=True)
    shutil.copy(template, file)
    yield found
    with found.app_context():
        app_db.session.remove()
        app_db.engine.dispose()


@pytest.fixture
def db(app: Flask) -> Iterator[SQLAlchemy]:
    """The database, with an app context around the test."""
    with app.app_context():
        yield app_db
        app_db.session.remove()


@pytest.fixture
def live_redis(app: Flask) -> redis.Redis:
    """The app's Redis, to play the controller: live:* hashes, reading calls:commands."""
    with app.app_context():
        return redis_client()


@pytest.fixture
def cast(app: Flask) -> dict[str, Person]:
    """The people by login name."""
    with app.app_context():
        rows = app_db.session.execute(select(User, Agent).outerjoin(Agent)).all()
        app_db.session.rollback()
        return {
            user.login_name: Person(
                user.id,
                user.pub,
                user.login_name,
                user.display_name,
                user.unit_id,
                agent.id if agent else None,
                agent.agent_no if agent else None,
            )
            for user, agent in rows
        }


@pytest.fixture
def anonymous(app: Flask) -> Browser:
    """A browser in which nobody has signed in."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


@pytest.fixture
def client_as(app: Flask) -> Callable[[str], Browser]:
    """`client_as("alice")`: a browser in which she has signed in."""

    def sign_in(login_name: str) -> Browser:
        if has_app_context():  # the test's own session must not hold the lock
            app_db.session.commit()
        with app.app_context():
            with unit_of_work():
                user = app_db.session.scalars(
                    select(User).where(User.login_name == login_name)
                ).one()
                _session, token = sessions.open_session(user, "127.0.0.1", "pytest")
            app_db.session.remove()
        browser = app.test_client()
        assert isinstance(browser, Browser)
        with browser.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return browser

    return sign_in


@pytest.fixture
def service(anonymous: Browser) -> Callable[..., object]:
    """The controller's way in: `service("post", "/internal/…", json={…})` with the token."""

    def ask(method: str, path: str, token: str = TOKEN, **kwargs: object) -> object:
        headers = {"Authorization": f"Bearer {token}"}
        return anonymous.open(path, method=method.upper(), headers=headers, csrf=False, **kwargs)

    return ask


def _database_file(settings: Settings) -> Path:
    return settings.home / "clearline.db"


def _seed_cast() -> None:
    hashed = hash_password(PASSWORD)  # once: hashing is slow on purpose
    units = {unit.code: unit for unit in app_db.session.scalars(select(OrgUnit))}
    roles = {role.code: role for role in app_db.session.scalars(select(Role))}
    queue = Queue(code="general", name="综合", unit_id=units["hotline"].id)
    for login_name, name, unit, role, agent_no in CAST:
        user = User(
            login_name=login_name,
            display_name=name,
            password_hash=hashed,
            unit_id=units[unit].id,
        )
        user.roles.append(UserRole(role_id=roles[role].id, unit_id=units[unit].id))
        app_db.session.add(user)
        if agent_no is not None:
            extension = Extension(number=agent_no, sip_secret=f"secret of {agent_no}")
            agent = Agent(agent_no=agent_no, user=user, extension=extension)
            queue.members.append(QueueMember(agent=agent))
    app_db.session.add(queue)
    app_db.session.flush()
    app_db.session.add(
        CalledNumber(
            number="96001", label="供水热线", flow_code="water_main", fallback_queue_id=queue.id
        )
    )
