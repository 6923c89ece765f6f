"""Call records per second into the database, from the event stream through the consumer.

The floor is what the database itself costs: the same finished rows of the same calls by bare
executemany, a transaction for each batch of the consumer's size. SQLite always; PostgreSQL where
it is installed. The stream is a real Redis; reading and acknowledging are within the time.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from sqlalchemy import Engine, delete, select

from crm_web.models import metadata
from esl_controller.contract import keys
from tests.bench.table import Result, table
from tests.database import running_database
from tests.integration.workers.facts import a_whole_call, other_calls
from tests.integration.workers.seeds import make_database
from tests.services import running_redis
from tests.until import until
from workers.consumers.call_log import CallLog
from workers.streams import Consumer, StreamOptions

CALLS = 1000
ROUNDS = 3
BATCH = 100
TABLES = (
    "phone",
    "contact",
    "call_leg",
    "flow_run",
    "queue_visit",
    "agent_offer",
    "talk_segment",
    "recording",
    "recording_mask",
    "wrap_up",
)


def through_the_consumer(client: redis.Redis, engine: Engine, calls: int) -> float:
    """Calls a second from a full stream to committed rows."""
    client.flushall()
    with client.pipeline(transaction=False) as pipe:
        for call in other_calls(calls):
            for event in call:
                pipe.xadd(keys.EVENTS, {keys.ENTRY_FIELD: event.encode()})
        pipe.execute()
    options = StreamOptions(
        keys.EVENTS, keys.GROUP_CALL_LOG, "bench", keys.DEAD_LETTERS, batch=BATCH
    )
    consumer = Consumer(client, options, CallLog(engine, ZoneInfo("Asia/Shanghai")))
    thread = threading.Thread(target=consumer.run)
    began = time.perf_counter()
    thread.start()
    until(lambda: _is_drained(client), 120, every_s=0.005)
    took = time.perf_counter() - began
    consumer.stop()
    thread.join()
    if client.xlen(keys.DEAD_LETTERS):
        raise SystemExit("the consumer gave entries up: the figure would mean nothing")
    return calls / took


def _is_drained(client: redis.Redis) -> bool:
    groups = client.xinfo_groups(keys.EVENTS)
    newest = client.xinfo_stream(keys.EVENTS)["last-generated-id"]
    return bool(groups and groups[0]["last-delivered-id"] == newest and not groups[0]["pending"])


def by_bare_inserts(engine: Engine, calls: int) -> float:
    """Calls a second when the rows that are there are only inserted again into empty tables."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with engine.begin() as connection:
        for name in TABLES:
            table = metadata.tables[name]
            found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
            rows[name] = [dict(row) for row in found]
        for name in reversed(TABLES):
            connection.execute(delete(metadata.tables[name]))
    batches = -(-calls * len(a_whole_call()) // BATCH)
    began = time.perf_counter()
    for number in range(batches):
        first, last = number * calls // batches, (number + 1) * calls // batches
        with engine.begin() as connection:
            for name in TABLES:
                of_call = len(rows[name]) // calls
                part = rows[name][first * of_call : last * of_call]
                if part:
                    connection.execute(metadata.tables[name].insert(), part)
    return calls / (time.perf_counter() - began)


def measure(kind: str, calls: int) -> tuple[float, float]:
    """The best of ROUNDS of both, each round in a fresh database."""
    ours, floor = [], []
    for _ in range(ROUNDS):
        with ExitStack() as stack:
            url = stack.enter_context(running_database(kind))
            client = redis.Redis.from_url(stack.enter_context(running_redis()).url)
            engine = make_database(url)
            ours.append(through_the_consumer(client, engine, calls))
            floor.append(by_bare_inserts(engine, calls))
            engine.dispose()
            client.close()
    return max(ours), max(floor)


def results() -> list[Result]:
    """Rows of the table, one a database."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        row = Result(f"call records into {kind}", unit="calls/s", against="bare executemany")
        try:
            ours, floor = measure(kind, CALLS)
        except pytest.skip.Exception as reason:
            rows.append(replace(row, left_out=str(reason)))
            continue
        rows.append(replace(row, ours=ours, beside=floor))
    return rows


if __name__ == "__main__":
    print(table(results()))
