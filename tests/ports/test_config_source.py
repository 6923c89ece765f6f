"""ConfigSource: the newest usable snapshot, from Redis or from disk."""

import json
import stat

import pytest

from esl_controller.adapters.memory import MemoryConfig
from esl_controller.adapters.redis_client import connect
from esl_controller.adapters.snapshot_store import SnapshotStore
from esl_controller.contract import keys
from esl_controller.domain.snapshot import Snapshot


def raw(version=1, **changes):
    return {
        "v": 1,
        "version": version,
        "industry": "water",
        "domain": "hotline.example",
        "called_numbers": [],
        "flows": {},
        "queues": [],
        "agents": [],
        "recording": {"mode": "always"},
    } | changes


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kept" / "snapshot.json"


@pytest.fixture(params=["memory", "redis"])
def source(request, file):
    """The source, and a function that publishes."""
    if request.param == "memory":
        source = MemoryConfig()

        def publish(snapshot):
            source.snapshot = Snapshot.from_json(snapshot)

        return source, publish
    client = request.getfixturevalue("redis_client")
    return SnapshotStore(client, file), lambda snapshot: client.set(
        keys.TELEPHONY, json.dumps(snapshot)
    )


def test_there_is_none_before_the_first_publication_then_always_the_newest(source):
    source, publish = source
    assert source.load() is None
    publish(raw(1))
    assert source.load().version == 1
    publish(raw(2))
    assert source.load().version == 2


def test_given_redis_is_away_the_copy_on_disk_is_used(redis_client, file):
    redis_client.set(keys.TELEPHONY, json.dumps(raw(7)))
    SnapshotStore(redis_client, file).load()

    away = SnapshotStore(connect("unix:///nowhere.sock", limit_s=0.2), file)

    assert away.load().version == 7
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"v":2}', json.dumps(raw(queues=3))])
def test_a_broken_publication_never_replaces_a_good_copy(redis_client, file, broken):
    redis_client.set(keys.TELEPHONY, json.dumps(raw(7)))
    store = SnapshotStore(redis_client, file)
    store.load()
    redis_client.set(keys.TELEPHONY, broken)

    assert store.load().version == 7
    assert json.loads(file.read_text())["version"] == 7
