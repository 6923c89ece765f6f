"""What the controller needs from the world, as Protocols. Adapters implement them.

Every method is bounded in time; what happens at the limit stands on the method.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from esl_controller.domain.actions import Dial, Listen
from esl_controller.domain.callers import AccountBrief, BillSummary, CallerProfile
from esl_controller.domain.missed import CallerRecord
from esl_controller.domain.snapshot import Snapshot


@dataclass(frozen=True)
class ChannelRow:
    """One live channel as `show channels` tells it; `created_at` in ms."""

    uuid: str
    inbound: bool
    created_at: int
    state: str
    context: str
    caller_number: str
    called_number: str
    bridged_to: str


@dataclass(frozen=True)
class MemberRow:
    """One waiting or served member of a queue; only states Waiting, Trying and Answered."""

    queue: str
    member_uuid: str
    state: str
    joined_at: int
    agent_no: str


@dataclass(frozen=True)
class AgentRow:
    """One agent as mod_callcenter sees it. `leg` is the channel in a call, else ''."""

    agent_no: str
    status: str
    state: str
    leg: str


@dataclass(frozen=True)
class SwitchPicture:
    """What is true on the switch now; recovery compares it with the registry."""

    channels: tuple[ChannelRow, ...]
    members: tuple[MemberRow, ...]
    agents: tuple[AgentRow, ...]
    extensions: frozenset[str]
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Switch(Protocol):
    """The telephone switch. Raises SwitchUnavailable (link down, no answer in 5 s) or
    SwitchRefused (-ERR) from every method."""

    def sync(self, snapshot: Snapshot) -> None:
        """Make queues, agents and tiers equal to the snapshot; removes what is not in it."""

    def picture(self) -> SwitchPicture:
        """Channels, queue members, agents and registered extensions."""

    def set_agent_status(self, agent_no: str, status: str) -> None: ...

    def hang_up(self, leg: str, cause: str) -> None: ...

    def hold(self, leg: str) -> None: ...

    def resume(self, leg: str) -> None: ...

    def mute(self, leg: str, on: bool) -> None: ...

    def bear_silence(self, leg: str) -> None: ...

    def send_digits(self, leg: str, digits: str) -> None: ...

    def start_recording(self, leg: str, storage_key: str) -> None: ...

    def stop_recording(self, leg: str, storage_key: str) -> None: ...

    def mask_recording(self, leg: str, storage_key: str, on: bool) -> None: ...

    def dial(self, asked: Dial) -> None:
        """Place a leg and park it once answered; returns when it is answered. SwitchRefused with
        `-ERR <cause>` when it is not. The only method that takes as long as people do."""

    def split_to_music(self, leg: str, other: str) -> None: ...

    def play_music(self, leg: str) -> None: ...

    def ringback(self, leg: str) -> None: ...

    def bridge(self, leg: str, other: str, keep: bool) -> None: ...

    def end_together(self, leg: str, other: str) -> None: ...

    def send_to_queue(self, leg: str, queue: str) -> None: ...

    def send_to_flow(self, leg: str, flow: str) -> None: ...

    def join_conference(self, legs: Sequence[str], name: str) -> None: ...

    def listen(self, asked: Listen) -> None:
        """Like dial(), for a supervisor's phone that listens."""

    def set_listen_mode(self, leg: str, mode: str) -> None: ...

    def answer_phone(self, extension: str) -> None:
        """Only simulated phones; SwitchRefused for real ones."""

    def register_phone(self, extension: str, on: bool) -> None:
        """Only simulated phones; SwitchRefused for real ones."""


class Waitable(Protocol):
    """What will be there sooner or later: gevent's AsyncResult."""

    def ready(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> Any: ...


class CallLeg(Protocol):
    """One caller's leg while a flow controls it. Every method raises LegGone once the caller
    hung up or the socket closed. `called_number` is what the caller dialled."""

    uuid: str
    contact_id: str
    caller_number: str
    called_number: str
    variables: Mapping[str, str]

    def answer(self) -> None: ...

    def play(self, files: Sequence[str], *, terminators: str = "none") -> str:
        """Play files without gaps; returns the key that stopped them, or ''."""

    def collect(
        self,
        files: Sequence[str],
        *,
        min_digits: int,
        max_digits: int,
        timeout_s: float,
        digit_timeout_s: float,
        terminators: str = "#",
    ) -> str:
        """Play (keys barge in) and collect keys; '' when nothing was keyed in time."""

    def record(self, storage_key: str, *, limit_s: int, silence_s: int, least_ms: int) -> int:
        """Record the caller until #, `silence_s` of silence, `limit_s`, or the hang-up.

        Returns the milliseconds said, below the recordings folder as `storage_key`; 0 when it is
        less than `least_ms`, and then no file is left. A hang-up ends the message and keeps it:
        the next step raises LegGone. Raises OSError when there is no place for the file.
        """

    def start_ringing(self) -> None:
        """Answer the call and let the caller hear that somebody is called. After it returns the
        leg may be bridged by somebody else: nothing more is sent to it."""

    def ring_until(self, answer: Waitable, limit_s: float) -> None:
        """Wait, ringing, until there is an answer or `limit_s` is over."""

    def stop_ringing(self) -> None:
        """Nobody was reached: the flow has the caller again. Not for one who was connected."""

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """Values are untrusted text; they are never expanded by the switch."""

    def enter_queue(self, code: str) -> None:
        """Hand the caller to a queue; the flow's control of the leg ends here."""

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None: ...


class Crm(Protocol):
    """The CRM's internal API. Raises CrmUnavailable when it has not answered in 1.5 s."""

    def identify(self, number: str, called_number: str, contact_id: str) -> CallerProfile: ...

    def account(self, account_no: str) -> AccountBrief | None: ...

    def bill(self, account_no: str) -> BillSummary | None: ...


class PromptBook(Protocol):
    """Turns what is to be said into sound files."""

    def files(self, parts: Sequence[Any]) -> list[str]:
        """Paths for speech parts; never empty: what is missing is rendered or replaced."""


@dataclass(frozen=True)
class FlowStep:
    """One node passed. `keyed` is masked but for its last four digits; times in ms."""

    node: str
    title: str
    exit: str
    at: int
    ms: int
    keyed: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "title": self.title,
            "exit": self.exit,
            "at": self.at,
            "ms": self.ms,
            "keyed": self.keyed,
        }


@dataclass(frozen=True)
class FlowEnded:
    """`exit_kind` is goal, queue, transfer, hangup, timeout, error or controller_gone."""

    flow_code: str
    flow_version: int
    entered_at: int
    left_at: int
    exit_kind: str
    goal_code: str | None
    last_node: str
    trail: tuple[FlowStep, ...]
    queue: str | None = None


@dataclass(frozen=True)
class MessageLeft:
    """A message for a queue's group or for one agent; `n` is its number among the contact's
    recordings, `left_at` (ms) when it began, `ms` its length."""

    n: int
    storage_key: str
    left_at: int
    ms: int
    queue: str | None = None
    agent_no: str | None = None


class Switchboard(Protocol):
    """Connects a caller who is in a flow with somebody else."""

    def connect(self, leg: CallLeg, kind: str, value: str, ring_s: int) -> str:
        """`connected`: the caller is with them and no longer the flow's; else busy, no_answer or
        unreachable. `kind` is agent or outside. Ends soon after `ring_s`, at once for an agent
        who is not ready; raises LegGone, or DomainError when nobody can tell what happened."""


class FlowListener(Protocol):
    """Told by the flow runner as the call goes through its flows. Must not block."""

    def on_started(self, flow_code: str, flow_version: int, fallback_queue: str) -> None: ...

    def on_identified(self, profile: CallerProfile) -> None: ...

    def on_account(self, account_no: str, premise_id: str) -> None: ...

    def on_step(self, step: FlowStep) -> None: ...

    def on_message(self, message: MessageLeft) -> None: ...

    def on_ended(self, ended: FlowEnded) -> None: ...


class EventSink(Protocol):
    """Takes encoded envelopes for `calls:events`, in order. Never blocks: it buffers, bounded,
    then spools to disk while Redis is away."""

    def publish(self, envelopes: Iterable[Any]) -> None: ...


class LiveState(Protocol):
    """The `live:*` hashes. Never blocks; the newest value of a field wins."""

    def put(self, key: str, field: str, value: Mapping[str, Any] | None) -> None:
        """None removes the field."""

    def replace_all(self, key: str, values: Mapping[str, Mapping[str, Any]]) -> None: ...

    def load(self, key: str) -> dict[str, dict[str, Any]]:
        """All fields of a hash, for the controller's own state after a restart; {} when Redis
        does not answer in 2 s."""


class CommandSource(Protocol):
    """Commands from `calls:commands`, each delivered at least once."""

    def receive(self, timeout_s: float) -> list[Any]:
        """Decoded envelopes, possibly none; raises OSError-like errors never: it backs off."""


class Presence(Protocol):
    def desks(self) -> Mapping[str, int] | None:
        """agent_no -> ms of the last desk heartbeat; None when Redis does not answer."""


class ConfigSource(Protocol):
    def load(self) -> Snapshot | None:
        """The newest snapshot from Redis, else from disk; None when there never was one."""


@dataclass(frozen=True)
class CallDetailRecord:
    """What FreeSWITCH's own CDR file says of a channel; ms since the epoch, 0 = never."""

    uuid: str
    started_at: int
    answered_at: int
    ended_at: int
    hangup_cause: str


class CdrSource(Protocol):
    def find(self, uuid: str) -> CallDetailRecord | None:
        """The CDR of a channel that is gone; None when there is no file (yet)."""

    def callers_since(self, since: int) -> list[CallerRecord]:
        """Callers' channels that ended at `since` (ms) or later, oldest first, at most 2,000."""


class Clock(Protocol):
    def now_ms(self) -> int: ...
