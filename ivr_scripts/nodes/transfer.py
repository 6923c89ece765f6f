"""Put the caller through to one agent, to a number outside, or to another flow's menu.

Another flow takes over at once: there is no way back. An agent must be ready, else, and when
nobody answers, the exit is `failed`, or that of the reason (`busy`, `no_answer`, `unreachable`)
where the node names it. Until somebody is there the caller hears the ringing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import Connect, EnterFlow, Event, NotConnected
from ivr_scripts.state import Leave, Move, Stay, View

REASONS = frozenset({"busy", "no_answer", "unreachable"})
FREE = REASONS | {"failed"}
RING_S = 20


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset() if props["to"]["kind"] == "flow" else frozenset({"failed"})


def begin(view: View) -> Move:
    props = view.node.props
    kind, value = props["to"]["kind"], props["to"]["value"]
    said = view.node.parts("prompt")
    if kind == "flow":
        return Stay(EnterFlow(value, said))
    return Stay(Connect(kind, value, props.get("ring_s", RING_S), said))


def hear(view: View, event: Event) -> Move:
    result = event.result if isinstance(event, NotConnected) else ""
    return Leave(result if result in REASONS & set(view.node.exits) else "failed")
