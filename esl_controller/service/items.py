"""What reaches the owner loop besides switch events and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esl_controller.domain.actions import Action
from esl_controller.domain.callers import CallerProfile
from esl_controller.domain.missed import CallerRecord
from esl_controller.domain.snapshot import Snapshot
from esl_controller.ports import (
    CallDetailRecord,
    FlowEnded,
    FlowStep,
    MessageLeft,
    SwitchPicture,
)


@dataclass(frozen=True)
class FlowStarted:
    """A flow took control of a caller's leg; the channel's own event may come later."""

    uuid: str
    caller_number: str
    called_number: str
    at: int
    flow_code: str = ""
    flow_version: int = 0
    fallback_queue: str = ""


@dataclass(frozen=True)
class CallerIdentified:
    contact_id: str
    profile: CallerProfile
    at: int


@dataclass(frozen=True)
class AccountChosen:
    contact_id: str
    account_no: str
    premise_id: str
    at: int


@dataclass(frozen=True)
class StepPassed:
    contact_id: str
    step: FlowStep


@dataclass(frozen=True)
class MessageTaken:
    contact_id: str
    message: MessageLeft
    at: int


@dataclass(frozen=True)
class FlowFinished:
    contact_id: str
    ended: FlowEnded


@dataclass(frozen=True)
class ConnectAsked:
    """A flow wants its caller connected with an agent or a number outside. `answer` takes
    `connected`, busy, no_answer or unreachable, once."""

    contact_id: str
    kind: str
    value: str
    ring_s: int
    at: int
    answer: Callable[[str], None]


@dataclass(frozen=True)
class ConnectReady:
    """The flow sends nothing more to the leg: from now on a bridge may take it."""

    contact_id: str
    at: int


@dataclass(frozen=True)
class ConnectCancelled:
    """The flow has waited long enough."""

    contact_id: str
    at: int


@dataclass(frozen=True)
class Tick:
    """Time has passed. `desks` as Presence.desks(): None when Redis does not answer."""

    at: int
    desks: Mapping[str, int] | None


@dataclass(frozen=True)
class SnapshotLoaded:
    snapshot: Snapshot
    at: int


@dataclass(frozen=True)
class PictureTaken:
    """The switch as it was `at` or a little later; `records` are the CDRs of channels we knew
    that are gone."""

    picture: SwitchPicture
    records: Mapping[str, CallDetailRecord]
    at: int


@dataclass(frozen=True)
class CallersMissed:
    """Callers whose channels ended while we may not have listened; `records` as in PictureTaken,
    of these channels and of the agents' legs."""

    callers: tuple[CallerRecord, ...]
    records: Mapping[str, CallDetailRecord]
    at: int


@dataclass(frozen=True)
class ActionFailed:
    """An action the switch did not carry out. `command_id` when a person had asked for it."""

    action: Action
    lane: str
    code: str
    message: str
    at: int
    agent_no: str | None = None
    command_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """An action with what is needed to order it and to answer for it."""

    action: Action
    lane: str
    agent_no: str | None = None
    command_id: str | None = None


@dataclass
class Effects:
    """What handling one item brought: told facts, asked actions, and whose views changed."""

    facts: list[Any]
    actions: list[Asked]
    agents: set[str]
    calls: set[str]
    queues: set[str]
    resync: bool = False

    @classmethod
    def none(cls) -> Effects:
        return cls([], [], set(), set(), set())
