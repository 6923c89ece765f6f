"""Facts: past-tense events of a contact or an agent. They can't be refused, only ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """`type` as listed in docs/events.md; `at` in ms since the epoch."""

    type: str
    at: int
    contact_id: str | None = None
    agent_no: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


def leg_ended(
    contact_id: str,
    agent_no: str | None,
    ended_at: int,
    *,
    switch_uuid: str,
    role: str,
    started_at: int,
    hangup_cause: str,
    rang_at: int | None = None,
    answered_at: int | None = None,
    sip_code: str = "",
    codec: str = "",
) -> Fact:
    """The record of one channel. What is left out is not known."""
    body = {
        "switch_uuid": switch_uuid,
        "role": role,
        "agent_no": agent_no,
        "started_at": started_at,
        "rang_at": rang_at,
        "answered_at": answered_at,
        "ended_at": ended_at,
        "hangup_cause": hangup_cause,
        "sip_code": sip_code,
        "codec": codec,
    }
    return Fact("leg.ended", ended_at, contact_id, agent_no, body)
