"""Which browser's phone may register: Redis decides, memory bridges its absence."""

import json

import pytest

from esl_controller.adapters.phone_sessions import KEPT, PhoneSessions
from esl_controller.adapters.redis_client import connect
from esl_controller.contract import keys
from tests.services import running_redis

SID = "a-session-id-of-24-chars"
HA1 = "0123456789abcdef0123456789abcdef"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def redis_server():
    with running_redis() as server:
        yield server


@pytest.fixture
def client(redis_server):
    made = connect(redis_server.url, 0.5)
    made.flushall()
    return made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(client, clock):
    return PhoneSessions(client, clock)


def store(client, sid=SID, extension="1001", ttl=60):
    record = json.dumps({"agent_no": extension, "extension": extension, "ha1": HA1})
    client.set(keys.PHONE_SESSION + sid, record, ex=ttl)


def test_it_knows_the_hash_of_a_valid_session(sessions, client):
    store(client)
    assert sessions.ha1_of(SID, "1001") == HA1


def test_given_another_extension_it_knows_none(sessions, client):
    store(client)
    assert sessions.ha1_of(SID, "1002") is None


@pytest.mark.parametrize("sid", ["", "short", "x" * 65, f"{SID}\n", "a sid with spaces in it", SID])
def test_given_an_odd_or_unknown_sid_it_knows_none(sessions, sid):
    assert sessions.ha1_of(sid, "1001") is None


@pytest.mark.parametrize("record", [b"nonsense", b"[]", b"{}", b'{"extension": 1001, "ha1": 5}'])
def test_given_a_record_of_another_shape_it_knows_none(sessions, client, record):
    client.set(keys.PHONE_SESSION + SID, record, ex=60)
    assert sessions.ha1_of(SID, "1001") is None


def test_given_a_record_without_an_end_it_knows_none(sessions, client):
    client.set(keys.PHONE_SESSION + SID, json.dumps({"extension": "1001", "ha1": HA1}))
    assert sessions.ha1_of(SID, "1001") is None


def test_given_a_revoked_session_it_forgets_it_at_once(sessions, client):
    store(client)
    assert sessions.ha1_of(SID, "1001")
    client.delete(keys.PHONE_SESSION + SID)
    assert sessions.ha1_of(SID, "1001") is None


def test_given_redis_is_away_a_session_seen_before_holds_to_its_end(
    sessions, client, clock, redis_server
):
    store(client)
    assert sessions.ha1_of(SID, "1001") == HA1
    redis_server.stop()
    try:
        assert sessions.ha1_of(SID, "1001") == HA1
        assert sessions.ha1_of("another-session-of-24-ch", "1001") is None
        clock.now += 61
        assert sessions.ha1_of(SID, "1001") is None
    finally:
        redis_server.start()


def test_it_remembers_a_bounded_number(sessions, client):
    for number in range(KEPT + 10):
        sid = f"session-number-{number:09d}"
        store(client, sid)
        sessions.ha1_of(sid, "1001")
    assert len(sessions._known) == KEPT
