"""Group `wallboard`: the floor (agents and queues) to the supervisors, at most once a second."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis

from esl_controller.contract import keys
from esl_controller.contract.shown import UNSERVED, floor_agent, freshness, unserved
from workers.consumers.base import EventHandler
from workers.emitter import Emitter
from workers.streams import Entry

EVERY_S = 1.0

_CHANGES = frozenset({"desk.updated", "queue.updated", "contact.ended"})
_MAY_BE_UNSERVED = UNSERVED.encode()


class Wallboard(EventHandler):
    """Sends the whole floor as event `floor` {agents, queues, unserved, at, told_at, switch_up}
    when something changed on it.

    The picture is read from the controller's live hashes, not collected from events: so it is
    right from the first second after a restart, whatever was missed.
    """

    def __init__(
        self,
        client: redis.Redis,
        emitter: Emitter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = client
        self._emitter = emitter
        self._clock = clock
        self._changed = True
        self._next = 0.0

    def handle(self, batch: Sequence[Entry]) -> None:
        """Only notes that something changed; `idle` sends."""
        if any(entry.message.type in _CHANGES for entry in batch):
            self._changed = True

    def idle(self) -> None:
        """Send the floor when it changed and the last picture is a second old."""
        now = self._clock()
        if not self._changed or now < self._next:
            return
        self._changed, self._next = False, now + EVERY_S
        self._emitter.emit("floor", self._floor(), room=keys.ROOM_FLOOR)

    def _floor(self) -> dict[str, Any]:
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(keys.LIVE_AGENTS)
            pipe.hgetall(keys.LIVE_QUEUES)
            pipe.hgetall(keys.LIVE_META)
            pipe.hvals(keys.LIVE_CALLS)
            agents, queues, metas, calls = pipe.execute()
        return {
            "agents": [floor_agent(view) for view in _sorted_views(agents)],
            "queues": _sorted_views(queues),
            # Most calls have an agent or wait: only what may be meant is read whole.
            "unserved": unserved(json.loads(one) for one in calls if _MAY_BE_UNSERVED in one),
            "at": int(time.time() * 1000),
            **freshness(_sorted_views(metas)),
        }


def _sorted_views(views: dict[bytes, bytes]) -> list[Any]:
    return [json.loads(views[key]) for key in sorted(views)]
