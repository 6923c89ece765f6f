"""Group `screen-pop`: what happened to an agent goes to that agent's desks, at once.

This is the path between a ringing phone and a painted card, so it knows no database and does not
wait to fill a batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope
from esl_controller.contract.shown import desk_call
from workers.consumers.base import EventHandler
from workers.emitter import Emitter
from workers.streams import Entry

# What a desk no longer needs: it fetched a newer picture when it came back.
STALE_MS = 30_000

_RELAYED = {"desk.updated": "desk", "command.refused": "refused"}


class ScreenPop(EventHandler):
    """Relays desk.updated as `desk` and command.refused as `refused` to `agent:<no>`; the refusal
    of an order goes to `user:<id>`, to who gave it."""

    def __init__(
        self,
        emitter: Emitter,
        monitor_visible: bool = True,
        clock_ms: Callable[[], float] = lambda: time.time() * 1000,
    ) -> None:
        self._emitter = emitter
        self._monitor_visible = monitor_visible
        self._clock_ms = clock_ms

    def handle(self, batch: Sequence[Entry]) -> None:
        """Emit in order; entries for nobody and entries out of date are passed over."""
        too_old = self._clock_ms() - STALE_MS
        for entry in batch:
            event: Envelope = entry.message
            name = _RELAYED.get(event.type)
            room = _room(event)
            if name is None or not room or event.at < too_old:
                continue
            self._emitter.emit(name, self._shown(event), room=room)

    def _shown(self, event: Envelope) -> Mapping[str, Any]:
        if event.type != "desk.updated":
            return event.body
        call = desk_call(event.body.get("call"), self._monitor_visible)
        return {**event.body, "call": call}


def _room(event: Envelope) -> str | None:
    if user := event.body.get("user_id"):
        return keys.room_of_user(user)
    agent_no = event.agent_no or (event.body.get("agent") or {}).get("agent_no")
    return keys.room_of_agent(agent_no) if agent_no else None
