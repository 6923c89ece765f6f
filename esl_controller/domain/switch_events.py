"""What the switch told us, translated once from raw headers by adapters/esl_events.py.

Times `at` are milliseconds since the epoch (the switch's own clock, 20 ms grain). `*_uuid` and
`*_leg` are channel UUIDs; the member is the customer's channel. Agents and queues come without
their `@default` suffix. Events may be late, repeated, or echoes of our own commands.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A channel that is not an agent's leg of a queue call: a caller, or a call we placed."""

    at: int
    uuid: str
    inbound: bool
    context: str
    caller_number: str
    called_number: str
    profile: str


@dataclass(frozen=True, slots=True)
class AgentLegCreated:
    """mod_callcenter rings an agent: the leg's uuid becomes known (the phone rings now)."""

    at: int
    uuid: str
    agent_no: str
    queue: str
    member_uuid: str


@dataclass(frozen=True, slots=True)
class ChannelAnswered:
    at: int
    uuid: str


@dataclass(frozen=True, slots=True)
class ChannelBridged:
    at: int
    uuid: str
    other_uuid: str


@dataclass(frozen=True, slots=True)
class ChannelHungUp:
    """CHANNEL_HANGUP_COMPLETE. `by_remote`: the phone or carrier sent the BYE/CANCEL.

    `created_at`, `rang_at`, `answered_at` are ms since the epoch, 0 when it never happened.
    """

    at: int
    uuid: str
    cause: str
    sip_code: str
    by_remote: bool
    created_at: int
    rang_at: int
    answered_at: int
    codec: str
    caller_number: str
    called_number: str
    context: str

    @property
    def refusal(self) -> str:
        """The cause, for who asks why nobody was reached. 403 is the carrier's bar (RFC 3261
        21.4.4), for which the switch has the same word as for a person who refuses."""
        barred = (self.cause, self.sip_code) == ("CALL_REJECTED", "403")
        return "OUTGOING_CALL_BARRED" if barred else self.cause


@dataclass(frozen=True, slots=True)
class PhoneHolds:
    """The hold key of the telephone at the end of this leg: `on`, or taken back."""

    at: int
    uuid: str
    on: bool


@dataclass(frozen=True, slots=True)
class QueueJoined:
    at: int
    member_uuid: str
    queue: str
    caller_number: str


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """`cause` Terminated or Cancel; `cancel_reason` TIMEOUT, NO_AGENT_TIMEOUT, EXIT_WITH_KEY,
    BREAK_OUT or ''. `hung_up` tells a caller who left from one who was moved."""

    at: int
    member_uuid: str
    queue: str
    cause: str
    cancel_reason: str
    hung_up: bool


@dataclass(frozen=True, slots=True)
class AgentOffered:
    """agent-offering: the earliest word of an offer, before the phone gets its INVITE."""

    at: int
    agent_no: str
    queue: str
    member_uuid: str


@dataclass(frozen=True, slots=True)
class AgentAnswered:
    """bridge-agent-start."""

    at: int
    agent_no: str
    queue: str
    member_uuid: str
    agent_leg: str


@dataclass(frozen=True, slots=True)
class AgentOfferFailed:
    """bridge-agent-fail with the switch's cause (NO_ANSWER, USER_BUSY, ORIGINATOR_CANCEL …)."""

    at: int
    agent_no: str
    queue: str
    member_uuid: str
    cause: str


@dataclass(frozen=True, slots=True)
class AgentTalkEnded:
    """bridge-agent-end: the agent's leg has left the customer. `cause` is why that leg ended, ''
    when nobody can say."""

    at: int
    agent_no: str
    queue: str
    member_uuid: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class AgentStatusChanged:
    """mod_callcenter status: Available, On Break, Logged Out."""

    at: int
    agent_no: str
    status: str


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    at: int
    extension: str


@dataclass(frozen=True, slots=True)
class PhoneUnregistered:
    at: int
    extension: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """`path` is the file's absolute path on the switch."""

    at: int
    uuid: str
    path: str


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    at: int
    uuid: str
    path: str
    ms: int
    bytes: int | None


@dataclass(frozen=True, slots=True)
class ListenKeyPressed:
    """A key on a telephone that would change the `mode` of a listening; "" is one we have not."""

    at: int
    uuid: str
    mode: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    at: int
    sessions: int


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The ESL link is authenticated and subscribed. A new `core_uuid` means a new switch life."""

    at: int
    core_uuid: str


@dataclass(frozen=True, slots=True)
class LinkDown:
    at: int
    reason: str


SwitchEvent = (
    ChannelCreated
    | AgentLegCreated
    | ChannelAnswered
    | ChannelBridged
    | ChannelHungUp
    | PhoneHolds
    | QueueJoined
    | QueueLeft
    | AgentOffered
    | AgentAnswered
    | AgentOfferFailed
    | AgentTalkEnded
    | AgentStatusChanged
    | PhoneRegistered
    | PhoneUnregistered
    | RecordingStarted
    | RecordingStopped
    | ListenKeyPressed
    | Heartbeat
    | LinkUp
    | LinkDown
)
