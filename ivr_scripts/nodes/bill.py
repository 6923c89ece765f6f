"""Say the newest bill of the chosen account, then: 1 again, 9 or * back, 0 a person.

Hearing the amounts to their end is a goal. A caller who stays silent afterwards has heard what
they wanted and leaves by `done`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ivr_scripts.actions import ANY_KEY, BillAnswered, Event, FetchBill, Play, Played
from ivr_scripts.nodes.asking import ask_again, ask_key, digits_of, with_goal
from ivr_scripts.speech.bill import bill_parts
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"done", "unavailable", "unknown"})
GOAL = "bill_heard"
MAX_REPEATS = 5


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset({"back", "person", "done", "unavailable", "unknown"})


def begin(view: View) -> Move:
    if not view.facts.account_no:
        return Leave("unknown")
    return Stay(FetchBill(view.facts.account_no), phase="fetching")


def hear(view: View, event: Event) -> Move:
    if view.phase == "fetching" and isinstance(event, BillAnswered):
        return _fetched(view, event)
    if view.phase == "saying" and isinstance(event, Played):
        if event.key:
            return _choose(view, event.key)
        return replace(_ask(view), facts=with_goal(view.facts, GOAL))
    return _choose(view, digits_of(event)[:1])


def _fetched(view: View, answer: BillAnswered) -> Move:
    if not answer.available:
        return Leave("unavailable")
    if answer.bill is None:
        return Leave("unknown")
    facts = replace(view.facts, bill=answer.bill)
    return replace(_say(replace(view, facts=facts)), facts=facts)


def _say(view: View, repeats: int = 0) -> Stay:
    assert view.facts.bill is not None
    parts = bill_parts(view.facts.bill, view.now.date(), view.node.parts("usage"))
    return Stay(Play(parts, ANY_KEY), phase="saying", note=str(repeats))


def _ask(view: View) -> Stay:
    parts = view.node.parts("prompt")
    return ask_key(view, parts, phase="asked", tries=view.tries, note=view.note)


def _choose(view: View, key: str) -> Move:
    if key == "1" and int(view.note or 0) < MAX_REPEATS:
        return _say(view, int(view.note or 0) + 1)
    if key in ("9", "*"):
        return Leave("back", keyed=key)
    if key == "0":
        return Leave("person", keyed=key)
    return ask_again(view, _ask(view), exit_name="done", keyed=key)
