"""Take the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import Answer, Event
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"done"})


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"done"})


def begin(view: View) -> Move:
    return Stay(Answer())


def hear(view: View, event: Event) -> Move:
    return Leave("done")
