"""The single-owner loop: one queue, one greenlet, so there are no locks.

Items are handled in bursts: everything already waiting (at most BURST) is handled before views
are built, so a desk is told once per burst and a flood of events costs no flood of messages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from gevent.queue import Empty, Full, Queue

from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope
from esl_controller.domain import switch_events as sw
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.ids import new_ulid
from esl_controller.ports import Clock, EventSink, LiveState
from esl_controller.service import command_handlers, recovery, views
from esl_controller.service.action_runner import ActionRunner
from esl_controller.service.agent_handlers import on_tick
from esl_controller.service.controller import Controller
from esl_controller.service.flow_handlers import FLOW_HANDLERS
from esl_controller.service.items import (
    ActionFailed,
    CallersMissed,
    Effects,
    PictureTaken,
    SnapshotLoaded,
    Tick,
)
from esl_controller.service.switch_handlers import SWITCH_HANDLERS

log = logging.getLogger(__name__)

QUEUE_LIMIT = 100_000
BURST = 64


class Loop:
    """`on_link_up` and `on_config` start slow work elsewhere; its results come back as items.

    `last_event_at` is the switch's newest word, `blind_since` the last one before words were
    missed, both in ms: what ended after it may never have been told here. 0 once that is made up.
    """

    def __init__(
        self,
        controller: Controller,
        sink: EventSink,
        live: LiveState,
        runner: ActionRunner,
        clock: Clock,
        node: str,
        on_link_up: Callable[[], None],
        on_config: Callable[[], None],
    ) -> None:
        self.controller = controller
        self.sink = sink
        self.live = live
        self.runner = runner
        self.clock = clock
        self.node = node
        self.on_link_up = on_link_up
        self.on_config = on_config
        self.queue: Queue = Queue(maxsize=QUEUE_LIMIT)
        self.dropped = 0
        self.last_event_at = 0
        self.blind_since = 0
        self.switch_up = False
        self._sent: dict[str, Any] = {}

    def put(self, item: Any) -> None:
        """Never blocks. Beyond the limit the item is dropped and the picture taken anew once
        the queue has drained, since something was missed."""
        try:
            self.queue.put_nowait(item)
        except Full:
            if not self.dropped:
                self.blind_since = self.blind_since or self.last_event_at
            self.dropped += 1

    def run(self) -> None:
        while True:
            self.run_once()

    def flush(self) -> None:
        """Handle what is still waiting, before the process ends."""
        while not self.queue.empty():
            self.run_once(0)

    def run_once(self, timeout_s: float | None = None) -> int:
        """Handle one burst; returns how many items it had."""
        try:
            items = [self.queue.get(timeout=timeout_s)]
        except Empty:
            return 0
        while len(items) < BURST and not self.queue.empty():
            items.append(self.queue.get_nowait())
        for item in items:
            self._handle(item)
        self._send(self.controller.take_effects())
        if self.dropped and self.queue.empty():
            log.error("%d items were dropped: taking the picture anew", self.dropped)
            self.dropped = 0
            self._ask_for_picture()
        return len(items)

    def _handle(self, item: Any) -> None:
        """The error boundary: one bad event must not stop the hotline."""
        try:
            self._dispatch(item)
        except Exception:
            log.exception("could not handle %s", type(item).__name__)

    def _dispatch(self, item: Any) -> None:
        kind = type(item)
        if kind in SWITCH_HANDLERS:
            self.last_event_at = item.at
            SWITCH_HANDLERS[kind](self.controller, item)
        elif kind in FLOW_HANDLERS:
            FLOW_HANDLERS[kind](self.controller, item)
        elif kind is Tick:
            on_tick(self.controller, item)
            self._put_meta()
        elif kind is Envelope:
            self._command(item)
        elif kind is ActionFailed:
            command_handlers.on_action_failed(self.controller, item)
        elif kind is PictureTaken:
            recovery.on_picture(self.controller, item)
            self._show_everything()
        elif kind is SnapshotLoaded:
            self._use(item)
        elif kind is CallersMissed:
            recovery.on_callers_missed(self.controller, item)
        elif kind is sw.LinkUp:
            self.switch_up = True
            self.blind_since = self.blind_since or self.last_event_at
            self._put_meta()
            self._ask_for_picture()
        elif kind is sw.LinkDown:
            self.switch_up = False
            self._put_meta()
        elif kind is sw.Heartbeat:
            self.last_event_at = item.at

    def _command(self, command: Envelope) -> None:
        if command.type == "config.published":
            self.on_config()
        else:
            now = self.clock.now_ms()
            command_handlers.on_command(self.controller, command, now, self.switch_up)

    def _use(self, item: SnapshotLoaded) -> None:
        self.controller.registry.use(item.snapshot)
        self._show_everything()
        if self.switch_up:
            self._ask_for_picture()

    def _ask_for_picture(self) -> None:
        self.controller.registry.phones_told.clear()
        self.on_link_up()

    def _show_everything(self) -> None:
        effects = self.controller.effects
        registry = self.controller.registry
        effects.agents |= set(registry.agents)
        effects.calls |= set(registry.calls)
        if registry.snapshot:
            effects.queues |= {queue.code for queue in registry.snapshot.queues}

    # --- sending ------------------------------------------------------------------------------

    def _send(self, effects: Effects) -> None:
        """Actions set out first, since somebody waits for them; what they bring about comes back
        as a later item, so it is told after the facts and views of this burst."""
        for asked in effects.actions:
            self.runner.submit(asked)
        now = self.clock.now_ms()
        envelopes = [self._envelope(fact) for fact in effects.facts]
        envelopes += self._views(effects, now)
        if envelopes:
            self.sink.publish(envelopes)

    def _envelope(self, fact: Fact) -> Envelope:
        return Envelope(
            new_ulid(fact.at),
            fact.type,
            fact.at,
            self.node,
            fact.contact_id,
            fact.agent_no,
            fact.body,
        )

    def _views(self, effects: Effects, now: int) -> list[Envelope]:
        registry = self.controller.registry
        shown_to = {a.agent_no for a in registry.agents.values() if a.contact_id in effects.calls}
        told = []
        for contact_id in effects.calls:
            call = registry.calls.get(contact_id)
            over = call is None or call.ended_at is not None
            shown = None if over or call is None else views.call_on_server(call)
            self.live.put(keys.LIVE_CALLS, contact_id, shown)
            self.live.put(keys.STATE_CALLS, contact_id, call.to_json() if call else None)
        for agent_no in sorted(effects.agents | shown_to):
            agent = registry.agents.get(agent_no)
            if agent is None:
                self.live.put(keys.LIVE_AGENTS, agent_no, None)
                self.live.put(keys.STATE_AGENTS, agent_no, None)
                continue
            agent = replace(agent, seq=agent.seq + 1)  # a desk that misses a number asks anew
            registry.agents[agent_no] = agent
            view = views.desk(registry, agent, now)
            self.live.put(
                keys.LIVE_AGENTS, agent_no, {**view["agent"], "call": view["call"]}
            )
            self.live.put(keys.STATE_AGENTS, agent_no, agent.to_json())
            told.append(
                Envelope(
                    new_ulid(now), "desk.updated", now, self.node, agent.contact_id, agent_no, view
                )
            )
        for code in sorted(effects.queues):
            queue = views.queue(registry, code, now)
            if queue and queue != {**self._sent.get(code, {}), "at": now}:
                self._sent[code] = queue
                self.live.put(keys.LIVE_QUEUES, code, queue)
                told.append(
                    Envelope(
                        new_ulid(now), "queue.updated", now, self.node, body={"queue": queue}
                    )
                )
        return told

    def _put_meta(self) -> None:
        snapshot = self.controller.registry.snapshot
        meta = {
            "switch_up": self.switch_up,
            "at": self.clock.now_ms(),
            "last_event_at": self.last_event_at,
            "version": snapshot.version if snapshot else None,
        }
        self.live.put(keys.LIVE_META, self.node, meta)
