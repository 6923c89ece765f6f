"""A choice by one key. `keys` maps a key to an exit; the word `repeat` says the menu again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr_scripts.actions import Event
from ivr_scripts.nodes.asking import ask_again, ask_key, digits_of
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"failed"})
REPEAT = "repeat"
MAX_REPEATS = 5


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(props.get("keys", {}).values()) - {REPEAT} | {"failed"}


def begin(view: View) -> Move:
    if view.ahead in view.node.props["keys"]:
        return _choose(view, view.ahead)
    return _ask(view)


def hear(view: View, event: Event) -> Move:
    return _choose(view, digits_of(event)[:1])


def _ask(view: View, repeats: int = 0) -> Stay:
    parts = view.node.parts("prompt")
    return ask_key(view, parts, phase="asked", tries=view.tries, note=str(repeats))


def _choose(view: View, key: str) -> Move:
    exit_name = view.node.props["keys"].get(key)
    repeats = int(view.note or 0)
    if exit_name == REPEAT:
        if repeats >= MAX_REPEATS:
            return Leave("failed", keyed=key)
        return _ask(view, repeats + 1)
    if exit_name:
        return Leave(exit_name, keyed=key)
    return ask_again(view, _ask(view, repeats), exit_name="failed", keyed=key)
