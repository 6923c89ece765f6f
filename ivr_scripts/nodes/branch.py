"""Go on by what is known: who calls (`match`), the number dialled (`called`) or the time (`time`).

`cases` is tried in order; `other` is the exit when none fits. A time case names ISO week days
(1 Monday) and a half-open period of the day; one that ends before it begins runs over midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ivr_scripts.actions import Event
from ivr_scripts.state import Leave, Move, View


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(case["exit"] for case in props.get("cases", ())) | {"other"}


class _EveryExit(frozenset):
    """A branch never waits, so each of its exits is free."""

    def __contains__(self, name: object) -> bool:
        return True


FREE: frozenset[str] = _EveryExit()


def begin(view: View) -> Move:
    on = view.node.props["on"]
    for case in view.node.props["cases"]:
        if _time_fits(case, view.now) if on == "time" else case["is"] == _value(view, on):
            return Leave(case["exit"], ahead=view.ahead)
    return Leave("other", ahead=view.ahead)


def hear(view: View, event: Event) -> Move:
    return begin(view)


def _value(view: View, on: str) -> str:
    if on == "called":
        return view.facts.called_number
    return view.facts.profile.match_kind if view.facts.profile else "unavailable"


def _time_fits(case: Mapping[str, Any], now: datetime) -> bool:
    clock = now.strftime("%H:%M")
    start, end = case["from"], case["to"]
    inside = start <= clock < end if start <= end else clock >= start or clock < end
    return inside and now.isoweekday() in case.get("days", range(1, 8))
