"""Which flow answers a call, and what the loop learns from it as it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain.callers import CallerProfile
from esl_controller.domain.errors import DomainError
from esl_controller.domain.snapshot import Snapshot
from esl_controller.ports import CallLeg, Clock, FlowEnded, FlowStep, MessageLeft
from esl_controller.service.items import (
    AccountChosen,
    CallerIdentified,
    FlowFinished,
    FlowStarted,
    MessageTaken,
    StepPassed,
)

log = logging.getLogger(__name__)


class FlowShelf:
    """Flows made runnable once per snapshot. One that cannot run keeps its last good version."""

    def __init__(self, read: Callable[[Any, int, Snapshot], Any]) -> None:
        self.read = read
        self.flows: dict[str, Any] = {}
        self.by_number: Mapping[str, str] = {}

    def use(self, snapshot: Snapshot) -> None:
        for code, flow in snapshot.flows.items():
            try:
                self.flows[code] = self.read(flow.document, flow.version, snapshot)
            except DomainError as error:
                log.error("flow %s version %s is refused: %s", code, flow.version, error)
        self.by_number = {entry.number: entry.flow for entry in snapshot.called_numbers}

    def find(self, code: str) -> Any | None:
        return self.flows.get(code)

    def find_for_number(self, called_number: str) -> Any | None:
        return self.find(self.by_number.get(called_number, ""))


class FlowReporter:
    """FlowListener that puts everything into the loop."""

    def __init__(self, leg: CallLeg, clock: Clock, put: Callable[[Any], None]) -> None:
        self.leg = leg
        self.contact_id = leg.contact_id
        self.clock = clock
        self.put = put

    def on_started(self, flow_code: str, flow_version: int, fallback_queue: str) -> None:
        leg, now = self.leg, self.clock.now_ms()
        self.put(
            FlowStarted(
                leg.uuid,
                leg.caller_number,
                leg.called_number,
                now,
                flow_code,
                flow_version,
                fallback_queue,
            )
        )

    def on_identified(self, profile: CallerProfile) -> None:
        self.put(CallerIdentified(self.contact_id, profile, self.clock.now_ms()))

    def on_account(self, account_no: str, premise_id: str) -> None:
        now = self.clock.now_ms()
        self.put(AccountChosen(self.contact_id, account_no, premise_id, now))

    def on_step(self, step: FlowStep) -> None:
        self.put(StepPassed(self.contact_id, step))

    def on_message(self, message: MessageLeft) -> None:
        self.put(MessageTaken(self.contact_id, message, self.clock.now_ms()))

    def on_ended(self, ended: FlowEnded) -> None:
        self.put(FlowFinished(self.contact_id, ended))
