"""A contact as the controller sees it: one visit of one caller, over all its legs.

All values are immutable; call_machine.py returns changed copies. Times in ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from esl_controller.domain import numbers

#: state -> what the agent who serves the call may do; the desk shows exactly these buttons.
ACTIONS_BY_STATE: Mapping[str, tuple[str, ...]] = {
    "in_flow": (),
    "waiting": (),
    "offered": ("answer", "reject"),
    "talking": ("hang_up", "hold", "mute", "send_digits", "pause_recording"),
    "held": ("hang_up", "resume"),
    "closed": (),
}


@dataclass(frozen=True)
class Visit:
    """One stay in one queue."""

    seq: int
    queue: str
    entered_at: int
    came_from: str
    left_at: int | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Offer:
    """The offer that rings now. `leg` is known a few ms after `agent_no`."""

    seq: int
    visit_seq: int
    agent_no: str
    queue: str
    offered_at: int
    leg: str = ""


@dataclass(frozen=True)
class Talk:
    """One agent connected to the customer."""

    seq: int
    agent_no: str
    queue: str
    agent_leg: str
    started_at: int
    ended_at: int | None = None
    held_since: int | None = None
    hold_ms: int = 0
    hold_count: int = 0
    muted: bool = False
    hang_up_asked: bool = False
    leg_closed: bool = False
    ended_by: str | None = None


@dataclass(frozen=True)
class Recording:
    """`state` is starting, on, paused or stopped."""

    n: int
    storage_key: str
    talk_seq: int
    state: str
    started_at: int


@dataclass(frozen=True)
class Call:
    contact_id: str
    uuid: str
    caller_number: str
    e164: str | None
    called_number: str
    started_at: int
    direction: str = "inbound"
    state: str = "in_flow"
    profile: Mapping[str, Any] | None = None
    account_no: str | None = None
    trail: tuple[Mapping[str, Any], ...] = ()
    flow_ended_at: int | None = None
    flow_goal: str | None = None
    visits: tuple[Visit, ...] = ()
    offer: Offer | None = None
    offer_count: int = 0
    talks: tuple[Talk, ...] = ()
    recording: Recording | None = None
    recording_count: int = 0
    ended_at: int | None = None
    ended_by: str | None = None
    ring_s: int = 20

    @property
    def visit(self) -> Visit | None:
        """The stay that has not ended, if any."""
        return self.visits[-1] if self.visits and self.visits[-1].left_at is None else None

    @property
    def talk(self) -> Talk | None:
        """The conversation that goes on, if any."""
        return self.talks[-1] if self.talks and self.talks[-1].ended_at is None else None

    @property
    def agent_no(self) -> str | None:
        """Who is offered or serves the call; after the talk, who served it last."""
        if self.offer:
            return self.offer.agent_no
        return self.talks[-1].agent_no if self.talks else None

    @property
    def allowed(self) -> tuple[str, ...]:
        actions = ACTIONS_BY_STATE[self.state]
        swap = {}
        if self.talk and self.talk.muted:
            swap["mute"] = "unmute"
        if self.recording and self.recording.state == "paused":
            swap["pause_recording"] = "resume_recording"
        running = self.recording is not None and self.recording.state in ("on", "paused")
        return tuple(
            swap.get(action, action)
            for action in actions
            if action != "pause_recording" or running
        )

    def to_json(self) -> dict[str, Any]:
        """Everything, for the controller's own memory across a restart."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Call:
        return cls(
            **{
                **raw,
                "trail": tuple(raw["trail"]),
                "visits": tuple(Visit(**visit) for visit in raw["visits"]),
                "talks": tuple(Talk(**talk) for talk in raw["talks"]),
                "offer": Offer(**raw["offer"]) if raw["offer"] else None,
                "recording": Recording(**raw["recording"]) if raw["recording"] else None,
            }
        )


def call_view(call: Call) -> dict[str, Any]:
    """CallView: what a desk may see. The raw number stays on the server."""
    talk = call.talks[-1] if call.talks else None
    visit = call.visits[-1] if call.visits else None
    return {
        "contact_id": call.contact_id,
        "state": call.state,
        "direction": call.direction,
        "caller_masked": numbers.mask(call.e164 or call.caller_number),
        "called_number": call.called_number,
        "queue": visit.queue if visit else None,
        "started_at": call.started_at,
        "queued_at": visit.entered_at if visit else None,
        "offered_at": call.offer.offered_at if call.offer else None,
        "ring_s": call.ring_s,
        "answered_at": talk.started_at if talk else None,
        "ended_at": call.ended_at or (talk.ended_at if talk else None),
        "held_since": talk.held_since if talk else None,
        "hold_ms": talk.hold_ms if talk else 0,
        "muted": bool(talk and talk.muted),
        "recording": recording_shown(call),
        "trail": list(call.trail),
        "profile": call.profile,
        "account_no": call.account_no,
        "agent_no": call.agent_no,
        "ended_by": call.ended_by,
        "allowed": list(call.allowed),
    }


def recording_shown(call: Call) -> str:
    """off, on or paused."""
    state = call.recording.state if call.recording else "stopped"
    return {"on": "on", "starting": "on", "paused": "paused"}.get(state, "off")
