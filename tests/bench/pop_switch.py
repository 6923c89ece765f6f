"""The switch of the screen-pop bench: `python -m tests.bench.pop_switch PASSWORD AGENT…`.

Two ESL servers, one for the controller and one for the floor's relay; prints their ports. Then
each line on stdin, `{"agents": […], "offers": N, "per_s": R}`, makes N calls ring at agents on
the real path and N at the relay, by turns, and prints when each offer was sent (call uuid →
monotonic seconds). `{"statuses": true}` prints and forgets when each agent's status was last set
(agent → monotonic seconds). Each call is the recorded one of a caller who leaves while the phone
rings, so that the agent is free for the next.
"""

from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path

import gevent
import orjson
from gevent.fileobject import FileObjectThread
from gevent.pool import Group

from tests.fakes.fake_freeswitch import OK, FakeFreeSwitch, api_response, packet

RECORDED = Path(__file__).parents[1] / "payloads" / "abandoned_while_ringing.jsonl"
CALLER_LEG = "74d75e03-03bd-4110-8d73-68a07d9c6fe5"
AGENT_LEG = "ef27fce3-84d4-4e24-b87e-44d8979bf477"
SET_STATUS = "api callcenter_config agent set status "
WAITS_S, RINGS_S = 0.15, 0.35
HEARTBEAT_S = 20


class Call:
    """The recorded call in three parts, for one agent and with uuids of its own."""

    def __init__(self, agent_no: str) -> None:
        self.uuid = str(uuid.uuid4())
        replaced = {
            CALLER_LEG: self.uuid,
            AGENT_LEG: str(uuid.uuid4()),
            "1001@default": f"{agent_no}@default",
            "repair@default": "general@default",
        }
        text = RECORDED.read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        events = [orjson.loads(line) for line in text.splitlines()]
        of_call = [event for event in events if self.uuid in event.values() or _rings(event)]
        at = next(i for i, event in enumerate(of_call) if _is_offer(event))
        self.waits, self.offer, self.leaves = of_call[:at], of_call[at : at + 1], of_call[at + 1 :]


def wire(events: list[dict[str, str]]) -> bytes:
    """Packets of events that happen now, of a caller who dialled the hotline."""
    now = str(time.time_ns() // 1000)
    packets = []
    for event in events:
        told = {**event, "Event-Date-Timestamp": now}
        if told.get("Caller-Context") == "trunk":
            told |= {"Caller-Context": "callers", "Caller-Destination-Number": "96001"}
        for name, value in event.items():
            if name.startswith("Caller-Channel-") and name.endswith("-Time") and value != "0":
                told[name] = now
        packets.append(packet("text/event-json", orjson.dumps(told)))
    return b"".join(packets)


def _rings(event: dict[str, str]) -> bool:
    return event.get("variable_cc_side") == "agent"


def _is_offer(event: dict[str, str]) -> bool:
    return event.get("CC-Action") == "agent-offering"


class Stage:
    """Plays calls and notes when each offer left."""

    def __init__(self, path: FakeFreeSwitch, floor: FakeFreeSwitch) -> None:
        self._path, self._floor = path, floor

    def play(self, agents: list[str], offers: int, per_s: float) -> dict[str, dict[str, float]]:
        sent: dict[str, dict[str, float]] = {"path": {}, "floor": {}}
        calls = Group()
        next_at = time.monotonic()
        for number in range(offers):
            agent_no = agents[number % len(agents)]
            calls.spawn(self._ring, Call(agent_no), sent["path"])
            calls.spawn(self._ring_floor, Call(agent_no), sent["floor"], 0.5 / per_s)
            next_at += 1 / per_s
            gevent.sleep(max(0.0, next_at - time.monotonic()))
        calls.join()
        return sent

    def _ring(self, call: Call, sent: dict[str, float]) -> None:
        self._path.push(wire(call.waits))
        gevent.sleep(WAITS_S)
        self._offer(self._path, call, sent)
        gevent.sleep(RINGS_S)
        self._path.push(wire(call.leaves))

    def _ring_floor(self, call: Call, sent: dict[str, float], later_s: float) -> None:
        """Later than the path's: between two of them, so that neither waits for the other."""
        gevent.sleep(WAITS_S + later_s)
        self._offer(self._floor, call, sent)

    def _offer(self, switch: FakeFreeSwitch, call: Call, sent: dict[str, float]) -> None:
        packets = wire(call.offer)
        sent[call.uuid] = time.monotonic()
        switch.push(packets)


def answers(agents: list[str]) -> dict[str, bytes]:
    """What this switch says of itself: nobody calls, every phone is registered."""
    registered = [{"reg_user": number} for number in agents]
    empty = orjson.dumps({"row_count": 0})
    return {
        "show channels": empty,
        "show bridged_calls": empty,
        "show registrations": orjson.dumps({"rows": registered}),
        "global_getvar": b"core-of-the-bench",
    }


def main(password: str, agents: list[str]) -> None:
    """Serve until stdin ends."""
    known = answers(agents)
    statuses: dict[str, float] = {}

    def answer(command: str) -> bytes:
        if not command.startswith("api "):
            return OK
        if command.startswith(SET_STATUS):
            statuses[command.removeprefix(SET_STATUS).partition("@")[0]] = time.monotonic()
        asked = command[4:]
        body = next((text for start, text in known.items() if asked.startswith(start)), b"+OK\n")
        return api_response(body)

    path, floor = (FakeFreeSwitch(answer, password=password) for _ in range(2))
    print(path.port, floor.port, flush=True)
    gevent.spawn(_beat, path)
    stage = Stage(path, floor)
    for line in FileObjectThread(sys.stdin):
        asked = orjson.loads(line)
        if asked.get("statuses"):
            print(orjson.dumps(statuses).decode(), flush=True)
            statuses.clear()
            continue
        sent = stage.play(asked["agents"], asked["offers"], asked["per_s"])
        print(orjson.dumps(sent).decode(), flush=True)


def _beat(switch: FakeFreeSwitch) -> None:
    while True:
        gevent.sleep(HEARTBEAT_S)
        if switch.sockets:
            switch.push(wire([{"Event-Name": "HEARTBEAT", "Session-Count": "0"}]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
