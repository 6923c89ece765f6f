"""What of the live picture may be shown to whom. Pure, so the relays can use it too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Of the call in hand the floor shows who talks to whom, not who the citizen is.
ON_THE_FLOOR = (
    "contact_id",
    "state",
    "direction",
    "caller_masked",
    "queue",
    "started_at",
    "answered_at",
    "held_since",
    "orphaned_until",
    "agent_no",
    "role",
    "party",
    "members",
    "monitors",
    "monitor",
    "allowed",
)


def floor_agent(view: Mapping[str, Any]) -> dict[str, Any]:
    """An AgentView for supervisors: its call without the caller's household and way."""
    call = view.get("call") or None
    return {
        **view,
        "call": {name: call.get(name) for name in ON_THE_FLOOR if name in call} if call else None,
    }


def desk_call(call: Mapping[str, Any] | None, monitor_visible: bool) -> dict[str, Any] | None:
    """A CallView for the agent's own desk. Where listening is hidden, those who only listen are
    left out; who whispers or barges in is heard anyway."""
    if call is None:
        return None
    if monitor_visible:
        return dict(call)
    heard = [one for one in call.get("monitors") or () if one.get("mode") != "monitor"]
    return {**call, "monitors": heard}
