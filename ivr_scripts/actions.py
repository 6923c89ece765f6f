"""What a flow asks of the call (actions) and what it hears back (events).

The engine is pure: it turns an event into the next action. The runner performs actions on a real
leg; the editor's try-out and the tests perform them in memory. Times are ms since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

from esl_controller.domain.callers import AccountBrief, BillSummary, CallerProfile
from ivr_scripts.speech.parts import Parts

ANY_KEY = "0123456789*#"


@dataclass(frozen=True)
class Answer:
    """Take the call; heard as `Done`."""


@dataclass(frozen=True)
class Play:
    """Say `parts`; heard as `Played` with the key that cut them short, or ''."""

    parts: Parts
    terminators: str = "none"


@dataclass(frozen=True)
class Collect:
    """Say `parts` and collect keys (they barge in); heard as `Keyed`."""

    parts: Parts
    min_digits: int
    max_digits: int
    timeout_s: float
    digit_timeout_s: float
    terminators: str = "none"


@dataclass(frozen=True)
class TakeMessage:
    """Record what the caller says, for a queue's group or one agent; heard as `MessageTaken`."""

    limit_s: int
    silence_s: int
    queue: str | None = None
    agent_no: str | None = None


@dataclass(frozen=True)
class Identify:
    """Ask the CRM who calls; heard as `Identified`."""


@dataclass(frozen=True)
class FetchAccount:
    """Look an account up; heard as `AccountAnswered`."""

    account_no: str


@dataclass(frozen=True)
class FetchBill:
    """Ask for the newest bill; heard as `BillAnswered`."""

    account_no: str


@dataclass(frozen=True)
class Connect:
    """Say `parts`, then call an agent or a number outside (`kind`) and let the caller hear it
    ring; heard as `Connected`, which ends the flow, or as `NotConnected`."""

    kind: str
    value: str
    ring_s: int
    parts: Parts = ()


@dataclass(frozen=True)
class EnterFlow:
    """Say `parts`, then go on with another flow; the fallback queue if it cannot run. Final."""

    flow: str
    parts: Parts = ()


@dataclass(frozen=True)
class EnterQueue:
    """Say `parts`, then hand the caller to `queue`, or `fallback` if that is refused. Final."""

    queue: str
    fallback: str
    parts: Parts = ()


@dataclass(frozen=True)
class HangUp:
    """Say `parts`, then end the call. Final."""

    cause: str = "NORMAL_CLEARING"
    parts: Parts = ()


Action = (
    Answer
    | Play
    | Collect
    | TakeMessage
    | Identify
    | FetchAccount
    | FetchBill
    | Connect
    | EnterFlow
    | EnterQueue
    | HangUp
)


@dataclass(frozen=True)
class Began:
    """The call is here."""

    at: int


@dataclass(frozen=True)
class Done:
    """The last action has been performed."""

    at: int


@dataclass(frozen=True)
class Played:
    at: int
    key: str = ""


@dataclass(frozen=True)
class Keyed:
    at: int
    digits: str = ""


@dataclass(frozen=True)
class MessageTaken:
    """`ms` is 0 when nothing worth keeping was said, and when nothing could be recorded."""

    at: int
    ms: int


@dataclass(frozen=True)
class Identified:
    """`profile` is None when the CRM did not answer."""

    at: int
    profile: CallerProfile | None


@dataclass(frozen=True)
class AccountAnswered:
    """`account` is None for an unknown number; `available` is False when the CRM is down."""

    at: int
    account: AccountBrief | None
    available: bool = True


@dataclass(frozen=True)
class BillAnswered:
    """`bill` is None when there is none; `available` is False when the CRM is down."""

    at: int
    bill: BillSummary | None
    available: bool = True


@dataclass(frozen=True)
class Connected:
    """The caller is with somebody else and no longer ours."""

    at: int


@dataclass(frozen=True)
class NotConnected:
    """`result` is busy, no_answer or unreachable."""

    at: int
    result: str


@dataclass(frozen=True)
class Gone:
    """The caller hung up."""

    at: int


Event = (
    Began
    | Done
    | Played
    | Keyed
    | MessageTaken
    | Identified
    | AccountAnswered
    | BillAnswered
    | Connected
    | NotConnected
    | Gone
)
