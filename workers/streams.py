"""Reading a Redis stream as one member of a consumer group, without losing or looping.

The loop owns every question that is the same for all consumers: what is left over from the last
run, what to do when Redis or the database is away, when an entry is given up, how to stop. A
consumer only says what a batch of decoded entries means (`Handler.handle`).

Promises
- An entry is acknowledged only after `handle` returned for it; a killed process gets it again.
- `Unavailable` (database away) is waited out for as long as it takes: nothing is given up for it.
- Any other error is narrowed to the single entry that causes it. That entry is tried
  `max_attempts` times and then copied to the dead-letter stream with the reason, so that one
  poisonous message never stops the ones behind it.
- `stop()` only sets a flag; the batch in hand is finished first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import redis

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Something that the consumer needs is away for now; the same batch will be tried again."""


class Poison(Exception):
    """This entry can never be handled (unknown type, broken JSON): give it up at once."""


@dataclass(frozen=True)
class Entry:
    """One stream entry: its Redis id and what `decode` made of its field."""

    id: str
    message: Any
    raw: bytes


class Handler(Protocol):
    """What a consumer is to the loop."""

    def decode(self, raw: bytes) -> Any:
        """The message in the stream's field; raises Poison when it cannot be read."""

    def handle(self, batch: Sequence[Entry]) -> None:
        """Take the batch in order, all or nothing. Raises Unavailable to have it again later."""

    def idle(self) -> None:
        """Called between reads, at least once in `StreamOptions.block_ms`."""


@dataclass(frozen=True)
class StreamOptions:
    """How one group reads. Times are milliseconds unless the name says otherwise.

    linger_ms: after the first entry, wait this long for more before handling (0 = never wait).
    start: where a new group begins ("0" everything kept, "$" only what comes from now on).
    claim_idle_ms: another member's unacknowledged entries older than this are taken over.
    """

    stream: str
    group: str
    consumer: str
    dead_letter: str
    batch: int = 100
    block_ms: int = 1000
    linger_ms: int = 0
    start: str = "0"
    claim_idle_ms: int = 30_000
    max_attempts: int = 3
    dead_letter_max: int = 10_000
    backoff_first_s: float = 0.2
    backoff_limit_s: float = 10.0


class Consumer:
    """One member of a group. `run()` returns after `stop()`."""

    field = b"e"

    def __init__(
        self,
        client: redis.Redis,
        options: StreamOptions,
        handler: Handler,
        *,
        mark: Callable[[str], None] = lambda state: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._redis = client
        self._options = options
        self._handler = handler
        self._mark = mark
        self._sleep = sleep
        self._stopping = False
        self._delay_s = options.backoff_first_s
        self._claim_after = 0.0

    def stop(self) -> None:
        """Ask the loop to end after the batch in hand. Safe to call from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Read and handle until stopped. Left-over entries of an earlier run come first."""
        fresh = False
        while not self._stopping:
            try:
                if not fresh:
                    self._make_group()
                    self._drain_own()
                    fresh = True
                self._claim_abandoned()
                self._take(self._read())
                self._handler.idle()
                self._mark("ok")
                self._delay_s = self._options.backoff_first_s
            except Unavailable as error:
                # The batch is ours but not acknowledged: read it again as left over, in order.
                fresh = False
                self._wait("waiting", error)
            except redis.exceptions.ResponseError as error:
                # NOGROUP: somebody emptied Redis under us. Anything else is waited out too: a
                # consumer that exits would only be restarted into the same answer.
                fresh = False
                self._wait("redis refused", error)
            except (redis.exceptions.RedisError, OSError) as error:
                fresh = False
                self._wait("redis away", error)

    def _wait(self, state: str, error: Exception) -> None:
        if self._delay_s == self._options.backoff_first_s:
            log.warning("%s: %s: %s", self._options.group, state, error)
        self._mark(state)
        ends = time.monotonic() + self._delay_s
        while not self._stopping and (left := ends - time.monotonic()) > 0:
            self._sleep(min(left, 0.2))
        self._delay_s = min(self._delay_s * 2, self._options.backoff_limit_s)

    def _make_group(self) -> None:
        o = self._options
        try:
            self._redis.xgroup_create(o.stream, o.group, id=o.start, mkstream=True)
        except redis.exceptions.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _drain_own(self) -> None:
        """What this consumer was given before it died, oldest first."""
        o = self._options
        last = "0"
        while not self._stopping:
            reply = self._redis.xreadgroup(o.group, o.consumer, {o.stream: last}, count=o.batch)
            raw = _entries_of(reply)
            if not raw:
                return
            last = _text(raw[-1][0])
            self._take(raw)

    def _claim_abandoned(self) -> None:
        """Take over what other members left unacknowledged; looked at once per claim_idle_ms."""
        now = time.monotonic()
        if now < self._claim_after:
            return
        self._claim_after = now + self._options.claim_idle_ms / 1000
        o = self._options
        cursor = "0-0"
        while not self._stopping:
            answer = self._redis.xautoclaim(
                o.stream, o.group, o.consumer, o.claim_idle_ms, start_id=cursor, count=o.batch
            )
            cursor = _text(answer[0])
            self._take(answer[1])
            if cursor == "0-0":
                return

    def _read(self) -> list[tuple[Any, Any]]:
        """The next batch of new entries: at most `batch`, collected for at most `linger_ms`."""
        o = self._options
        collected = _entries_of(
            self._redis.xreadgroup(
                o.group, o.consumer, {o.stream: ">"}, count=o.batch, block=o.block_ms
            )
        )
        ends = time.monotonic() + o.linger_ms / 1000
        while collected and len(collected) < o.batch and not self._stopping:
            left_ms = int((ends - time.monotonic()) * 1000)
            if left_ms <= 0:
                break
            collected += _entries_of(
                self._redis.xreadgroup(
                    o.group,
                    o.consumer,
                    {o.stream: ">"},
                    count=o.batch - len(collected),
                    block=left_ms,
                )
            )
        return collected

    def _take(self, raw: Sequence[tuple[Any, Any]]) -> None:
        """Decode, handle and acknowledge; broken entries go to the dead-letter stream."""
        batch: list[Entry] = []
        finished: list[str] = []
        for entry_id, fields in raw:
            name = _text(entry_id)
            # XAUTOCLAIM and id reads give no fields for entries that were trimmed from the stream
            # while unacknowledged: there is nothing left to handle.
            body = (fields or {}).get(self.field)
            if fields and body is not None:
                try:
                    batch.append(Entry(name, self._handler.decode(body), body))
                    continue
                except Poison as error:
                    self._bury(name, body, str(error))
            elif fields:
                self._bury(name, repr(fields).encode(), "entry without the field e")
            finished.append(name)
        if batch:
            self._handle(batch)
            finished += [entry.id for entry in batch]
        if finished:
            self._redis.xack(self._options.stream, self._options.group, *finished)

    def _handle(self, batch: Sequence[Entry]) -> None:
        try:
            self._handler.handle(batch)
            return
        except (Unavailable, redis.exceptions.RedisError):
            raise
        except Exception as error:
            if len(batch) > 1:
                log.warning("%s: a batch failed, going one by one: %r", self._options.group, error)
        for entry in batch:
            self._handle_one(entry)

    def _handle_one(self, entry: Entry) -> None:
        reason = ""
        for _ in range(self._options.max_attempts):
            try:
                self._handler.handle([entry])
                return
            except (Unavailable, redis.exceptions.RedisError):
                raise
            except Poison as error:
                reason = str(error)
                break
            except Exception as error:  # the outermost frame of one entry: whatever it is, go on
                reason = f"{type(error).__name__}: {error}"
                log.exception("%s: entry %s failed", self._options.group, entry.id)
        self._bury(entry.id, entry.raw, reason)

    def _bury(self, entry_id: str, body: bytes, reason: str) -> None:
        o = self._options
        log.error("%s: entry %s given up: %s", o.group, entry_id, reason)
        self._redis.xadd(
            o.dead_letter,
            {
                "e": body,
                "id": entry_id,
                "stream": o.stream,
                "group": o.group,
                "reason": reason[:500],
            },
            maxlen=o.dead_letter_max,
            approximate=True,
        )


def _entries_of(reply: Any) -> list[tuple[Any, Any]]:
    """XREADGROUP's entries of its only stream, for the RESP2 list and the RESP3 map alike."""
    if not reply:
        return []
    if isinstance(reply, dict):
        rows = next(iter(reply.values()))
        # redis-py wraps the RESP3 reply of one stream in one more list.
        return list(rows[0]) if rows and isinstance(rows[0], list) else list(rows)
    return list(reply[0][1])


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
