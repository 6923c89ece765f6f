"""Facts that have no table of their own: what else happened on a contact, in order. Pure.

Each becomes one `contact_event` under the event's own id, so the same event twice is one row.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from crm_web.columns import from_ms
from esl_controller.contract.envelope import Envelope
from esl_controller.domain import numbers
from workers.consumers.writes import Ref, Write, contact_ref, text

KEPT = frozenset(
    {
        "talk.held",
        "talk.resumed",
        "party.called",
        "party.left",
        "conference.started",
        "call.forced_release",
        "agent.leg_lost",
        "agent.rejoined",
        "help.asked",
        "help.answered",
        "help.withdrawn",
    }
)


def rows(event: Envelope, zone: ZoneInfo) -> list[Write]:
    """The row of one event; none when it names no contact (help answered after the call)."""
    if not event.contact_id:
        return []
    contact, at = contact_ref(event), from_ms(event.at)
    made = {"started_at": at, "local_date": at.astimezone(zone).date(), "node": event.node[:64]}
    update: dict[str, Any] = {
        "contact_id": contact,
        "at": at,
        "type": event.type,
        "data": _data(event),
    }
    if event.agent_no:
        update["agent_id"] = Ref("agent", (event.agent_no,), optional=True)
    return [
        Write("contact", {"pub": contact.key[0]}, {}, made),
        Write("contact_event", {"event_id": event.id}, update),
    ]


def _data(event: Envelope) -> dict[str, Any]:
    body = event.body
    if event.type.startswith("party."):
        kind, value = split_target(body.get("target"))
        told = {"purpose": text(body, "purpose", 16), "kind": kind, "value": value}
        return {**told, "result": text(body, "result", 32)} if body.get("result") else told
    if event.type.startswith("talk."):
        return {name: int(body[name]) for name in ("seq", "held_ms") if body.get(name) is not None}
    return {name: str(body[name])[:500] for name in ("reason", "by", "reply", "target")
            if body.get(name)}  # fmt: skip


def split_target(told: object) -> tuple[str, str]:
    """"outside:+8613800000021" → ("outside", "138 **** 0021"): a number is kept masked."""
    kind, _, value = str(told or "").partition(":")
    return kind[:16], (numbers.mask(value) if kind == "outside" else value)[:64]
