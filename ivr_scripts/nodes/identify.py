"""Ask the CRM who calls. The exits are what it answered, or `unavailable`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ivr_scripts.actions import Event, Identified, Identify
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"one", "several", "none", "unavailable"})


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return FREE


def begin(view: View) -> Move:
    return Stay(Identify(), note=view.ahead)


def hear(view: View, event: Event) -> Move:
    profile = event.profile if isinstance(event, Identified) else None
    if profile is None:
        return Leave("unavailable", ahead=view.note)
    kind = profile.match_kind if profile.match_kind in FREE else "none"
    return Leave(kind, facts=replace(view.facts, profile=profile), ahead=view.note)
