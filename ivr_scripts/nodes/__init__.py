"""Node types, one module each.

A module has `begin(view)` and `hear(view, event)`, both pure, and says which exits a node with
given properties must name (`exits(props)`) and which of them can be taken without the caller
doing anything (`FREE`): a cycle of those alone would never end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ivr_scripts.actions import Event
from ivr_scripts.nodes import (
    answer,
    bill,
    branch,
    choose_premise,
    collect,
    goal,
    hangup,
    identify,
    menu,
    outage_notice,
    play,
    queue,
    transfer,
    voicemail,
)
from ivr_scripts.state import Move, View


class NodeType(Protocol):
    """The shape of a node module."""

    FREE: frozenset[str]

    def exits(self, props: Mapping[str, Any]) -> frozenset[str]: ...

    def begin(self, view: View) -> Move: ...

    def hear(self, view: View, event: Event) -> Move: ...


NODE_TYPES: Mapping[str, NodeType] = {
    "answer": answer,
    "bill": bill,
    "branch": branch,
    "choose_premise": choose_premise,
    "collect": collect,
    "goal": goal,
    "hangup": hangup,
    "identify": identify,
    "menu": menu,
    "outage_notice": outage_notice,
    "play": play,
    "queue": queue,
    "transfer": transfer,
    "voicemail": voicemail,
}
