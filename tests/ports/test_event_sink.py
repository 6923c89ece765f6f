"""EventSink: everything published arrives, in order, whatever Redis does meanwhile."""

import pytest

from esl_controller.adapters.memory import MemoryEventSink
from esl_controller.adapters.redis_client import connect
from esl_controller.adapters.redis_events import RedisEventSink
from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope, decode
from tests.fakes.fake_freeswitch import wait_until
from tests.services import running_redis


def event(number):
    return Envelope(f"id-{number}", "contact.started", number, "node", body={"n": number})


def stored(client):
    return [decode(fields[b"e"]).at for _, fields in client.xrange(keys.EVENTS)]


@pytest.fixture(params=["memory", "redis"])
def sink(request, tmp_path):
    """The sink, and a function that gives the numbers that arrived."""
    if request.param == "memory":
        sink = MemoryEventSink()
        yield sink, lambda: [envelope.at for envelope in sink.published]
        return
    client = request.getfixturevalue("redis_client")
    sink = RedisEventSink(client, tmp_path / "events.spool")
    sink.start()
    yield sink, lambda: stored(client)
    sink.stop()


def test_what_is_published_arrives_in_order(sink):
    sink, arrived = sink
    for start in range(0, 1000, 10):
        sink.publish([event(number) for number in range(start, start + 10)])

    assert wait_until(lambda: len(arrived()) == 1000)
    assert arrived() == list(range(1000))


def test_given_redis_is_away_events_wait_on_disk_and_follow_in_order(tmp_path):
    with running_redis() as server:
        client = connect(server.url, limit_s=0.5)
        sink = RedisEventSink(client, tmp_path / "events.spool")
        sink.start()
        sink.publish([event(0)])
        assert wait_until(lambda: sink.waiting == 0)
        server.stop()

        for number in range(1, 500):
            sink.publish([event(number)])
            if number % 100 == 0:
                assert wait_until(lambda: not sink.up)
        assert (tmp_path / "events.spool").stat().st_size
        server.start()

        assert wait_until(lambda: sink.waiting == 0, 10)
        assert stored(client) == list(range(500))
        assert (tmp_path / "events.spool").stat().st_size == 0
        sink.stop()
        client.close()


def test_what_an_earlier_life_could_not_send_is_sent_first(tmp_path, redis_client):
    absent = connect("unix:///nowhere.sock", limit_s=0.2)
    earlier = RedisEventSink(absent, tmp_path / "events.spool")
    earlier.publish([event(1), event(2)])
    earlier.stop(limit_s=0.1)

    sink = RedisEventSink(redis_client, tmp_path / "events.spool")
    sink.publish([event(3)])
    sink.start()

    assert wait_until(lambda: stored(redis_client) == [1, 2, 3])
    sink.stop()


def test_with_memory_full_the_order_is_kept_over_the_disk(tmp_path, redis_client):
    sink = RedisEventSink(redis_client, tmp_path / "events.spool", memory_limit=10)
    for number in range(100):
        sink.publish([event(number)])
    sink.start()

    assert wait_until(lambda: len(stored(redis_client)) == 100)
    assert stored(redis_client) == list(range(100))
    sink.stop()
