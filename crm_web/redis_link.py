"""The web process's Redis client: every call bounded, no hidden retries."""

from __future__ import annotations

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_S = 1.0
ANSWER_S = 2.0


def init_app(app: Flask, url: str) -> None:
    """Makes the client; it connects at its first use."""
    app.extensions["redis"] = redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[redis.exceptions.ConnectionError],
    )


def client() -> redis.Redis:
    """The app's client; texts in and out. Raises redis.exceptions.RedisError when it is away."""
    found: redis.Redis = current_app.extensions["redis"]
    return found
