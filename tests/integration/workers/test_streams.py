"""The consume loop against a real Redis: nothing lost, nothing in the way, clean stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
import redis

from tests.until import until
from workers.streams import Consumer, Entry, Poison, StreamOptions, Unavailable

OPTIONS = StreamOptions(
    stream="s", group="g", consumer="one", dead_letter="dead", block_ms=50, backoff_first_s=0.01
)


class Notes:
    """A handler that remembers what it was given and fails on demand."""

    def __init__(self, fail: Callable[[str], None] = lambda text: None) -> None:
        self.seen: list[str] = []
        self.batches: list[int] = []
        self._fail = fail

    def decode(self, raw: bytes) -> str:
        text = raw.decode()
        if text == "unreadable":
            raise Poison("cannot read it")
        return text

    def handle(self, batch: Sequence[Entry]) -> None:
        for entry in batch:
            self._fail(entry.message)
        self.batches.append(len(batch))
        self.seen += [entry.message for entry in batch]

    def idle(self) -> None:
        pass


class Running:
    """Runs a consumer in a thread for the length of a with block."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._thread = threading.Thread(target=consumer.run)

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._consumer.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()


def add(client: redis.Redis, *texts: str) -> None:
    for text in texts:
        client.xadd("s", {"e": text})


def pending(client: redis.Redis) -> int:
    return client.xpending("s", "g")["pending"]


def reasons(client: redis.Redis) -> list[tuple[bytes, bytes]]:
    return [(fields[b"e"], fields[b"reason"]) for _, fields in client.xrange("dead")]


def test_it_handles_everything_in_order_and_acknowledges(client: redis.Redis) -> None:
    notes = Notes()
    add(client, "a", "b")
    with Running(Consumer(client, OPTIONS, notes)):
        until(lambda: notes.seen == ["a", "b"], 5)
        add(client, "c")
        until(lambda: notes.seen == ["a", "b", "c"] and pending(client) == 0, 5)


def test_it_takes_a_batch_that_a_killed_run_left_unacknowledged(client: redis.Redis) -> None:
    add(client, "a", "b", "c")
    client.xgroup_create("s", "g", id="0")
    client.xreadgroup("g", "one", {"s": ">"}, count=2)  # read, then killed before the ack
    notes = Notes()
    with Running(Consumer(client, OPTIONS, notes)):
        until(lambda: notes.seen == ["a", "b", "c"] and pending(client) == 0, 5)


def test_it_takes_over_what_another_member_abandoned(client: redis.Redis) -> None:
    add(client, "a")
    client.xgroup_create("s", "g", id="0")
    client.xreadgroup("g", "gone", {"s": ">"})
    notes = Notes()
    options = StreamOptions(**{**vars(OPTIONS), "claim_idle_ms": 1})
    with Running(Consumer(client, options, notes)):
        until(lambda: notes.seen == ["a"] and pending(client) == 0, 5)


def test_it_gives_up_a_poisonous_entry_and_goes_on(client: redis.Redis) -> None:
    def fail(text: str) -> None:
        if text == "bad":
            raise KeyError("nobody expected this")

    notes = Notes(fail)
    add(client, "a", "bad", "unreadable", "b")
    client.xadd("s", {"other": "field"})
    with Running(Consumer(client, OPTIONS, notes)):
        until(lambda: pending(client) == 0 and client.xlen("dead") == 3, 5)
    assert sorted(notes.seen) == ["a", "b"]
    found = dict(reasons(client))
    assert found[b"bad"] == b"KeyError: 'nobody expected this'"
    assert found[b"unreadable"] == b"cannot read it"


def test_it_waits_for_the_database_and_gives_nothing_up(client: redis.Redis) -> None:
    failures = iter(range(5))

    def fail(text: str) -> None:
        if next(failures, None) is not None:
            raise Unavailable("no database")

    notes = Notes(fail)
    add(client, "a", "b")
    states: list[str] = []
    with Running(Consumer(client, OPTIONS, notes, mark=states.append)):
        until(lambda: notes.seen == ["a", "b"] and pending(client) == 0, 5)
    assert "waiting" in states and states[-1] == "ok"
    assert client.xlen("dead") == 0


def test_it_never_takes_more_than_a_batch(client: redis.Redis) -> None:
    add(client, *[str(n) for n in range(25)])
    notes = Notes()
    options = StreamOptions(**{**vars(OPTIONS), "batch": 10, "linger_ms": 20})
    with Running(Consumer(client, options, notes)):
        until(lambda: len(notes.seen) == 25, 5)
    assert max(notes.batches) <= 10


def test_it_collects_entries_for_the_linger_time(client: redis.Redis) -> None:
    notes = Notes()
    options = StreamOptions(**{**vars(OPTIONS), "linger_ms": 500})
    with Running(Consumer(client, options, notes)):
        until(lambda: client.exists("s") == 1, 5)
        add(client, "a", "b", "c")
        until(lambda: len(notes.seen) == 3, 5)
    assert notes.batches == [3]


def test_it_survives_a_redis_that_was_emptied(client: redis.Redis) -> None:
    notes = Notes()
    with Running(Consumer(client, OPTIONS, notes)):
        add(client, "a")
        until(lambda: notes.seen == ["a"], 5)
        client.flushall()
        add(client, "b")
        until(lambda: notes.seen == ["a", "b"], 5)


def test_given_redis_goes_away_when_it_is_back_then_nothing_is_lost(
    redis_server, client: redis.Redis
) -> None:
    notes = Notes()
    with Running(Consumer(client, OPTIONS, notes)):
        add(client, "a")
        until(lambda: notes.seen == ["a"] and pending(client) == 0, 5)
        redis_server.stop()
        redis_server.start()
        add(client, "b")
        until(lambda: notes.seen == ["a", "b"], 15)


@pytest.mark.parametrize("protocol", [2, 3])
def test_it_reads_both_protocols_of_redis(redis_server, client: redis.Redis, protocol: int) -> None:
    add(client, "a")
    notes = Notes()
    with redis.Redis.from_url(redis_server.url, protocol=protocol) as connection:
        with Running(Consumer(connection, OPTIONS, notes)):
            until(lambda: notes.seen == ["a"] and pending(client) == 0, 5)
