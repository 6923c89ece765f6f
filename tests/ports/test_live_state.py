"""LiveState: the newest value of a field is what readers find."""

import orjson
import pytest

from esl_controller.adapters.memory import MemoryLive
from esl_controller.adapters.redis_client import connect
from esl_controller.adapters.redis_live import RedisLive, RedisPresence
from esl_controller.contract import keys
from tests.fakes.fake_freeswitch import wait_until


@pytest.fixture(params=["memory", "redis"])
def live(request):
    if request.param == "memory":
        yield MemoryLive()
        return
    live = RedisLive(request.getfixturevalue("redis_client"))
    live.start()
    yield live
    live.stop()


def test_the_newest_value_wins_and_none_removes(live):
    live.put("live:agents", "1001", {"state": "ready"})
    live.put("live:agents", "1001", {"state": "on_call"})
    live.put("live:agents", "1002", {"state": "ready"})
    live.put("live:agents", "1002", None)

    assert wait_until(lambda: live.load("live:agents") == {"1001": {"state": "on_call"}})


def test_replacing_leaves_nothing_old_behind(live):
    live.put("live:queues", "old", {"waiting": 1})
    live.replace_all("live:queues", {"general": {"waiting": 2}})
    live.put("live:queues", "repair", {"waiting": 3})

    wanted = {"general": {"waiting": 2}, "repair": {"waiting": 3}}
    assert wait_until(lambda: live.load("live:queues") == wanted)


def test_a_hash_that_is_not_there_is_empty(live):
    assert live.load("live:nothing") == {}


def test_given_redis_is_away_only_the_newest_waits_and_is_written_later(redis_client):
    live = RedisLive(connect("unix:///nowhere.sock", limit_s=0.2))
    for number in range(1000):
        live.put("live:agents", "1001", {"seq": number})
    assert not live.flush()
    live.put("live:agents", "1001", {"seq": 1000})
    assert live.waiting == 1
    assert live.load("live:agents") == {}

    live._redis = redis_client
    assert live.flush()
    assert orjson.loads(redis_client.hget("live:agents", "1001")) == {"seq": 1000}


def test_presence_is_the_heartbeats_or_none_when_redis_is_away(redis_client):
    redis_client.hset(keys.PRESENCE, mapping={"1001": 1795405352000, "1002": "nonsense"})

    assert RedisPresence(redis_client).desks() == {"1001": 1795405352000}
    assert RedisPresence(connect("unix:///nowhere.sock", limit_s=0.2)).desks() is None
