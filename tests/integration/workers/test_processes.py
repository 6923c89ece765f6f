"""The workers as processes: killed without warning, stopped politely, started without Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import Engine, func, select

from crm_web.models import metadata
from esl_controller.contract import keys
from tests.integration.workers.facts import other_calls
from tests.integration.workers.seeds import make_database
from tests.services import RedisServer
from tests.until import until

CALLS = 60


class Workers:
    """Starts worker processes on one data folder and one Redis; kills what is left over."""

    def __init__(self, home: Path, redis_url: str) -> None:
        self._environment = {
            **os.environ,
            "CLEARLINE_HOME": str(home),
            "DATABASE_URL": f"sqlite:///{home / 'clearline.db'}",
            "REDIS_URL": redis_url,
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", *arguments],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._running.append(process)
        return process

    def kill_all(self) -> None:
        for process in self._running:
            process.kill()
            process.wait(10)


@pytest.fixture
def workers(tmp_path: Path, redis_server: RedisServer, client: redis.Redis) -> Iterator[Workers]:
    started = Workers(tmp_path, redis_server.url)
    yield started
    started.kill_all()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'clearline.db'}")
    yield made
    made.dispose()


def mark(client: redis.Redis, name: str) -> dict[str, Any]:
    found = client.get(f"health:{name}")
    return json.loads(found) if found else {}


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(metadata.tables[table]))
        return int(found.scalar() or 0)


def publish(client: redis.Redis) -> None:
    with client.pipeline(transaction=False) as pipe:
        for call in other_calls(CALLS):
            for event in call:
                pipe.xadd(keys.EVENTS, {keys.ENTRY_FIELD: event.encode()})
        pipe.execute()


def test_it_loses_nothing_when_it_is_killed_in_the_middle(
    workers: Workers, client: redis.Redis, engine: Engine
) -> None:
    publish(client)
    for share in (0.2, 0.6):
        process = workers.start("consumer", "call-log")
        until(lambda goal=CALLS * share: count(engine, "contact") >= goal, 20)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    workers.start("consumer", "call-log")
    until(lambda: _drained(client), 30)
    assert count(engine, "contact") == CALLS
    assert count(engine, "agent_offer") == 2 * CALLS
    assert count(engine, "talk_segment") == count(engine, "recording") == CALLS
    assert client.xlen(keys.DEAD_LETTERS) == 0
    with engine.connect() as connection:
        contact = metadata.tables["contact"]
        outcomes = connection.execute(select(contact.c.outcome, contact.c.wrap_ms).distinct()).all()
    assert outcomes == [("answered", 45_000)]


def _drained(client: redis.Redis) -> bool:
    (group,) = client.xinfo_groups(keys.EVENTS)
    newest = client.xinfo_stream(keys.EVENTS)["last-generated-id"]
    return bool(group["last-delivered-id"] == newest and group["pending"] == 0)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("consumer", "screen-pop"), "screen-pop"),
        (("consumer", "call-log"), "call-log"),
        (("consumer", "wallboard"), "wallboard"),
        (("rq",), "rq"),
        (("cron",), "cron"),
    ],
)
def test_it_says_that_it_lives_and_stops_when_asked(
    workers: Workers, client: redis.Redis, engine: Engine, arguments: tuple[str, ...], name: str
) -> None:
    process = workers.start(*arguments)
    until(lambda: mark(client, name).get("state") == "ok", 20)
    process.terminate()
    assert process.wait(10) == 0


def test_it_waits_for_a_redis_that_is_absent_at_the_start(
    workers: Workers, redis_server: RedisServer, client: redis.Redis, engine: Engine
) -> None:
    redis_server.stop()
    processes = [workers.start("consumer", "call-log"), workers.start("rq"), workers.start("cron")]
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            processes[0].wait(2)
    finally:
        redis_server.start()
    for name in ("call-log", "rq", "cron"):
        until(lambda name=name: mark(client, name).get("state") == "ok", 20)
    assert [process.poll() for process in processes] == [None, None, None]


def test_it_refuses_a_wrong_setting_by_name(tmp_path: Path) -> None:
    environment = {**os.environ, "REDIS_URL": "http://x", "CLEARLINE_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "workers", "cron"], env=environment, capture_output=True, timeout=30
    )
    assert run.returncode == 2 and b"REDIS_URL" in run.stderr
