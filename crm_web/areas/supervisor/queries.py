"""The floor: every agent and queue as they are now, with the day's figures beside them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm_web import live
from crm_web.areas.desk import queries as desk
from crm_web.areas.org import queries as org
from crm_web.areas.reports import queries as reports
from crm_web.areas.reports.formulas import VisitSums, percent
from crm_web.areas.supervisor.errors import NotUnserved
from crm_web.columns import to_ms, utc_now
from crm_web.permissions import SCOPES
from crm_web.realtime import notices
from crm_web.security import Principal
from esl_controller.contract.shown import UNSERVED, floor_agent, freshness, unserved

FLOOR = "agent_state.view_live"
FORCE = "agent_state.force"
LOOK_OVER = "desk.view_other"
ALL = SCOPES["a"]
DEFAULT_TARGET_PCT = 80


def floor() -> dict[str, Any]:
    """{agents, queues, unserved, at, told_at, switch_up}: the shape of the `floor` event, to begin
    with.
    `at` is our clock, `told_at` when a controller last wrote; both in ms.

    Of the call in hand only what the floor shows: who is served stays between agent and caller.
    """
    agents = live.agents()
    return {
        "agents": [floor_agent(agents[number]) for number in sorted(agents)],
        "queues": [view for _code, view in sorted(live.queues().items())],
        "unserved": unserved(live.calls().values()),
        "at": to_ms(utc_now()),
        **freshness(live.nodes().values()),
    }


def get_unserved(contact_id: str) -> dict[str, Any]:
    """The CallView of a call that goes on without an agent; raises NotUnserved."""
    call = live.find_call(contact_id)
    if call is None or call.get("state") != UNSERVED:
        raise NotUnserved(_("这通电话已经结束，或者有坐席在接。"))
    return call


def count_signed_in(to: str) -> int:
    """How many of those written to are signed in now; `to` is an agent number or everybody."""
    views = live.agents()
    meant = views.values() if to == notices.EVERYBODY else [views.get(to) or {}]
    return sum(1 for view in meant if view.get("state", "signed_out") != "signed_out")


def today() -> dict[str, Any]:
    """{queues: code → day, total: day} of the site's day, by the definitions of docs/metrics.md:
    a day is {offered, answered, abandoned, service_level, target_pct, shown}. `shown` has the rates
    as every page writes them, rounded here; `service_level` is 0 to 1, or None when there is
    nothing to divide by."""
    sums = {row.code: row.visits for row in reports.queues_today()}
    queues = org.queues()
    found = {one.code: _day(sums.get(one.code, VisitSums()), one.target_pct) for one in queues}
    strictest = max((one.target_pct for one in queues), default=DEFAULT_TARGET_PCT)
    return {"queues": found, "total": _day(sum(sums.values(), VisitSums()), strictest)}


def _day(visits: VisitSums, target_pct: int) -> dict[str, Any]:
    rates = ("answer_rate", "service_level", "abandon_rate")
    return {
        **{name: getattr(visits, name) for name in ("offered", "answered", "abandoned")},
        "service_level": visits.service_level,
        "target_pct": target_pct,
        "shown": {name: percent(getattr(visits, name)) for name in rates},
    }


def people() -> dict[str, dict[str, Any]]:
    """agent_no → name, team and queues, for grouping the floor."""
    return {
        agent.agent_no: {
            "name": agent.user.display_name,
            "team": agent.user.unit.name,
            "queues": [member.queue.name for member in agent.queues],
        }
        for agent in org.agents()
        if agent.active
    }


def reaches(user: Principal, permission: str, agent_no: str) -> bool:
    """Whether `permission` reaches this agent: everybody, or the own unit and below."""
    scope = user.scope(permission)
    if scope is None:
        return False
    if scope == ALL:
        return True
    return org.get_agent(agent_no).user.unit.path.startswith(user.unit_path)


def works(user: Principal) -> dict[str, dict[str, Any]]:
    """What agents are busy with, for who may look over their shoulders: agent_no → {contact_id,
    people, place, ticket}. Only of agents with a call, within the reach of `user`."""
    scope = user.scope(LOOK_OVER)
    contacts = {number: view.get("contact_id") for number, view in live.agents().items()}
    busy = {number: contact for number, contact in contacts.items() if contact}
    if scope is None or not busy:
        return {}
    if scope != ALL:
        reached = {a.agent_no for a in org.agents() if a.user.unit.path.startswith(user.unit_path)}
        busy = {number: contact for number, contact in busy.items() if number in reached}
    found = desk.works_on(sorted(set(busy.values())))
    return {
        number: {"contact_id": contact, **found[contact]} for number, contact in busy.items()
    }
