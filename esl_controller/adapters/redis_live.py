"""The live hashes for desks and wallboards, and who has a desk open."""

from __future__ import annotations

import logging
from typing import Any, Mapping

import gevent
import orjson
import redis
from gevent.event import Event

from esl_controller.contract import keys

log = logging.getLogger(__name__)

RETRY_S = 1.0
FIELDS_LIMIT = 50_000


class RedisLive:
    """Only the newest value of a field waits, so a slow or absent Redis costs no memory."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._pending: dict[str, dict[str, bytes | None]] = {}
        self._fresh: set[str] = set()
        self._work = Event()
        self._greenlet: gevent.Greenlet | None = None
        self.dropped = 0

    @property
    def waiting(self) -> int:
        """Fields not written yet."""
        return sum(len(fields) for fields in self._pending.values()) + len(self._fresh)

    def put(self, key: str, field: str, value: Mapping[str, Any] | None) -> None:
        """Set or (None) remove one field, later."""
        fields = self._pending.setdefault(key, {})
        if field not in fields and len(fields) >= FIELDS_LIMIT:
            self.dropped += 1
            return
        fields[field] = None if value is None else orjson.dumps(value)
        self._work.set()

    def replace_all(self, key: str, values: Mapping[str, Mapping[str, Any]]) -> None:
        """Make a hash hold exactly these fields, later."""
        self._fresh.add(key)
        self._pending[key] = {field: orjson.dumps(value) for field, value in values.items()}
        self._work.set()

    def load(self, key: str) -> dict[str, dict[str, Any]]:
        """Read a whole hash; {} when Redis does not answer in 2 s or holds nonsense."""
        try:
            stored: Any = self._redis.hgetall(key)
            return {field.decode(): orjson.loads(value) for field, value in stored.items()}
        except (redis.RedisError, OSError, ValueError) as error:
            log.error("%s could not be read: %s", key, error)
            return {}

    def start(self) -> None:
        """Begin to write."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self, limit_s: float = 2.0) -> None:
        """Write what waits, once, and end."""
        if self._greenlet is not None:
            self._greenlet.kill()
        with gevent.Timeout(limit_s, False):
            self.flush()

    def flush(self) -> bool:
        """Write everything that waits; False when Redis did not take it (it waits on)."""
        pending, fresh = self._pending, self._fresh
        self._pending, self._fresh = {}, set()
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                for key in fresh:
                    pipe.delete(key)
                for key, fields in pending.items():
                    _queue_fields(pipe, key, fields)
                pipe.execute()
        except (redis.RedisError, OSError) as error:
            log.debug("live state not written: %s", error)
            self._restore(pending, fresh)
            return False
        except BaseException:  # killed in mid-write by `stop`
            self._restore(pending, fresh)
            raise
        return True

    def _restore(self, pending: dict[str, dict[str, bytes | None]], fresh: set[str]) -> None:
        for key, fields in pending.items():
            if key not in self._fresh:  # else it was replaced as a whole meanwhile
                self._pending[key] = {**fields, **self._pending.get(key, {})}
        self._fresh |= fresh

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            if not self.flush():
                gevent.sleep(RETRY_S)
                self._work.set()


def _queue_fields(pipe: Any, key: str, fields: Mapping[str, bytes | None]) -> None:
    gone = [field for field, value in fields.items() if value is None]
    kept = {field: value for field, value in fields.items() if value is not None}
    if gone:
        pipe.hdel(key, *gone)
    if kept:
        pipe.hset(key, mapping=kept)


class RedisPresence:
    """Reads the heartbeats that the web process writes for open desks."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def desks(self) -> Mapping[str, int] | None:
        """agent_no -> ms of the last heartbeat; None when Redis does not answer."""
        try:
            stored: Any = self._redis.hgetall(keys.PRESENCE)
        except (redis.RedisError, OSError):
            return None
        beats = ((agent.decode(), at) for agent, at in stored.items())
        return {agent: int(at) for agent, at in beats if at.isdigit()}
