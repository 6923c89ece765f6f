"""What is true after every scenario, whatever happened in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psutil

from esl_controller.contract import keys
from tests.live.stack import Stack
from tests.until import until

#: A process may grow by so much during one scenario (caches, pools, an interpreter's arenas),
#: counted from the size of one that has loaded all its modules.
GROWTH_MB = 60
LOADED_MB = 130
GROUPS = (
    (keys.EVENTS, keys.GROUP_SCREEN_POP),
    (keys.EVENTS, keys.GROUP_CALL_LOG),
    (keys.EVENTS, keys.GROUP_WALLBOARD),
    (keys.COMMANDS, keys.GROUP_CONTROLLER),
)


def memory(stack: Stack) -> dict[tuple[str, int], float]:
    """Resident MB of each program with its process id; a restarted one is another process."""
    found = {}
    for name, process in stack.supervisor.running.items():
        if process.poll() is None:
            found[name, process.pid] = psutil.Process(process.pid).memory_info().rss / 1e6
    return found


def newest_event(stack: Stack) -> str:
    """The place in the event stream from which a scenario's own events begin."""
    last = stack.redis.xrevrange(keys.EVENTS, count=1)
    return str(last[0][0]) if last else "0-0"


def contacts_since(stack: Stack, place: str) -> list[str]:
    entries = stack.redis.xrange(keys.EVENTS, min=f"({place}")
    events = [json.loads(fields[keys.ENTRY_FIELD]) for _, fields in entries]
    return [event["contact_id"] for event in events if event["type"] == "contact.started"]


def nothing_is_left(stack: Stack, within: float = 15) -> None:
    """No channel, no open call, no unread message, no agent who is not what the switch says."""
    until(lambda: stack.channels() == 0, within, what="no channel is left")
    until(lambda: not stack.redis.hgetall(keys.LIVE_CALLS), within, what="no call is open")
    for stream, group in GROUPS:
        until(lambda: _unread(stack, stream, group) == 0, within, what=f"{group} has read all")
    until(
        lambda: not _disagreed(stack),
        within,
        what=lambda: f"our view and mod_callcenter's agree: {_disagreed(stack)}",
    )


def board_is_empty(stack: Stack, supervisor: str = "2001", within: float = 10) -> None:
    """The floor page shows nobody with a call, and no queue with a caller."""
    desk = stack.desk(supervisor)

    def busy() -> list[Any]:
        floor = desk.http.get(f"{desk.base}/supervisor/snapshot", timeout=10).json()
        agents = [one for one in floor["agents"] if one["state"] in ("on_call", "offered")]
        return agents + [queue for queue in floor["queues"] if queue["waiting"]]

    until(lambda: not busy(), within, what=lambda: f"the board is empty: {busy()}")


def _unread(stack: Stack, stream: str, group: str) -> int:
    if not stack.redis.exists(stream):
        return 0
    found = next(one for one in stack.redis.xinfo_groups(stream) if one["name"] == group)
    return int(found["pending"]) + int(found.get("lag") or 0)


def _disagreed(stack: Stack) -> list[str]:
    views, rows = stack.agent_views(), stack.switch_agents()
    return [number for number, view in views.items() if not _agreed(view, rows.get(number, {}))]


def _agreed(view: Mapping[str, Any], row: Mapping[str, str]) -> bool:
    if view["work"] == "on_call":
        return False
    wanted = {"ready": "Available", "signed_out": "Logged Out"}.get(view["state"], "On Break")
    return row.get("state") == "Waiting" and row["status"] == wanted


def nothing_was_given_up(stack: Stack, before: int) -> None:
    """No consumer put an entry aside that it could not understand."""
    rows = stack.redis.xrange(keys.DEAD_LETTERS)[before:]
    assert not rows, f"given up: {[fields.get('reason') for _, fields in rows]}"


def dead_letters(stack: Stack) -> int:
    return int(stack.redis.xlen(keys.DEAD_LETTERS))


def nothing_has_grown(stack: Stack, before: dict[tuple[str, int], float]) -> None:
    for (name, pid), now in memory(stack).items():
        grown = now - max(before.get((name, pid), now), LOADED_MB)
        assert grown < GROWTH_MB, f"{name} has grown by {grown:.0f} MB"
