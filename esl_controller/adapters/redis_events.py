"""EventSink on the stream `calls:events`: from memory, over the disk while Redis is away.

Entries leave in order. After a failure some may be sent twice, which consumers must bear anyway.
"""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path
from typing import Iterable

import gevent
import redis
from gevent.event import Event

from esl_controller.adapters.spool import Spool
from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope

log = logging.getLogger(__name__)

BATCH = 200
MEMORY_LIMIT = 20_000
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 5.0


class RedisEventSink:
    """`publish` only puts aside; a greenlet of its own sends."""

    def __init__(
        self, client: redis.Redis, spool_file: Path, memory_limit: int = MEMORY_LIMIT
    ) -> None:
        self._redis = client
        self._spool = Spool(spool_file)
        self._memory: deque[bytes] = deque()
        self._memory_limit = memory_limit
        self._work = Event()
        self._greenlet: gevent.Greenlet | None = None
        self.up = True

    @property
    def waiting(self) -> int:
        """Entries in memory plus bytes on disk: 0 means that all was sent."""
        return len(self._memory) + self._spool.waiting_bytes

    @property
    def dropped(self) -> int:
        """Entries lost because memory and disk were full."""
        return self._spool.dropped

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        """Take entries over, in order, without waiting for Redis."""
        lines = [envelope.encode().encode("utf-8") for envelope in envelopes]
        # Once something waits on disk, what is newer has to wait behind it.
        if self._spool or len(self._memory) + len(lines) > self._memory_limit:
            self._spool.append(lines)
        else:
            self._memory.extend(lines)
        self._work.set()

    def start(self) -> None:
        """Begin to send, with what an earlier life left on disk first."""
        self._work.set()
        self._greenlet = gevent.spawn(self._run)

    def stop(self, limit_s: float = 3.0) -> None:
        """Send what waits, for at most `limit_s` seconds, and put the rest on disk."""
        if self._greenlet is not None:
            self._greenlet.kill()
        with gevent.Timeout(limit_s, False):
            while self.waiting and self._send_some():
                pass
        self._to_disk()
        self._spool.close()

    def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            self._work.wait()
            self._work.clear()
            while self.waiting:
                if self._send_some():
                    wait_s = FIRST_WAIT_S
                    continue
                self._to_disk()
                gevent.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _to_disk(self) -> None:
        """Put memory on disk, unless the disk has newer entries: then memory goes first."""
        if self._memory and not self._spool:
            lines = list(self._memory)
            self._memory.clear()
            self._spool.append(lines)

    def _send_some(self) -> bool:
        if self._memory:
            lines = [self._memory[index] for index in range(min(BATCH, len(self._memory)))]
            if not self._send(lines):
                return False
            for _ in lines:
                self._memory.popleft()
            return True
        lines, position = self._spool.peek(BATCH)
        if not self._send(lines):
            return False
        self._spool.advance(position)
        return True

    def _send(self, lines: list[bytes]) -> bool:
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                for line in lines:
                    pipe.xadd(
                        keys.EVENTS,
                        {keys.ENTRY_FIELD: line},
                        maxlen=keys.EVENTS_MAXLEN,
                        approximate=True,
                    )
                pipe.execute()
        except (redis.RedisError, OSError) as error:
            if self.up:
                log.error("Redis takes no events, they wait on disk: %s", error)
            self.up = False
            return False
        if not self.up:
            log.info("Redis takes events again")
        self.up = True
        return True
