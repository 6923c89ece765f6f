"""An agent as presence × phone × work, and the one state that people see.

Immutable; agent_machine.py returns changed copies. Times in ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: mod_callcenter status by derived state. Offers stop by status alone, so it is never left to
#: wrap_up_time arithmetic; an offer in progress keeps Available, since changing it gains nothing.
SWITCH_STATUS: Mapping[str, str] = {
    "ready": "Available",
    "offered": "Available",
    "signed_out": "Logged Out",
}


@dataclass(frozen=True)
class Agent:
    agent_no: str
    name: str
    extension: str
    media: str
    wrap_up_s: int
    presence: str = "signed_out"
    phone: str = "unregistered"
    work: str = "not_ready"
    reason: str | None = None
    next_work: str | None = None
    next_reason: str | None = None
    since: int = 0
    session_id: str | None = None
    contact_id: str | None = None
    queue: str | None = None
    wrap_up_seq: int | None = None
    wrap_up_started_at: int | None = None
    wrap_up_until: int | None = None
    wrap_up_extended: bool = False
    out_of_reach_since: int | None = None
    rejects: int = 0
    missed: Mapping[str, Any] | None = None
    sign_out_asked: str | None = None
    role: str | None = None
    before_work: str | None = None
    before_reason: str | None = None
    help: Mapping[str, Any] | None = None
    seq: int = 0

    @property
    def state(self) -> str:
        """The first that fits, as in the state table of the domain book."""
        if self.presence == "signed_out":
            return "signed_out"
        if self.work in ("on_call", "offered", "wrap_up"):
            return self.work
        if self.presence == "lost" or self.phone == "unregistered":
            return "unreachable"
        return self.work

    @property
    def open_help(self) -> Mapping[str, Any] | None:
        """The call for help that nobody has answered."""
        return self.help if self.help and self.help["answered_by"] is None else None

    @property
    def switch_status(self) -> str:
        return SWITCH_STATUS.get(self.state, "On Break")

    @property
    def allowed(self) -> tuple[str, ...]:
        """Actions on the agent's own state, in the order of the desk's menu."""
        if self.presence == "signed_out":
            return ("sign_in",)
        if self.work == "wrap_up":
            extend = () if self.wrap_up_extended else ("extend_wrap_up",)
            return ("finish_wrap_up", *extend, "stay_not_ready", "not_ready", "ready")
        if self.work in ("on_call", "offered"):  # a wish for afterwards
            withdraw = ("withdraw_help",) if self.open_help else ()
            return ("not_ready", "ready", *withdraw)
        dial = ("dial",) if self.phone == "idle" else ()
        if self.work == "ready":
            return ("not_ready", "sign_out", *dial)
        ready = () if self.state == "unreachable" else ("ready",)
        return (*ready, "not_ready", "sign_out", *dial)

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agent:
        return cls(**raw)


def agent_view(agent: Agent, now: int) -> dict[str, Any]:
    """AgentView: what desks and supervisors see. `now` lets them correct their own clock."""
    return {
        "agent_no": agent.agent_no,
        "name": agent.name,
        "media": agent.media,
        "seq": agent.seq,
        "state": agent.state,
        "presence": agent.presence,
        "phone": agent.phone,
        "work": agent.work,
        "reason": agent.reason,
        "since": agent.since,
        "session_id": agent.session_id,
        "next_work": agent.next_work,
        "next_reason": agent.next_reason,
        "wrap_up_until": agent.wrap_up_until,
        "wrap_up_extended": agent.wrap_up_extended,
        "contact_id": agent.contact_id,
        "missed": agent.missed,
        "role": agent.role,
        "help": agent.help,
        "sign_out_asked": agent.sign_out_asked is not None,
        "allowed": list(agent.allowed),
        "now": now,
    }
