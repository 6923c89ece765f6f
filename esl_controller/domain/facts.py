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
