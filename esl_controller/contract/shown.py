"""What of the live picture may be shown to whom. Pure, so the relays can use it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


#: The state of a call that no agent serves any more, or none ever did.
UNSERVED = "outside"


def floor_agent(view: Mapping[str, Any]) -> dict[str, Any]:
    """An AgentView for supervisors: its call without the caller's household and way."""
    call = view.get("call") or None
    return {
        **view,
        "call": {name: call.get(name) for name in ON_THE_FLOOR if name in call} if call else None,
    }


def unserved(calls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """CallViews that go on without an agent, with somebody outside, as the floor shows them, the
    oldest first. `agent_no` is who served the call last, if anybody."""
    found = [_unserved(call) for call in calls if call.get("state") == UNSERVED]
    return sorted(found, key=lambda call: (call["since"], call["contact_id"]))


def _unserved(call: Mapping[str, Any]) -> dict[str, Any]:
    members = call.get("members") or []
    return {
        **{name: call.get(name) for name in ("contact_id", "caller_masked", "agent_no")},
        "since": min((one["since"] for one in members), default=call["started_at"]),
        "with": [one["value"] for one in members],
    }


def freshness(metas: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """{told_at, switch_up} of the picture: when a controller last wrote (ms, None before any
    has), and whether that one has its switch. A picture is as old as this, however new its copy.
    """
    newest = max(metas, key=lambda meta: int(meta["at"]), default=None)
    return {
        "told_at": newest["at"] if newest else None,
        "switch_up": bool(newest and newest["switch_up"]),
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
