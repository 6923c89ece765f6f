"""Each port's contract runs on its twin in memory and on a real Redis."""

import pytest

from esl_controller.adapters.redis_client import connect
from tests.services import running_redis


@pytest.fixture(scope="session")
def redis_server():
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_client(redis_server):
    client = connect(redis_server.url)
    client.flushall()
    yield client
    client.close()
