"""Say the outages that concern this caller, with the expected time of repair.

First those of the caller's premises or keyed account; an unknown caller hears those of the area
if `area` is set. Each outage is said once in a call. Hearing one to its end is a goal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from esl_controller.domain.callers import OutageBrief
from ivr_scripts.actions import ANY_KEY, Event, Play, Played
from ivr_scripts.nodes.asking import with_goal
from ivr_scripts.speech.dates import moment
from ivr_scripts.speech.parts import PAUSE, Part, Parts, Text
from ivr_scripts.state import Facts, Leave, Move, Stay, View

FREE = frozenset({"heard", "none"})
GOAL = "outage_heard"
MAX_SAID = 2
KINDS = ("no_supply", "low_pressure", "water_quality", "no_heat", "no_gas")
_EPOCH = datetime(1970, 1, 1)


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return FREE


def begin(view: View) -> Move:
    own = [outage for outage in _own(view.facts) if outage.outage_id not in view.facts.told]
    area = [] if own else _area(view)
    outages = (own or area)[:MAX_SAID]
    if not outages:
        return Leave("none", ahead=view.ahead)
    said: list[Part] = ["outage.own" if own else "outage.area"]
    for outage in outages:
        said += [*_words(outage), PAUSE, *_times(outage, view), PAUSE]
    said.append("outage.sorry")
    told = view.facts.told | {outage.outage_id for outage in outages}
    stops = ANY_KEY if view.node.props["interruptible"] else "none"
    return Stay(Play(tuple(said), stops), note=view.ahead, facts=replace(view.facts, told=told))


def hear(view: View, event: Event) -> Move:
    key = event.key if isinstance(event, Played) else ""
    facts = view.facts if key else with_goal(view.facts, GOAL)
    return Leave("heard", keyed=key, facts=facts, ahead=key or view.note)


def _own(facts: Facts) -> tuple[OutageBrief, ...]:
    known = facts.profile.outages if facts.profile else ()
    return known + (facts.account.outages if facts.account else ())


def _area(view: View) -> list[OutageBrief]:
    profile = view.facts.profile
    if not view.node.props.get("area") or profile is None or profile.match_kind != "none":
        return []
    return [item for item in profile.area_outages if item.outage_id not in view.facts.told]


def _words(outage: OutageBrief) -> Parts:
    """The outage's own announcement and its effect, or the general words of its kind."""
    kind = outage.kind if outage.kind in KINDS else "no_supply"
    cause = "planned" if outage.cause_kind == "planned" else "emergency"
    general = f"outage.{kind}.{cause}"
    words = outage.voice_text.strip()
    if not words:
        return (general,)
    return (Text(words, (general,)), PAUSE, f"outage.effect.{kind}")


def _times(outage: OutageBrief, view: View) -> Parts:
    """When it begins, if it has not yet, and when the supply is expected back."""
    said: list[Part] = []
    starts = _local(outage.starts_at, view)
    if starts > view.now:
        said += ["outage.starts", *moment(starts, view.now), PAUSE]
    if outage.etr_at is None:
        return (*said, "outage.etr_unknown")
    etr = _local(outage.etr_at, view)
    if etr <= view.now:
        return (*said, "outage.etr_late")
    return (*said, "outage.etr", *moment(etr, view.now))


def _local(at: int, view: View) -> datetime:
    """`at`, ms, as the site's wall clock time."""
    utc_offset = timedelta(minutes=view.node.props["utc_offset_min"])
    return _EPOCH + timedelta(milliseconds=at) + utc_offset
