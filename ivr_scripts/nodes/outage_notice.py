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
        said += [*_words(outage), PAUSE, *_repair(outage, view), PAUSE]
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
    """The outage's own announcement, or the general one of its kind while it has no sound."""
    kind = outage.kind if outage.kind in KINDS else "no_supply"
    cause = "planned" if outage.cause_kind == "planned" else "emergency"
    general = f"outage.{kind}.{cause}"
    words = outage.voice_text.strip()
    return (Text(words, (general,)),) if words else (general,)


def _repair(outage: OutageBrief, view: View) -> Parts:
    if outage.etr_at is None:
        return ("outage.etr_unknown",)
    utc_offset = timedelta(minutes=view.node.props["utc_offset_min"])
    etr = _EPOCH + timedelta(milliseconds=outage.etr_at) + utc_offset
    if etr <= view.now:
        return ("outage.etr_late",)
    return ("outage.etr", *moment(etr, view.now))
