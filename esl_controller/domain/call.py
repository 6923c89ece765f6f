"""A contact as the controller sees it: one visit of one caller, over all its legs.

All values are immutable; call_machine.py returns changed copies. Times in ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esl_controller.domain import numbers
from esl_controller.domain.parties import Monitor, Party, Target

_TALKING = ("hang_up", "hold", "mute", "send_digits", "pause_recording", "start_recording")
_REACH_OUT = ("transfer", "consult", "invite", "ask_help")
_SECOND = ("complete_transfer", "cancel_consult", "swap", "merge", "mute", "ask_help")
#: What would cross with an invitation whose answer brings everybody into a conference.
_CROSSES_INVITATION = frozenset({"hold", "transfer", "consult"})

#: state -> what the agent who serves the call may do; the desk shows exactly these buttons.
ACTIONS_BY_STATE: Mapping[str, tuple[str, ...]] = {
    "in_flow": (),
    "connecting": (),
    "waiting": (),
    "offered": ("answer", "reject"),
    "dialling": ("hang_up",),
    "talking": (*_TALKING, *_REACH_OUT, "drop_party"),
    "orphaned": ("rejoin",),
    "held": ("hang_up", "resume", "transfer", "consult", "ask_help"),
    "transferring": ("cancel_consult", "hang_up"),
    "consult_dialling": ("cancel_consult",),
    "consulting": (*_SECOND, "send_digits"),
    "swapped": (*_SECOND, "send_digits", "pause_recording", "start_recording"),
    "outside": (),
    "conference": ("hang_up", "invite", "drop_party", "mute_party", "end_conference", "mute",
                   "pause_recording", "start_recording", "ask_help"),
    "closed": (),
}

#: Only the telephone can take back what its own key holds, and it would hold a colleague as well.
NOT_WHILE_HELD_AT_PHONE = frozenset({"resume", "transfer", "consult"})

#: What somebody may do who was called into the call: a consulted agent, a conference member.
GUEST_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "dialling": ("answer", "reject"),
    "up": ("hang_up", "mute"),
}


def guest_actions(guest: Party) -> tuple[str, ...]:
    """The buttons of somebody who was called into the call."""
    actions = GUEST_ACTIONS[guest.state]
    return tuple("unmute" if guest.muted and one == "mute" else one for one in actions)


@dataclass(frozen=True)
class FlowRun:
    """One passage through a flow. `trail_from`: where its steps begin in the call's trail."""

    seq: int
    code: str
    version: int
    entered_at: int
    trail_from: int = 0
    ended_at: int | None = None


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
    """One agent connected to the customer. `by_queue`: mod_callcenter made the connection and
    will tell its end; of any other talk the end of the agent's leg is the end."""

    seq: int
    agent_no: str
    queue: str
    agent_leg: str
    started_at: int
    role: str = "primary"
    by_queue: bool = False
    ended_at: int | None = None
    held_since: int | None = None
    hold_ms: int = 0
    hold_count: int = 0
    held_at_phone: bool = False
    muted: bool = False
    hang_up_asked: bool = False
    leg_closed: bool = False
    ended_by: str | None = None
    transfer_kind: str | None = None
    transfer_target: str | None = None


@dataclass(frozen=True)
class Recording:
    """`state` is starting, on, paused, stopping or stopped."""

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
    runs: tuple[FlowRun, ...] = ()
    flow_goal: str | None = None
    messages: int = 0
    fallback_queue: str = ""  # who takes the caller when nobody else does
    reached_outside: bool = False
    may_bridge: bool = False  # while connecting: the flow has taken its hands off the leg
    visits: tuple[Visit, ...] = ()
    offer: Offer | None = None
    offer_count: int = 0
    talks: tuple[Talk, ...] = ()
    recordings: tuple[Recording, ...] = ()  # the end of one may be told after the next began
    recording_rule: str = ""  # always, never or on_demand, of the agent who serves
    segment_count: int = 0
    dialled: Target | None = None
    dialled_muted: bool = False  # of an internal call, the agent who was dialled
    rejoin_leg: str | None = None
    orphaned_until: int | None = None
    party: Party | None = None
    members: tuple[Party, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    ended_at: int | None = None
    ended_by: str | None = None
    ring_s: int = 20

    @property
    def masked(self) -> str:
        """The other side as anybody may see it: a citizen's number masked, a colleague's whole."""
        if self.direction == "internal":
            return self.caller_number
        return numbers.mask(self.e164 or self.caller_number)

    @property
    def recording(self) -> Recording | None:
        """The last that was begun, also one that has ended."""
        return self.recordings[-1] if self.recordings else None

    @property
    def run(self) -> FlowRun | None:
        """The flow that has not ended, if any."""
        return self.runs[-1] if self.runs and self.runs[-1].ended_at is None else None

    @property
    def visit(self) -> Visit | None:
        """The stay that has not ended, if any."""
        return self.visits[-1] if self.visits and self.visits[-1].left_at is None else None

    @property
    def talk(self) -> Talk | None:
        """The conversation that goes on, if any."""
        return self.talks[-1] if self.talks and self.talks[-1].ended_at is None else None

    @property
    def held_at_phone(self) -> bool:
        """Whether the hold is that of the agent's telephone, by its own key."""
        return self.state == "held" and self.talk is not None and self.talk.held_at_phone

    @property
    def parties(self) -> tuple[Party, ...]:
        """The consulted party and the conference members."""
        return (*((self.party,) if self.party else ()), *self.members)

    def find_party(self, leg: str) -> Party | None:
        return next((party for party in self.parties if party.leg == leg), None)

    def find_rejoining(self, leg: str) -> Party | None:
        """The party that comes back on this leg."""
        return next((party for party in self.parties if party.rejoin_leg == leg), None)

    def find_guest(self, agent_no: str) -> Party | None:
        """The party that is this agent, called by somebody else: into the call, or to have it."""
        wanted = ("agent", agent_no)
        return next((p for p in self.guests if (p.target.kind, p.target.value) == wanted), None)

    @property
    def guests(self) -> tuple[Party, ...]:
        """Everybody who was called by the agent who serves the call."""
        return (*self.parties, *self._dialled_agent)

    @property
    def _dialled_agent(self) -> tuple[Party, ...]:
        """Of an internal call, the agent who was dialled: the channel that else is a customer's."""
        if self.dialled is None or self.dialled.kind != "agent" or self.ended_at:
            return ()
        state = "dialling" if self.state == "dialling" else "up"
        muted = self.dialled_muted
        return (Party(self.uuid, self.dialled, "dial", state, self.started_at, muted=muted),)

    def find_monitor(self, agent_no: str) -> Monitor | None:
        return next((m for m in self.monitors if m.agent_no == agent_no), None)

    @property
    def legs(self) -> tuple[str, ...]:
        """Every channel of the call that we know of."""
        known = [self.uuid]
        if self.offer and self.offer.leg:
            known.append(self.offer.leg)
        known += [talk.agent_leg for talk in self.talks[-2:]]
        if self.party:
            known.append(self.party.leg)
        known += self.rejoin_legs
        return (*known, *(m.leg for m in self.members), *(m.leg for m in self.monitors))

    @property
    def rejoin_legs(self) -> tuple[str, ...]:
        """The legs on which agents come back whose own were lost."""
        wanted = (self.rejoin_leg, *(party.rejoin_leg for party in self.parties))
        return tuple(leg for leg in wanted if leg)

    def owner_of(self, leg: str) -> tuple[str, str | None]:
        """Role and agent number of a channel that is one of `legs`. Roles: domain dictionary."""
        if leg == self.uuid:
            return "customer", None
        if self.offer and self.offer.leg == leg:
            return "agent", self.offer.agent_no
        talk = next((talk for talk in self.talks if talk.agent_leg == leg), None)
        if talk:
            return "agent", talk.agent_no
        monitor = next((monitor for monitor in self.monitors if monitor.leg == leg), None)
        if monitor:
            return "supervisor", monitor.agent_no
        party = self.find_party(leg) or self.find_rejoining(leg)
        if party is None:  # the leg on which a lost agent comes back
            return "agent", self.agent_no
        if party.target.kind != "agent":
            return "outside", None
        return ("agent" if party.purpose == "flow" else "consult"), party.target.value

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
        recording = self.recording.state if self.recording else "stopped"
        if recording in ("starting", "on", "paused"):
            swap["start_recording"] = "stop_recording"
        left_out = set()
        if recording not in ("on", "paused"):
            left_out.add("pause_recording")
        if self.recording_rule != "on_demand":
            left_out.add("start_recording")
        if self.held_at_phone:
            left_out |= NOT_WHILE_HELD_AT_PHONE
        if self.state == "talking":  # members only ring here; to take one off is to withdraw
            left_out |= _CROSSES_INVITATION if self.members else {"drop_party"}
        return tuple(swap.get(action, action) for action in actions if action not in left_out)

    def to_json(self) -> dict[str, Any]:
        """Everything, for the controller's own memory across a restart. Records within are left
        to the encoder, which writes them out as objects."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Call:
        return cls(
            **{
                **raw,
                "trail": tuple(raw["trail"]),
                "runs": tuple(FlowRun(**run) for run in raw["runs"]),
                "visits": tuple(Visit(**visit) for visit in raw["visits"]),
                "talks": tuple(Talk(**talk) for talk in raw["talks"]),
                "offer": Offer(**raw["offer"]) if raw["offer"] else None,
                "recordings": tuple(Recording(**one) for one in raw["recordings"]),
                "dialled": Target(**raw["dialled"]) if raw["dialled"] else None,
                "party": _party(raw["party"]) if raw["party"] else None,
                "members": tuple(_party(member) for member in raw["members"]),
                "monitors": tuple(Monitor(**monitor) for monitor in raw["monitors"]),
            }
        )


def _party(raw: Mapping[str, Any]) -> Party:
    return Party(**{**raw, "target": Target(**raw["target"])})


def call_view(call: Call) -> dict[str, Any]:
    """CallView: what a desk may see. The raw number stays on the server."""
    talk = call.talks[-1] if call.talks else None
    visit = call.visits[-1] if call.visits else None
    return {
        "contact_id": call.contact_id,
        "state": call.state,
        "direction": call.direction,
        "caller_masked": call.masked,
        "dialled": _dialled_view(call.dialled),
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
        "held_at_phone": call.held_at_phone,
        "muted": bool(talk and talk.muted),
        "recording": recording_shown(call),
        "recording_rule": call.recording_rule,
        "trail": list(call.trail),
        "profile": call.profile,
        "account_no": call.account_no,
        "agent_no": call.agent_no,
        "orphaned_until": call.orphaned_until,
        "party": _party_view(call.party) if call.party else None,
        "members": [_party_view(member) for member in call.members],
        "monitors": [
            {"agent_no": m.agent_no, "target": m.target, "mode": m.mode, "since": m.up_at}
            for m in call.monitors
            if m.state == "up"
        ],
        "ended_by": call.ended_by,
        "allowed": list(call.allowed),
    }


def _dialled_view(dialled: Target | None) -> dict[str, str] | None:
    """The colleague who was called, of an internal call; the one who called is `agent_no`."""
    if dialled is None or dialled.kind != "agent":
        return None
    return {"kind": dialled.kind, "value": dialled.value}


def _party_view(party: Party) -> dict[str, Any]:
    target = party.target
    shown = numbers.mask(target.value) if target.kind == "outside" else target.value
    return {
        "leg": party.leg,
        "kind": target.kind,
        "value": shown,
        "purpose": party.purpose,
        "state": party.state,
        "since": party.up_at or party.asked_at,
        "muted": party.muted,
    }


def recording_shown(call: Call) -> str:
    """off, on or paused."""
    state = call.recording.state if call.recording else "stopped"
    return {"on": "on", "starting": "on", "paused": "paused"}.get(state, "off")
