"""CommandSource: each command at least once, none that is too old to act on."""

import time

import pytest

from esl_controller.adapters.memory import MemoryCommandSource
from esl_controller.adapters.redis_client import connect
from esl_controller.adapters.redis_commands import RedisCommandSource
from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope


def command(kind="ready", age_s=0):
    at = int((time.time() - age_s) * 1000)
    return Envelope(f"id-{kind}", kind, at, "web", agent_no="1001", body={"by": {}})


def post(client, *commands):
    for each in commands:
        client.xadd(keys.COMMANDS, {keys.ENTRY_FIELD: each.encode()})


@pytest.fixture(params=["memory", "redis"])
def source(request):
    """The source, and a function that posts commands as the CRM does."""
    if request.param == "memory":
        source = MemoryCommandSource()
        return source, source.give
    client = request.getfixturevalue("redis_client")
    return RedisCommandSource(client, "node"), lambda *commands: post(client, *commands)


def received(source, wanted):
    found = []
    for _ in range(5):
        found += source.receive(0.05)
        if len(found) >= wanted:
            break
    return [each.type for each in found]


def test_commands_arrive_in_order_and_once(source):
    source, give = source
    give(command("ready"), command("hold"))

    assert received(source, 2) == ["ready", "hold"]
    assert source.receive(0.05) == []


def test_a_command_that_was_not_acknowledged_comes_again_after_a_restart(redis_client):
    post(redis_client, command("ready"))
    assert received(RedisCommandSource(redis_client, "node"), 1) == ["ready"]

    assert received(RedisCommandSource(redis_client, "node"), 1) == ["ready"]


def test_an_acknowledged_command_does_not_come_again(redis_client):
    post(redis_client, command("ready"))
    source = RedisCommandSource(redis_client, "node")
    assert received(source, 1) == ["ready"]
    source.receive(0.05)

    assert received(RedisCommandSource(redis_client, "node"), 1) == []


def test_an_old_button_press_is_skipped_but_a_publication_is_not(redis_client):
    post(redis_client, command("hang_up", age_s=600), command("config.published", age_s=600))

    assert received(RedisCommandSource(redis_client, "node"), 1) == ["config.published"]


def test_nonsense_is_skipped(redis_client):
    redis_client.xadd(keys.COMMANDS, {keys.ENTRY_FIELD: "nonsense"})
    redis_client.xadd(keys.COMMANDS, {"other": "field"})
    post(redis_client, command("ready"))

    assert received(RedisCommandSource(redis_client, "node"), 1) == ["ready"]


def test_given_redis_is_away_there_are_no_commands_and_no_error():
    source = RedisCommandSource(connect("unix:///nowhere.sock", limit_s=0.2), "node")

    assert source.receive(0.01) == []


def test_given_redis_lost_the_stream_the_group_is_made_again(redis_client):
    source = RedisCommandSource(redis_client, "node")
    source.receive(0.01)
    source.receive(0.01)
    redis_client.flushall()
    post(redis_client, command("ready"))

    assert received(source, 1) == ["ready"]
