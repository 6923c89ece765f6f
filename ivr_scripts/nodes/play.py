"""Say something. A key cuts it short and is kept for the next menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import ANY_KEY, Event, Play, Played
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"done"})


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"done"})


def begin(view: View) -> Move:
    stops = ANY_KEY if view.node.props["interruptible"] else "none"
    return Stay(Play(view.node.parts("prompt"), stops), note=view.ahead)


def hear(view: View, event: Event) -> Move:
    key = event.key if isinstance(event, Played) else ""
    return Leave("done", keyed=key, ahead=key or view.note)
