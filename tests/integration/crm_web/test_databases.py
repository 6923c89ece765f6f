"""What the models promise, on each of the three databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from crm_web.app import create_app
from crm_web.areas.calls.models import AgentSession, AgentStateInterval
from crm_web.areas.org.models import Agent, Role, Setting, User
from crm_web.areas.tickets.models import TicketKind
from crm_web.columns import utc_now
from crm_web.database import migrate
from crm_web.extensions import db
from crm_web.numbering import next_number
from crm_web.seeds import base
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work
from tests import factories
from tests.database import KINDS, running_database

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]


@pytest.fixture(scope="module", params=KINDS)
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    home: Path = tmp_path_factory.mktemp("home")
    with running_database(request.param) as url:
        made = create_app(
            Settings.from_env(
                {
                    "CLEARLINE_HOME": str(home),
                    "DATABASE_URL": url,
                    "SECRET_KEY": "the secret key of the tests",
                    "INTERNAL_TOKEN": "the token of the tests",
                }
            )
        )
        with made.app_context():
            migrate(db.engine)
            with unit_of_work():
                base.seed_base()
                base.seed_demo(made.extensions["settings"])
            db.session.remove()
        yield made
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()
        db.session.remove()


def test_it_seeds_once_however_often(app: Flask, context: None):
    with unit_of_work():
        base.seed_base()
        assert base.seed_demo(app.extensions["settings"]) == []
    assert len(db.session.scalars(select(Role)).all()) == 8
    assert len(db.session.scalars(select(Agent)).all()) == 10  # the supervisors have phones, too
    kinds = db.session.scalars(select(TicketKind)).all()
    parents = {kind.parent_id for kind in kinds}
    assert len([kind for kind in kinds if kind.id not in parents]) == 60
    assert all(kind.parent_id for kind in kinds if kind.level > 1)


def test_it_keeps_times_in_utc_to_the_millisecond(context: None):
    at = datetime(2026, 11, 23, 9, 45, 12, 345678, timezone(timedelta(hours=8)))
    user = db.session.scalars(select(User)).first()
    user.locked_until = at
    db.session.flush()
    db.session.expire(user)
    assert user.locked_until == datetime(2026, 11, 23, 1, 45, 12, 345000, UTC)
    assert user.locked_until.tzinfo is UTC


def test_given_a_time_without_a_zone_it_refuses(context: None):
    user = db.session.scalars(select(User)).first()
    user.locked_until = datetime(2026, 11, 23)
    with pytest.raises(StatementError, match="without a zone"):
        db.session.flush()


def test_it_keeps_volumes_money_and_documents_exactly(context: None):
    door = factories.premise()
    bill = factories.bill(factories.account(door), amount_fen=2**40, usage=Decimal("1234567.8915"))
    setting = Setting(key="k", value={"文": ["😀", None, 1.5, True]})
    db.session.add(setting)
    db.session.flush()
    db.session.expire_all()
    assert (bill.usage, bill.amount_fen) == (Decimal("1234567.892"), 2**40)
    assert setting.value == {"文": ["😀", None, 1.5, True]}


def test_it_tells_apart_what_a_loose_collation_would_not(context: None):
    for key in ("😀", "😁", "a", "A"):
        db.session.add(Setting(key=key, value=1))
    db.session.flush()


def test_it_refuses_a_second_row_of_the_same_key(context: None):
    db.session.add_all([Setting(key="same", value=1), Setting(key="same", value=2)])
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_it_allows_one_open_interval_of_an_agent_and_many_closed(context: None):
    agent = db.session.scalars(select(Agent)).first()
    now = utc_now()
    session = AgentSession(agent_id=agent.id, signed_in_at=now)
    db.session.add(session)
    db.session.flush()

    def interval(minutes: int, marker: int | None) -> AgentStateInterval:
        return AgentStateInterval(
            agent_id=agent.id,
            session_id=session.id,
            started_at=now + timedelta(minutes=minutes),
            state="ready",
            presence="signed_in",
            phone="idle",
            open_marker=marker,
        )

    db.session.add_all([interval(1, None), interval(2, None), interval(3, 1)])
    db.session.flush()
    db.session.add(interval(4, 1))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_given_two_editors_the_second_loses(app: Flask, context: None):
    with unit_of_work():
        db.session.add(Setting(key="shared", value=1))
    mine = db.session.scalars(select(Setting).where(Setting.key == "shared")).one()
    assert mine.ver == 1
    db.session.commit()
    _ = mine.value
    db.session.expunge(mine)
    db.session.rollback()
    with unit_of_work():
        theirs = db.session.scalars(select(Setting).where(Setting.key == "shared")).one()
        theirs.value = 2
    db.session.remove()
    db.session.add(mine)
    mine.value = 3
    with pytest.raises(StaleDataError):
        db.session.flush()


def test_it_never_gives_a_number_twice(app: Flask):
    def take(_n: int) -> list[str]:
        with app.app_context():
            taken = []
            for _ in range(5):
                with unit_of_work():
                    taken.append(next_number("GD", date(2026, 11, 23)))
            db.session.remove()
            return taken

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for taken in pool.map(take, range(4)) for number in taken]
    assert sorted(numbers) == [f"GD261123-{n:05d}" for n in range(1, 21)]
