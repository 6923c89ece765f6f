"""What a desk shows: the own live state, today's figures, the household of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import and_, func, select

from crm_web import live, localtime
from crm_web.areas.calls.models import AgentOffer, Contact, TalkSegment, WrapUp
from crm_web.areas.desk.errors import NotYourCall
from crm_web.areas.desk.words import state_names, system_reasons
from crm_web.areas.org import publishing
from crm_web.areas.org import queries as org
from crm_web.extensions import db
from crm_web.security import Principal
from esl_controller.contract import shown

__all__ = ["state_names", "system_reasons"]  # the floor names states and reasons as the desk does

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
RECENT = 12
PAST = 8


@dataclass(frozen=True)
class Choice:
    """An entry of a dictionary as the desk offers it."""

    code: str
    name: str
    icon: str = ""


@dataclass(frozen=True)
class PastCall:
    """One line of "calls taken" or "calls of this household"."""

    contact_id: str
    at: Any
    what: str
    who: str
    ms: int
    outcome: str


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
    """{agents, queues} that a call may be passed to, as they are now; the own number left out."""
    parts = ("agent_no", "name", "state", "reason", "since", "phone")
    agents = [
        {name: view.get(name) for name in parts}
        for number, view in sorted(live.agents().items())
        if number != agent_no
    ]
    queues = [
        {name: view.get(name) for name in ("queue", "name", "waiting", "longest_since", "ready")}
        for _code, view in sorted(live.queues().items())
    ]
    return {"agents": agents, "queues": queues}


def queues_of(agent_no: str) -> list[dict[str, Any]]:
    """QueueView of the queues that the agent serves."""
    agent = org.find_agent(agent_no)
    codes = {member.queue.code for member in agent.queues} if agent else set()
    return [view for code, view in sorted(live.queues().items()) if code in codes]


def today_of(agent_id: int) -> dict[str, int]:
    """answered, missed, talk_avg_ms, wrap_avg_ms of the site's day."""
    begin, end = localtime.day_bounds(localtime.today())
    answered, talk, wrap = db.session.execute(
        select(
            func.count(TalkSegment.id),
            func.avg(TalkSegment.talk_ms),
            func.avg(TalkSegment.wrap_ms),
        ).where(
            TalkSegment.agent_id == agent_id,
            TalkSegment.started_at >= begin,
            TalkSegment.started_at < end,
        )
    ).one()
    missed = db.session.scalar(
        select(func.count(AgentOffer.id)).where(
            AgentOffer.agent_id == agent_id,
            AgentOffer.offered_at >= begin,
            AgentOffer.offered_at < end,
            AgentOffer.result.in_(("no_answer", "rejected", "unreachable")),
        )
    )
    return {
        "answered": answered,
        "missed": missed or 0,
        "talk_avg_ms": int(talk or 0),
        "wrap_avg_ms": int(wrap or 0),
    }


def recent_calls(agent_id: int) -> list[PastCall]:
    """The calls this agent took today, newest first."""
    begin, end = localtime.day_bounds(localtime.today())
    rows = db.session.execute(
        select(Contact, TalkSegment.started_at, TalkSegment.talk_ms)
        .join(TalkSegment, TalkSegment.contact_id == Contact.id)
        .where(
            TalkSegment.agent_id == agent_id,
            TalkSegment.started_at >= begin,
            TalkSegment.started_at < end,
        )
        .order_by(TalkSegment.started_at.desc())
        .limit(RECENT)
    ).all()
    results_of = _results_of([contact.id for contact, _at, _ms in rows])
    return [
        PastCall(
            contact.pub,
            at,
            "，".join(filter(None, (contact.number_mask, results_of.get(contact.id)))),
            "",
            ms,
            contact.outcome,
        )
        for contact, at, ms in rows
    ]


def calls_of_premise(premise_id: int, but: str = "") -> list[PastCall]:
    """Past calls of a household (row id), newest first, without the contact `but`."""
    rows = db.session.scalars(
        select(Contact)
        .where(Contact.premise_id == premise_id, Contact.pub != but)
        .order_by(Contact.started_at.desc())
        .limit(PAST)
    ).all()
    results_of = _results_of([contact.id for contact in rows])
    answered_by = _agents_of(rows)
    return [
        PastCall(
            contact.pub,
            contact.started_at,
            results_of.get(contact.id) or _outcome(contact.outcome),
            answered_by.get(contact.last_agent_id or 0, ""),
            contact.talk_ms,
            contact.outcome,
        )
        for contact in rows
    ]


@dataclass(frozen=True)
class PastTalk:
    """One agent who was on this call before; `note` is what was written afterwards."""

    at: Any
    agent: str
    role: str
    ms: int
    note: str


def talks_of(contact_id: str, but: str) -> list[PastTalk]:
    """Who had this call before, first to last; without agent number `but`."""
    contact = find_contact(contact_id)
    if contact is None:
        return []
    rows = db.session.execute(
        select(TalkSegment, WrapUp.note)
        .outerjoin(
            WrapUp,
            and_(
                WrapUp.contact_id == TalkSegment.contact_id,
                WrapUp.agent_id == TalkSegment.agent_id,
            ),
        )
        .where(TalkSegment.contact_id == contact.id)
        .order_by(TalkSegment.seq)
    ).all()
    named = {agent.id: (agent.agent_no, agent.user.display_name) for agent in org.agents()}
    return [
        PastTalk(talk.started_at, named[talk.agent_id][1], talk.role, talk.talk_ms, note or "")
        for talk, note in rows
        if talk.agent_id in named and named[talk.agent_id][0] != but
    ]


def _outcome(code: str) -> str:
    return {
        "answered": _("来电，人工接听"),
        "abandoned": _("来电，排队时挂断"),
        "short_abandoned": _("来电，排队时挂断"),
        "self_service": _("来电，自助办完"),
        "ivr_abandoned": _("来电，在导航里挂断"),
    }.get(code, _("来电"))


def _agents_of(rows: Sequence[Contact]) -> dict[int, str]:
    wanted = {contact.last_agent_id for contact in rows if contact.last_agent_id}
    if not wanted:
        return {}
    return {agent.id: agent.user.display_name for agent in org.agents() if agent.id in wanted}


def _results_of(contact_ids: list[int]) -> dict[int, str]:
    """Contact row id → the name of its result."""
    if not contact_ids:
        return {}
    named = {item.id: org.item_name(item) for item in org.items("wrap_up_result")}
    rows = db.session.execute(
        select(WrapUp.contact_id, WrapUp.result_id).where(WrapUp.contact_id.in_(contact_ids))
    )
    return {contact_id: named[result] for contact_id, result in rows if result in named}


def find_contact(contact_id: str) -> Contact | None:
    """The contact's row, None while the call log has not written it yet."""
    return db.session.scalar(select(Contact).where(Contact.pub == contact_id))


def own_call(user: Principal, contact_id: str) -> dict[str, Any]:
    """The CallView of a contact that is, or was, this agent's. Raises NotYourCall.

    Of a contact that is over only `contact_id` and `caller_masked` are known.
    """
    state = live_state(user.agent_no or "")
    call = state["call"]
    if call and call.get("contact_id") == contact_id:
        return dict(call)
    contact = find_contact(contact_id)
    if contact is None or not _took_part(user, contact):
        raise NotYourCall(_("这通电话不在你这里"))
    return {"contact_id": contact_id, "caller_masked": contact.number_mask, "state": "closed"}


def _took_part(user: Principal, contact: Contact) -> bool:
    if user.agent_id is None:
        return False
    talked = select(TalkSegment.id).where(
        and_(TalkSegment.contact_id == contact.id, TalkSegment.agent_id == user.agent_id)
    )
    return contact.last_agent_id == user.agent_id or (
        db.session.scalar(talked.limit(1)) is not None
    )
