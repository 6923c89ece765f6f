"""Asking for one key and asking again: shared by the node types with a choice."""

from __future__ import annotations

from dataclasses import replace

from ivr_scripts.actions import Collect, Event, Keyed
from ivr_scripts.speech.parts import Parts
from ivr_scripts.state import Facts, Leave, Move, Stay, View


def ask_key(view: View, parts: Parts, *, phase: str, tries: int = 0, note: str = "") -> Stay:
    """Say `parts` and wait for one key; # and * count as keys."""
    props = view.node.props
    action = Collect(parts, 1, 1, props["timeout_s"], props["digit_timeout_s"])
    return Stay(action, phase=phase, tries=tries, note=note)


def ask_again(
    view: View, ask: Stay, *, exit_name: str, keyed: str = "", first: Parts | None = None
) -> Move:
    """`ask` again after silence or a wrong key, or leave by `exit_name` after the last try.

    `first` is said before it; without it the node's words for a wrong key or for silence.
    """
    tries = view.tries + 1
    if tries >= view.node.props["tries"]:
        return Leave(exit_name, keyed=keyed, facts=ask.facts)
    said = view.node.parts("wrong" if keyed else "silence") if first is None else first
    assert isinstance(ask.action, Collect)
    action = replace(ask.action, parts=said + ask.action.parts)
    return replace(ask, action=action, tries=tries)


def digits_of(event: Event) -> str:
    """What was keyed; '' for silence."""
    return event.digits if isinstance(event, Keyed) else ""


def with_goal(facts: Facts, code: str) -> Facts:
    """The first goal that a caller reaches is the one reported."""
    return facts if facts.goal else replace(facts, goal=code)
