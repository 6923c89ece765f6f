"""What is true after every scenario, whatever happened in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psutil

from esl_controller.contract import keys
from tests.actors import ears
from tests.live.stack import Stack
from tests.until import until

#: A process may grow by so much during one scenario (caches, pools, an interpreter's arenas),
#: counted from the size of one that has loaded all its modules.
GROWTH_MB = 60
LOADED_MB = 130
#: Our record and the switch's own may differ by so much.
CLOCK_S = 1.0
#: A talk of this length (one without sound is soon over) must be in a recording, and a side of it
#: as loud as this is a voice.
HEARD_MS, VOICE = {"freeswitch": 1500, "rehearsal": 100}, 100
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
    for agent_no in stack.redis.hkeys(keys.LIVE_AGENTS):
        until(
            lambda: _agreed(stack, agent_no),
            within,
            what=f"{agent_no}: our view and mod_callcenter's agree",
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


def _agreed(stack: Stack, agent_no: str) -> bool:
    view, row = stack.agent_view(agent_no), stack.switch_agent(agent_no)
    if view is None or view["work"] == "on_call":
        return False
    wanted = {"ready": "Available", "signed_out": "Logged Out"}.get(view["state"], "On Break")
    return row["state"] == "Waiting" and row["status"] == wanted


def records_are_complete(stack: Stack, contacts: Sequence[str]) -> None:
    """Every contact is closed, with all its legs closed and as the switch's own record has them."""
    for contact_id in contacts:
        contact = stack.contact(contact_id, within=15)
        legs = stack.of_contact("call_leg", contact)
        assert any(leg["role"] == "customer" for leg in legs), f"{contact_id}: no customer's leg"
        talks = stack.of_contact("talk_segment", contact)
        served = {talk["agent_id"] for talk in talks}
        without = served - {leg["agent_id"] for leg in legs}
        assert not without, f"{contact_id}: agents {without} talked, without a leg of theirs"
        for leg in legs:
            _equals_cdr(stack, leg)


def _equals_cdr(stack: Stack, leg: Any) -> None:
    file = stack.home / "cdr" / f"{leg['switch_uuid']}.cdr.json"
    until(file.exists, 10, what=f"the switch's record of {leg['switch_uuid']}")
    theirs = json.loads(file.read_bytes().decode("utf-8", "replace"))["variables"]
    for ours, name in (("started_at", "start"), ("answered_at", "answer"), ("ended_at", "end")):
        there = int(theirs.get(f"{name}_uepoch") or 0) / 1e6
        here = _seconds(leg[ours])
        assert abs(here - there) <= CLOCK_S, f"{leg['role']} {ours}: {here} here, {there} there"
    cause = theirs.get("hangup_cause")
    assert leg["hangup_cause"] == cause, f"{leg['role']}: {leg['hangup_cause']}, not {cause}"


def switch_records(stack: Stack) -> set[str]:
    """The channels of which the switch has written a record of its own."""
    files = (stack.home / "cdr").glob("*.cdr.json")
    return {file.name.removesuffix(".cdr.json") for file in files}


def every_leg_is_recorded(stack: Stack, before: set[str]) -> None:
    """Each channel that the switch had in this scenario is a leg of one of our records."""
    if stack.switch != "freeswitch":
        return

    def missing() -> set[str]:
        found = switch_records(stack) - before
        known = {row["switch_uuid"] for row in stack.rows("select switch_uuid from call_leg")}
        return found - known

    until(lambda: not missing(), 15, 0.2, what=lambda: f"each channel is in a record: {missing()}")


def talks_are_recorded(stack: Stack, contacts: Sequence[str]) -> None:
    """The public is recorded by rule: of each talk there is a complete file with both parties.
    Colleagues among themselves are not."""
    for contact_id in contacts:
        contact = stack.contact(contact_id, within=15)
        if contact["direction"] == "internal":
            assert not stack.of_contact("recording", contact), f"{contact_id} is recorded"
            continue
        if contact["talk_ms"] < HEARD_MS[stack.switch]:
            continue

        def rows(contact: Mapping[str, Any] = contact) -> list[Mapping[str, Any]]:
            found = stack.of_contact("recording", contact)
            return [row for row in found if row["status"] == "complete"]

        until(rows, 15, what=f"{contact_id}: talked {contact['talk_ms']} ms, complete recording")
        _both_are_heard([stack.recording(row["storage_key"]) for row in rows()])


def _both_are_heard(files: Sequence[Path]) -> None:
    """Somewhere in these files each side says something."""
    sides = [ears.channels(file) for file in files]
    assert all(len(side) == 2 for side in sides), f"{files}: not one channel for each party"
    for which, name in ((0, "caller"), (1, "agent")):
        loudest = max(ears.loudness(side[which]) for side in sides)
        assert loudest > VOICE, f"the {name} is not heard in {[str(file) for file in files]}"


def nothing_was_given_up(stack: Stack, before: int) -> None:
    """No consumer put an entry aside that it could not understand."""
    rows = stack.redis.xrange(keys.DEAD_LETTERS)[before:]
    assert not rows, f"given up: {[fields.get('reason') for _, fields in rows]}"


def dead_letters(stack: Stack) -> int:
    return int(stack.redis.xlen(keys.DEAD_LETTERS))


def _seconds(value: Any) -> float:
    """Seconds since the epoch of a database's time in UTC; 0 for none."""
    if value is None:
        return 0.0
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return float((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())


def nothing_has_grown(stack: Stack, before: dict[tuple[str, int], float]) -> None:
    for (name, pid), now in memory(stack).items():
        grown = now - max(before.get((name, pid), now), LOADED_MB)
        assert grown < GROWTH_MB, f"{name} has grown by {grown:.0f} MB"
