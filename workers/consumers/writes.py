"""What an event says about the database, as plain values: rows by natural key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_web.columns import from_ms
from esl_controller.contract.envelope import Envelope
from workers.streams import Poison


@dataclass(frozen=True)
class Ref:
    """The id of another row, by its natural key; `optional` gives NULL when there is none."""

    table: str
    key: tuple[Any, ...]
    optional: bool = False


@dataclass(frozen=True)
class Write:
    """Make the row `key` of `table` if need be, and set `update` on it."""

    table: str
    key: Mapping[str, Any]
    update: Mapping[str, Any] = field(default_factory=dict)
    insert: Mapping[str, Any] = field(default_factory=dict)


def contact_ref(event: Envelope) -> Ref:
    """The contact that the event belongs to; raises Poison when it names none."""
    if not event.contact_id or len(event.contact_id) != 26:
        raise Poison(f"{event.type} without a contact_id")
    return Ref("contact", (event.contact_id,))


def agent_ref(event: Envelope) -> Ref:
    """The agent that the event belongs to; raises Poison when it names none."""
    agent_no = event.agent_no or event.body.get("agent_no")
    if not agent_no:
        raise Poison(f"{event.type} without an agent_no")
    return Ref("agent", (str(agent_no),))


def when(body: Mapping[str, Any], name: str) -> datetime | None:
    """An epoch-ms field as a time; None when it is absent or null."""
    value = body.get(name)
    return None if value is None else from_ms(int(value))


def at(body: Mapping[str, Any], name: str) -> datetime:
    """An epoch-ms field that must be there."""
    return from_ms(int(body[name]))


def text(body: Mapping[str, Any], name: str, limit: int) -> str:
    """A field as text that fits its column; "" when it is absent or null."""
    return str(body.get(name) or "")[:limit]
