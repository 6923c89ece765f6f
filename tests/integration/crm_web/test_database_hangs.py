"""A database that does not answer is given up after a stated time, and found again afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from crm_web import database_link
from tests.database import has_postgresql, running_database, running_postgresql

ANSWER_S = 0.5
SLEEPS = {"postgresql": "SELECT pg_sleep(5)", "mariadb": "SELECT SLEEP(5)"}

pytestmark = pytest.mark.database


def _engine(url: str) -> Engine:
    address = make_url(url)
    engine = create_engine(address, **database_link.engine_options(address, ANSWER_S))
    database_link.bound(engine, ANSWER_S)
    return engine


@pytest.fixture(params=SLEEPS)
def slow(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, str]]:
    with running_database(request.param) as url:
        engine = _engine(url)
        yield engine, SLEEPS[request.param]
        engine.dispose()


def test_given_an_answer_that_takes_too_long_it_is_given_up_and_the_next_one_is_right(
    slow: tuple[Engine, str],
) -> None:
    engine, sleep = slow
    began = time.monotonic()
    with pytest.raises(OperationalError), engine.connect() as connection:
        connection.execute(text(sleep))
    assert ANSWER_S <= time.monotonic() - began < ANSWER_S + 1
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 7")) == 7


@pytest.mark.skipif(not has_postgresql(), reason="PostgreSQL is not installed")
def test_given_a_server_that_hangs_nobody_waits_for_it_and_it_is_found_again() -> None:
    with running_postgresql() as server:
        engine = _engine(server.url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        server.freeze()
        began = time.monotonic()
        with pytest.raises(OperationalError):
            engine.connect()
        assert time.monotonic() - began < ANSWER_S + database_link.CONNECT_S + 1
        server.thaw()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 2")) == 2
        engine.dispose()
