"""Screen pop and wallboard as browsers hear them, from a process that has no browsers."""

from __future__ import annotations

import json
from typing import Any

import redis

from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import new_ulid
from tests.integration.workers.seeds import entries
from tests.services import RedisServer
from workers.consumers.screen_pop import STALE_MS, ScreenPop
from workers.consumers.wallboard import Wallboard
from workers.emitter import RedisEmitter

NOW = 1_795_392_000_000


class Heard:
    """An emitter that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, str]] = []

    def emit(self, event: str, data: Any, *, room: str) -> None:
        self.sent.append((event, data, room))


def event(type_: str, agent_no: str | None, at: int = NOW, **body: Any) -> Envelope:
    return Envelope(new_ulid(), type_, at, "fs1", None, agent_no, body)


def pop(heard: Heard, *events: Envelope) -> None:
    ScreenPop(heard, clock_ms=lambda: NOW).handle(entries(events))


def test_it_sends_each_desk_change_to_its_agent_in_order() -> None:
    heard = Heard()
    pop(
        heard,
        event("desk.updated", "1001", agent={"seq": 1}, call=None),
        event("queue.updated", None, queue={}),
        event("desk.updated", "1001", agent={"seq": 2}, call=None),
        event("command.refused", "1002", command_id="c", code="not_registered", message="…"),
    )
    assert [(name, room) for name, _, room in heard.sent] == [
        ("desk", "agent:1001"),
        ("desk", "agent:1001"),
        ("refused", "agent:1002"),
    ]
    assert [data["agent"]["seq"] for _, data, _ in heard.sent[:2]] == [1, 2]


def test_the_refusal_of_an_order_goes_to_who_gave_it() -> None:
    heard = Heard()
    pop(heard, event("command.refused", None, code="order_signed_out", user_id="U1"))
    assert [(name, room) for name, _, room in heard.sent] == [("refused", "user:U1")]


def test_given_listening_is_hidden_then_the_desk_is_told_only_of_those_who_are_heard() -> None:
    modes = ("monitor", "whisper", "barge_in")
    call = {"monitors": [{"agent_no": "2001", "mode": mode} for mode in modes]}
    shown = []
    for visible in (True, False):
        heard = Heard()
        news = event("desk.updated", "1001", agent={"seq": 1}, call=call)
        ScreenPop(heard, visible, clock_ms=lambda: NOW).handle(entries([news]))
        shown.append([one["mode"] for one in heard.sent[0][1]["call"]["monitors"]])
    assert shown == [list(modes), ["whisper", "barge_in"]]


def test_it_passes_over_what_a_desk_has_long_fetched_anew() -> None:
    heard = Heard()
    pop(heard, event("desk.updated", "1001", NOW - STALE_MS - 1, agent={}, call=None))
    assert heard.sent == []


def test_it_finds_the_agent_in_the_view_when_the_envelope_names_none() -> None:
    heard = Heard()
    pop(heard, event("desk.updated", None, agent={"agent_no": "1003"}, call=None))
    assert heard.sent[0][2] == "agent:1003"


def test_it_publishes_what_socketio_servers_understand(
    redis_server: RedisServer, client: redis.Redis
) -> None:
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("socketio")
    listener.get_message(timeout=1)
    RedisEmitter(redis_server.url).emit("desk", {"agent": {"name": "林晓"}}, room="agent:1001")
    message = listener.get_message(timeout=5)
    assert message is not None
    sent = json.loads(message["data"])
    assert (sent["method"], sent["event"], sent["room"]) == ("emit", "desk", "agent:1001")
    assert sent["data"] == [{"agent": {"name": "林晓"}}] and sent["namespace"] == "/"
    listener.close()


def test_it_sends_the_floor_at_most_once_a_second(client: redis.Redis) -> None:
    views = {number: f'{{"agent_no":"{number}"}}' for number in ("1002", "1001")}
    client.hset(keys.LIVE_AGENTS, mapping=views)
    client.hset(keys.LIVE_QUEUES, "general", '{"queue":"general","waiting":3}')
    heard, now = Heard(), [100.0]
    wallboard = Wallboard(client, heard, clock=lambda: now[0])
    wallboard.idle()
    for seconds in (0.3, 0.3, 0.3):
        now[0] += seconds
        wallboard.handle(entries([event("desk.updated", "1001", agent={}, call=None)]))
        wallboard.idle()
    assert len(heard.sent) == 1
    now[0] += 0.2
    wallboard.idle()
    wallboard.idle()
    assert len(heard.sent) == 2
    name, data, room = heard.sent[1]
    assert (name, room) == ("floor", "floor")
    assert [agent["agent_no"] for agent in data["agents"]] == ["1001", "1002"]
    assert data["queues"] == [{"queue": "general", "waiting": 3}]


def test_the_floor_shows_calls_without_an_agent_and_no_raw_number(client: redis.Redis) -> None:
    member = {"leg": "x", "kind": "outside", "value": "138 **** 0021", "since": 2000}
    call = {"contact_id": "A", "state": "outside", "caller_masked": "136 **** 0427",
            "caller_number": "13600000427", "agent_no": None, "started_at": 1000}  # fmt: skip
    views = {
        "A": {**call, "members": [member]},
        "B": {**call, "contact_id": "B", "state": "conference", "members": [member]},
        "C": {**call, "contact_id": "C", "members": []},
    }
    client.hset(keys.LIVE_CALLS, mapping={key: json.dumps(view) for key, view in views.items()})
    heard = Heard()
    Wallboard(client, heard).idle()
    shown = heard.sent[0][1]["unserved"]
    assert [(one["contact_id"], one["since"]) for one in shown] == [("C", 1000), ("A", 2000)]
    assert shown[1]["with"] == ["138 **** 0021"] and "13600000427" not in json.dumps(shown)
    client.delete(keys.LIVE_CALLS)


def test_the_floor_tells_when_the_controller_last_wrote_and_whether_it_has_its_switch(
    client: redis.Redis,
) -> None:
    for node, at, switch_up in (("a", NOW - 9000, True), ("b", NOW, False)):
        meta = {"at": at, "switch_up": switch_up}
        client.hset(keys.LIVE_META, node, json.dumps(meta))
    heard = Heard()
    Wallboard(client, heard).idle()
    floor = heard.sent[0][1]
    assert (floor["told_at"], floor["switch_up"]) == (NOW, False)


def test_it_says_nothing_while_nothing_changes(client: redis.Redis) -> None:
    heard, now = Heard(), [100.0]
    wallboard = Wallboard(client, heard, clock=lambda: now[0])
    wallboard.idle()
    now[0] += 60
    wallboard.handle(entries([event("talk.started", "1001")]))
    wallboard.idle()
    assert len(heard.sent) == 1
