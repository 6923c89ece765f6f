"""Ask the CRM who calls, once in a call. The exits are what it answered, or `unavailable`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from esl_controller.domain.callers import CallerProfile
from ivr_scripts.actions import Event, Identified, Identify
from ivr_scripts.state import Facts, Leave, Move, Stay, View

FREE = frozenset({"one", "several", "none", "unavailable"})


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return FREE


def begin(view: View) -> Move:
    if view.facts.profile is not None:
        return _known(view.facts.profile, view.facts, view.ahead)
    return Stay(Identify(), note=view.ahead)


def hear(view: View, event: Event) -> Move:
    profile = event.profile if isinstance(event, Identified) else None
    if profile is None:
        return Leave("unavailable", ahead=view.note)
    return _known(profile, replace(view.facts, profile=profile), view.note)


def _known(profile: CallerProfile, facts: Facts, ahead: str) -> Move:
    kind = profile.match_kind if profile.match_kind in FREE else "none"
    return Leave(kind, facts=facts, ahead=ahead)
