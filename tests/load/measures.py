"""What the product's own events say about a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis

from esl_controller.contract import keys

SERVED = frozenset({"answered", "self_service"})


@dataclass
class Told:
    """Counts of contacts, and times in ms.

    `offer_ms`: from joining the queue to the first offer to an agent, waiting for a free one
    included. `told_ms`: from the switch's offer until the controller tells it; `pop_ms`: until it
    is at the agent's desk.
    """

    started: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    talks: int = 0
    offer_ms: list[float] = field(default_factory=list)
    told_ms: list[float] = field(default_factory=list)
    pop_ms: list[float] = field(default_factory=list)
    open_at: list[tuple[float, int]] = field(default_factory=list)  # seconds, contacts at once

    @property
    def served(self) -> int:
        return sum(count for name, count in self.outcomes.items() if name in SERVED)


def read(client: redis.Redis, pops: Mapping[str, float], began: float) -> Told:
    """`pops`: contact_id → epoch seconds on a desk; `began`: epoch seconds of the run's start."""
    entries: Any = client.xrange(keys.EVENTS)
    events = [json.loads(fields[keys.ENTRY_FIELD]) for _, fields in entries]
    told = Told()
    joined: dict[str, int] = {}
    offered: dict[str, int] = {}
    for event in events:
        if event["at"] >= began * 1000:
            _take(told, event, joined, offered, pops)
    told.open_at = _open_at(events, began)
    return told


def _take(
    told: Told,
    event: Mapping[str, Any],
    joined: dict[str, int],
    offered: dict[str, int],
    pops: Mapping[str, float],
) -> None:
    kind, body, contact = event["type"], event["body"], event["contact_id"]
    if kind == "contact.started":
        told.started += 1
    elif kind == "contact.ended":
        told.outcomes[body["outcome"]] = told.outcomes.get(body["outcome"], 0) + 1
    elif kind == "talk.started":
        told.talks += 1
    elif kind == "queue.joined":
        joined.setdefault(contact, body["entered_at"])
    elif kind == "agent.offered":
        since = joined.pop(contact, None)
        if since is not None:
            told.offer_ms.append(body["offered_at"] - since)
            offered[contact] = body["offered_at"]
            if contact in pops:
                told.pop_ms.append(pops[contact] * 1000 - body["offered_at"])
    elif kind == "desk.updated" and contact in offered and body["agent"]["state"] == "offered":
        told.told_ms.append(event["at"] - offered.pop(contact))


def _open_at(events: Sequence[Mapping[str, Any]], began: float) -> list[tuple[float, int]]:
    """How many contacts were open, at each change."""
    steps = {"contact.started": 1, "contact.ended": -1}
    changes = sorted(
        (event["at"] / 1000 - began, steps[event["type"]])
        for event in events
        if event["type"] in steps and event["at"] >= began * 1000
    )
    found, now = [], 0
    for at, step in changes:
        now = max(0, now + step)
        found.append((at, now))
    return found
