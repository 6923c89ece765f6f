"""Say goodbye and end the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import Event, HangUp
from ivr_scripts.state import Move, Stay, View

FREE: frozenset[str] = frozenset()


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset()


def begin(view: View) -> Move:
    return Stay(HangUp(parts=view.node.parts("prompt")))


def hear(view: View, event: Event) -> Move:
    return begin(view)
