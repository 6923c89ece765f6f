"""What our records say of a contact, held against the switch's own and against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.actors import ears
from tests.live.stack import Stack
from tests.until import until

#: Our record and the switch's own may differ by so much, and the parts of a call from its whole.
CLOCK_S, PARTS_S = 1.0, 1.5
#: A talk of this length must be in a recording, and a side of it as loud as this is a voice. One
#: without sound is soon over; in a tenth of a second a busy machine does not begin to record.
HEARD_MS, VOICE = {"freeswitch": 1500, "rehearsal": 300}, 100
#: The end of each part of a contact.
PARTS = (
    ("talk_segment", "ended_at"), ("queue_visit", "left_at"), ("flow_run", "left_at"),
    ("call_leg", "ended_at"),
)  # fmt: skip


def records_are_complete(
    stack: Stack, contacts: Sequence[str], watched: bool = True
) -> None:
    """Every contact is closed, with all its legs closed and as the switch's own record has them.
    `watched`: a controller saw all of it, so that its parts make up the whole."""
    for contact_id in contacts:
        contact = stack.contact(contact_id, within=15)
        legs = stack.of_contact("call_leg", contact)
        assert any(leg["role"] == "customer" for leg in legs), f"{contact_id}: no customer's leg"
        talks = stack.of_contact("talk_segment", contact)
        served = {talk["agent_id"] for talk in talks}
        without = served - {leg["agent_id"] for leg in legs}
        assert not without, f"{contact_id}: agents {without} talked, without a leg of theirs"
        for leg in legs:
            if leg["role"] == "customer" and _own_phone_not_taken(contact, legs):
                assert leg["switch_uuid"] not in switch_records(stack), "nobody was to be called"
            else:
                _equals_cdr(stack, leg)
        for table, end in PARTS:
            still_open = [row for row in stack.of_contact(table, contact) if row[end] is None]
            assert not still_open, f"{contact_id}: {table} without {end}: {still_open}"
        _begins_and_ends_with_its_first_leg(contact, legs)
        if watched:
            _adds_up(stack, contact, legs, talks)


def _own_phone_not_taken(contact: Mapping[str, Any], legs: Sequence[Any]) -> bool:
    """A call out of which the agent's own phone was not picked up: the other side is never called,
    while the contact has its leg from the beginning."""
    agents = [leg for leg in legs if leg["role"] == "agent"]
    taken = any(leg["answered_at"] for leg in agents)
    return contact["direction"] != "inbound" and bool(agents) and not taken


def _equals_cdr(stack: Stack, leg: Any) -> None:
    theirs = _switch_record(stack, leg["switch_uuid"])
    for ours, name in (("started_at", "start"), ("answered_at", "answer"), ("ended_at", "end")):
        there = int(theirs.get(f"{name}_uepoch") or 0) / 1e6
        here = _seconds(leg[ours])
        assert abs(here - there) <= CLOCK_S, f"{leg['role']} {ours}: {here} here, {there} there"
    cause = theirs.get("hangup_cause")
    assert leg["hangup_cause"] == cause, f"{leg['role']}: {leg['hangup_cause']}, not {cause}"
    rate = theirs.get("rtp_use_codec_rate", "8000")  # decision 17
    assert rate == "8000", f"{leg['role']} speaks at {rate} Hz, and must be converted"


def _switch_record(stack: Stack, uuid: str) -> dict[str, str]:
    """The switch's own record of a channel, once it is written to its end."""
    file = stack.home / "cdr" / f"{uuid}.cdr.json"

    def written() -> dict[str, str] | None:
        try:
            found: dict[str, str] = json.loads(file.read_bytes().decode("utf-8", "replace"))[
                "variables"
            ]
            return found
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    return until(written, 10, what=f"the switch's record of {uuid}")


def _begins_and_ends_with_its_first_leg(contact: Mapping[str, Any], legs: Sequence[Any]) -> None:
    """A contact lasts as long as the leg of the public, of which one record was compared."""
    public = [leg for leg in legs if leg["role"] == "customer"]
    if contact["direction"] != "inbound":
        return
    for moment in ("started_at", "ended_at"):
        apart = _seconds(contact[moment]) - _seconds(public[0][moment])
        assert abs(apart) <= CLOCK_S, f"{moment} of contact and customer's leg: {apart:.1f} s"
    assert contact["hangup_cause"] == public[0]["hangup_cause"]


def _adds_up(
    stack: Stack, contact: Mapping[str, Any], legs: Sequence[Any], talks: Sequence[Any]
) -> None:
    """Menu, waiting, talk and hold together are the call; talk and hold are the agent's leg. Where
    callers were moved about, ringing lies between the parts, and this is not asked."""
    visits = stack.of_contact("queue_visit", contact)
    if contact["direction"] != "inbound" or len(visits) > 1 or len(legs) > 2:
        return
    parts = {name: contact[f"{name}_ms"] / 1000 for name in ("ivr", "wait", "talk", "hold")}
    lasted = _seconds(contact["ended_at"]) - _seconds(contact["started_at"])
    assert abs(sum(parts.values()) - lasted) <= PARTS_S, f"{parts} of {lasted:.1f} s"
    for leg in legs:
        if leg["role"] == "agent" and leg["answered_at"] and len(talks) == 1:
            lasted = _seconds(leg["ended_at"]) - _seconds(leg["answered_at"])
            served = parts["talk"] + parts["hold"]
            assert abs(served - lasted) <= PARTS_S, f"served {served:.1f} of {lasted:.1f} s"


def switch_records(stack: Stack) -> set[str]:
    """The channels of which the switch has written a record of its own."""
    files = (stack.home / "cdr").glob("*.cdr.json")
    return {file.name.removesuffix(".cdr.json") for file in files}


def every_leg_is_recorded(stack: Stack, before: set[str]) -> None:
    """Each channel that the switch had in this scenario is a leg of one of our records."""
    known = "select 1 from call_leg where switch_uuid = :uuid"

    def missing() -> set[str]:
        found = switch_records(stack) - before
        return {one for one in found if not stack.rows(known, uuid=one)}

    until(lambda: not missing(), 15, 0.2, what=lambda: f"each channel is in a record: {missing()}")


def talks_are_recorded(stack: Stack, contacts: Sequence[str], watched: bool = True) -> None:
    """The public is recorded by rule: of each talk there is a complete file with both parties,
    from its beginning if a controller saw that. Colleagues among themselves are not recorded."""
    for contact_id in contacts:
        contact = stack.contact(contact_id, within=15)
        if contact["direction"] == "internal":
            assert not stack.of_contact("recording", contact), f"{contact_id} is recorded"
            continue
        if contact["talk_ms"] < HEARD_MS[stack.switch]:
            continue

        late = 1000 * PARTS_S * len(stack.of_contact("talk_segment", contact))
        wanted_ms = contact["talk_ms"] - late if watched else 0

        def complete(
            contact: Mapping[str, Any] = contact, wanted_ms: float = wanted_ms
        ) -> list[Mapping[str, Any]]:
            found = stack.of_contact("recording", contact)
            whole = [row for row in found if row["status"] == "complete"]
            return whole if sum(row["ms"] for row in whole) >= wanted_ms else []

        def what(contact: Mapping[str, Any] = contact, wanted_ms: float = wanted_ms) -> str:
            found = stack.of_contact("recording", contact)
            files = ", ".join(f"{row['ms']} ms {row['status']}" for row in found)
            return f"of {contact['talk_ms']} ms of talk {wanted_ms:.0f} are recorded, not: {files}"

        found = until(complete, 15, what=what)
        _both_are_heard([stack.recording(row["storage_key"]) for row in found])


def _both_are_heard(files: Sequence[Path]) -> None:
    """Somewhere in these files each side says something."""
    sides = [ears.channels(file) for file in files]
    assert all(len(side) == 2 for side in sides), f"{files}: not one channel for each party"
    for which, name in ((0, "caller"), (1, "agent")):
        loudest = max(ears.loudness(side[which]) for side in sides)
        assert loudest > VOICE, f"the {name} is not heard in {[str(file) for file in files]}"


def _seconds(value: Any) -> float:
    """Seconds since the epoch of a database's time in UTC; 0 for none."""
    if value is None:
        return 0.0
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return float((at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp())
