"""The sign of life that each worker leaves in Redis for `/healthz`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

import redis

from esl_controller.contract import keys

TTL_S = 15
EVERY_S = 3.0


class HealthMark:
    """Writes `health:<name>` at most every few seconds; it expires when the worker is gone.

    A failure to write is swallowed: a missing mark says the same thing, and the loop that calls
    this has its own answer to an absent Redis.
    """

    def __init__(
        self,
        client: redis.Redis,
        name: str,
        *,
        ttl_s: int = TTL_S,
        detail: Callable[[], dict[str, object]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = client
        self._key = keys.HEALTH + name
        self._ttl_s = ttl_s
        self._detail = detail
        self._clock = clock
        self._next = 0.0
        self._state = ""

    def __call__(self, state: str) -> None:
        """Note that the worker is alive and in `state` ("ok" or what it waits for)."""
        now = self._clock()
        if state == self._state and now < self._next:
            return
        self._state, self._next = state, now + EVERY_S
        mark = {"state": state, "at": int(time.time() * 1000), "pid": os.getpid()}
        try:
            self._redis.set(self._key, json.dumps({**mark, **self._detail()}), ex=self._ttl_s)
        except (redis.exceptions.RedisError, OSError):
            self._next = now + EVERY_S
