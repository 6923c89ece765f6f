"""Where a caller is in a flow, and what nodes see and answer. All of it immutable."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from esl_controller.domain.callers import AccountBrief, BillSummary, CallerProfile
from esl_controller.ports import FlowStep
from ivr_scripts.actions import Action
from ivr_scripts.flow import Flow, Node

TRAIL_LIMIT = 200


@dataclass(frozen=True)
class Facts:
    """What flows have learnt about this call. `told` holds the outages already announced,
    `messages` counts those left. `carried`: the account was chosen in the flow before, and stands
    for the first choice here."""

    caller_number: str = ""
    called_number: str = ""
    profile: CallerProfile | None = None
    account_no: str = ""
    premise_id: str = ""
    account: AccountBrief | None = None
    bill: BillSummary | None = None
    digits: str = ""
    told: frozenset[str] = frozenset()
    goal: str | None = None
    messages: int = 0
    carried: bool = False

    def handed_on(self) -> Facts:
        """What the next flow begins with."""
        return replace(
            self, bill=None, digits="", goal=None, carried=bool(self.account_no)
        )


@dataclass(frozen=True)
class View:
    """What a node may look at. `ahead` is a key pressed before the node could ask."""

    node: Node
    facts: Facts
    now: datetime
    phase: str
    tries: int
    note: str
    ahead: str


@dataclass(frozen=True)
class Stay:
    """Perform `action` and stay. `note` and `tries` are the node's memory until it leaves."""

    action: Action
    phase: str = ""
    tries: int = 0
    note: str = ""
    facts: Facts | None = None


@dataclass(frozen=True)
class Leave:
    """Go through `exit`. `keyed` is for the trail, `ahead` a key for the next menu."""

    exit: str
    keyed: str = ""
    facts: Facts | None = None
    ahead: str = ""


Move = Stay | Leave


@dataclass(frozen=True)
class State:
    """`ended` is '' or the exit kind: goal, queue, transfer, hangup, timeout or error."""

    flow: Flow
    facts: Facts
    node: str
    entered_at: int
    node_at: int
    phase: str = ""
    tries: int = 0
    note: str = ""
    ahead: str = ""
    steps: int = 0
    trail: tuple[FlowStep, ...] = field(default=())
    ended: str = ""
    queue: str | None = None

    @property
    def last_step(self) -> FlowStep | None:
        return self.trail[-1] if self.trail else None
