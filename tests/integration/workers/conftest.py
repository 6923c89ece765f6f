"""A real Redis for each test module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.services import RedisServer, running_redis


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """A client of the empty server."""
    with redis.Redis.from_url(redis_server.url) as connection:
        connection.flushall()
        yield connection
