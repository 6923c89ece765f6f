"""One reader of the feed in this process: `python -m tests.bench.esl_clients NAME PORT EVENTS`.

`stock` is greenswitch as it is, parsing into a handler that counts. `received` is ours, read and
translated; `applied` is ours, applied by the real loop to calls and agents, with facts and views.
It prints the CPU seconds that the events took.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import gevent
from gevent.event import Event
from greenswitch.esl import InboundESL

from esl_controller.adapters.esl_link import EslLink
from esl_controller.adapters.memory import ManualClock, MemoryEventSink, MemoryLive
from esl_controller.domain.recording_rules import RecordingPolicy
from esl_controller.domain.snapshot import (
    AgentConfig,
    CalledNumber,
    FlowVersion,
    QueueConfig,
    QueueMember,
    Snapshot,
)
from esl_controller.service.controller import Controller
from esl_controller.service.loop import Loop
from esl_controller.service.registry import Registry

LIMIT_S = 120


def stock(port: int, wanted: int) -> float:
    """Stock greenswitch, plain events."""
    got, done = [0], Event()

    def count(event: Any) -> None:
        got[0] += 1
        if got[0] == wanted:
            done.set()

    connection = InboundESL("127.0.0.1", port, "secret")
    connection.register_handle("*", count)
    connection.connect()
    return _measured(lambda: connection.send("event plain ALL"), done)


def received(port: int, wanted: int) -> float:
    """Our link alone: read, parsed, translated, handed over. `wanted` counts translated ones."""
    got, done = [0], Event()

    def count(event: Any) -> None:
        got[0] += 1
        if got[0] == wanted + 1:  # LinkUp comes first
            done.set()

    return _measured(_link(port, count).start, done)


def applied(port: int, wanted: int) -> float:
    """Our link with the controller's loop behind it."""
    done, calls = Event(), _Calls()
    loop = Loop(
        Controller(calls.registry),
        calls.sink,
        MemoryLive(),
        _Nobody(),  # type: ignore[arg-type]
        ManualClock(),
        "bench",
        lambda: None,
        lambda: None,
    )
    handled = [0]

    def run() -> None:
        while handled[0] < wanted + 1:
            handled[0] += loop.run_once()
        done.set()

    gevent.spawn(run)
    took = _measured(_link(port, loop.put).start, done)
    kinds = {envelope.type for envelope in calls.sink.published}
    missing = {"contact.started", "queue.joined", "talk.started", "contact.ended"} - kinds
    if missing or loop.dropped:
        raise SystemExit(f"not applied: {sorted(missing)}, dropped {loop.dropped}")
    return took


class _Nobody:
    """Actions for the switch go nowhere: here is no switch to do them."""

    def submit(self, asked: Any) -> None:
        return None


class _Calls:
    def __init__(self) -> None:
        self.sink = MemoryEventSink()
        self.registry = Registry()
        queue = QueueConfig(
            "repair", "报修", "longest_idle", 20, 45, 20, 5, "moh", (QueueMember("1001", 1, 1),)
        )
        agent = AgentConfig("1001", "林晓", "1001", "sip", 45, "0" * 32)
        number = CalledNumber("96001", "", "main", "repair")
        flows = {"main": FlowVersion(1, {})}
        self.registry.use(
            Snapshot(
                1,
                "water",
                "hotline.example",
                (number,),
                flows,
                (queue,),
                (agent,),
                RecordingPolicy(),
            )
        )


def _link(port: int, on_event: Any) -> EslLink:
    link = EslLink("127.0.0.1", port, "secret", on_event)
    link.probe_every_s = LIMIT_S
    return link


def _measured(begin: Any, done: Event) -> float:
    began = time.process_time()
    begin()
    if not done.wait(LIMIT_S):
        raise SystemExit("not all events arrived")
    return time.process_time() - began


if __name__ == "__main__":
    print(globals()[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])), flush=True)
