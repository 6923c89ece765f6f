"""Hand the caller to a queue; `fallback` is used if the switch refuses it. The flow ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import EnterQueue, Event
from ivr_scripts.state import Move, Stay, View

FREE: frozenset[str] = frozenset()


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset()


def begin(view: View) -> Move:
    props = view.node.props
    queue = props["queue"]
    return Stay(EnterQueue(queue, props.get("fallback", queue), view.node.parts("prompt")))


def hear(view: View, event: Event) -> Move:
    return begin(view)
