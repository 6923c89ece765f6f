"""One way to make a Redis client: every operation bounded, no retries behind our back."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

LIMIT_S = 2.0


def connect(url: str, limit_s: float = LIMIT_S) -> redis.Redis:
    """A client that connects at first use; `url` is redis:// or unix://."""
    return redis.Redis.from_url(
        url,
        socket_timeout=limit_s,
        socket_connect_timeout=limit_s,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=15,
    )
