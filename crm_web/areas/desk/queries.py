"""What a desk shows: the own live state, today's figures, the household of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from crm_web import live
from crm_web.areas.calls import queries as calls
from crm_web.areas.customers import queries as customers
from crm_web.areas.desk import drafts
from crm_web.areas.desk.errors import NotYourCall
from crm_web.areas.desk.words import refusals, ring_sentences, state_names, system_reasons
from crm_web.areas.org import flow_documents, publishing
from crm_web.areas.org import queries as org
from crm_web.areas.reports import queries as reports
from crm_web.areas.tickets import queries as tickets
from crm_web.errors import NotFound
from crm_web.security import Principal
from esl_controller.contract import shown

# The floor names states, reasons and refusals as the desk does.
__all__ = ["refusals", "ring_sentences", "state_names", "system_reasons"]

CHOSEN_REASON_ICONS = {
    "rest": "coffee",
    "meal": "coffee",
    "meeting": "users",
    "training": "book",
    "coaching": "headphones",
    "ticket_work": "clipboard-list",
    "follow_up": "phone-outgoing",
    "fault": "tool",
}


@dataclass(frozen=True)
class Choice:
    """An entry of a dictionary as the desk offers it."""

    code: str
    name: str
    icon: str = ""


def reasons() -> list[Choice]:
    """Why an agent may be not ready, in the order of the dictionary."""
    return [
        Choice(item.code, org.item_name(item), CHOSEN_REASON_ICONS[item.code])
        for item in org.items("not_ready_reason")
        if item.code in CHOSEN_REASON_ICONS
    ]


def results() -> list[Choice]:
    """What a talk may have come to; `no_result` belongs to the timer alone."""
    return [
        Choice(item.code, org.item_name(item))
        for item in org.items("wrap_up_result")
        if item.code != "no_result"
    ]


def queue_names() -> dict[str, str]:
    return {queue.code: queue.name for queue in org.queues()}


def phone_of(agent_no: str) -> dict[str, Any] | None:
    """The agent's entry in the published configuration: extension, media, ha1 and the domain.

    The switch checks the phone against exactly this, so the page must use it too. None when the
    agent has not been published.
    """
    snapshot = publishing.latest()
    if snapshot is None:
        return None
    for agent in snapshot.body["agents"]:
        if agent["agent_no"] == agent_no:
            return {**agent, "domain": snapshot.body["domain"]}
    return None


def live_state(agent_no: str) -> dict[str, Any]:
    """{agent, call} as the `desk` event carries them; agent is None while no controller runs."""
    view = live.find_agent(agent_no)
    if view is None:
        return {"agent": None, "call": None}
    call = shown.desk_call(
        view.pop("call", None), current_app.extensions["settings"].monitor_visible
    )
    return {"agent": view, "call": call}


def colleagues(agent_no: str) -> dict[str, list[dict[str, Any]]]:
    """{agents, queues, flows} that a call may be passed to, as they are now; the own number left
    out. Of agents also whether they are experts, and their groups."""
    parts = ("agent_no", "name", "state", "reason", "since", "phone")
    experts, groups = org.expert_numbers(), org.groups_of_agents()
    agents = [
        {
            **{name: view.get(name) for name in parts},
            "expert": number in experts,
            "groups": groups.get(number, []),
        }
        for number, view in sorted(live.agents().items())
        if number != agent_no
    ]
    queues = [
        {name: view.get(name) for name in ("queue", "name", "waiting", "longest_since", "ready")}
        for _code, view in sorted(live.queues().items())
    ]
    flows = [{"flow": code, "name": title} for code, title in flow_documents.titles().items()]
    return {"agents": agents, "queues": queues, "flows": flows}


def queues_of(agent_no: str) -> list[dict[str, Any]]:
    """QueueView of the queues that the agent serves."""
    agent = org.find_agent(agent_no)
    codes = {member.queue.code for member in agent.queues} if agent else set()
    return [view for code, view in sorted(live.queues().items()) if code in codes]


def today_of(agent_id: int) -> dict[str, int]:
    """answered, missed, talk_avg_ms, wrap_avg_ms, ready_percent of the site's day so far."""
    day = reports.agent_today(agent_id)
    return {
        "answered": day.talks.segments,
        "missed": day.offers.missed,
        "talk_avg_ms": round(day.talks.att_ms or 0),
        "wrap_avg_ms": round(day.talks.acw_ms or 0),
        "ready_percent": round((day.states.ready_share or 0) * 100),
    }


def find_contact(contact_id: str) -> Any:
    """The contact's row, None while the call log has not written it yet."""
    return calls.find_contact(contact_id)


def ticket_kinds() -> dict[str, str]:
    """Code of a kind of ticket → its name."""
    return {code: name for _group, leaves in tickets.kind_choices() for code, name, _u in leaves}


def works_on(contact_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Whom live calls are about and what is being written: contact_id → {people, place, ticket}.

    `ticket` is the draft in work: {kind, text, by, at in ms}, None when nothing is written.
    """
    live_calls, written = live.find_calls(contact_ids), drafts.of_form(contact_ids, "ticket")
    premises = calls.premises_of(contact_ids)
    places = customers.places_by_id(premises.values())
    kinds = ticket_kinds()
    found = {}
    for contact_id in contact_ids:
        profile = live_calls.get(contact_id, {}).get("profile") or {}
        place, known = places.get(premises.get(contact_id, 0)), profile.get("premises") or ()
        draft = written.get(contact_id)
        found[contact_id] = {
            "people": [person.get("name") for person in profile.get("customers") or ()],
            "place": place.short if place else _only_label(known),
            "ticket": _in_work(draft, kinds) if draft else None,
        }
    return found


def _only_label(premises: Sequence[Mapping[str, Any]]) -> str:
    return str(premises[0].get("label") or "") if len(premises) == 1 else ""


def _in_work(draft: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    values = draft["values"]
    kind = kinds.get(values.get("kind", ""), "")
    return {"kind": kind, "text": values.get("text", ""), "by": draft["by"], "at": draft["at"]}


def own_call(user: Principal, contact_id: str) -> dict[str, Any]:
    """The CallView of a contact that is, or was, this agent's. Raises NotYourCall, and NotFound for
    one that nobody knows.

    Of a contact that is over only its id, direction and masked number are known.
    """
    state = live_state(user.agent_no or "")
    call = state["call"]
    if call and call.get("contact_id") == contact_id:
        return dict(call)
    contact = find_contact(contact_id)
    if contact is None and live.find_call(contact_id) is None:
        raise NotFound(_("这通电话不在你这里"))
    if contact is None or not calls.took_part(contact, user.agent_id or 0):
        raise NotYourCall(_("这通电话不在你这里"))
    return {
        "contact_id": contact_id,
        "caller_masked": contact.number_mask,
        "direction": contact.direction,
        "state": "closed",
    }
