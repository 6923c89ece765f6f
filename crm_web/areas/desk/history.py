"""What lies behind an agent: the calls of the day, those of a door, tickets not finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from crm_web import live, localtime
from crm_web.areas.calls import queries as calls
from crm_web.areas.desk import drafts, queries
from crm_web.areas.org import queries as org
from crm_web.columns import utc_now

RECENT = 12
PAST = 8
UNFINISHED = 200  # contacts of half a day that are looked through
#: What makes a draft a ticket in work; the rest the page fills in by itself.
WRITTEN = ("kind", "text", "address_text")
ICONS = {"inbound": "phone-incoming", "outbound": "phone-outgoing", "internal": "users"}


@dataclass(frozen=True)
class PastCall:
    """One line of "calls of today" or "calls of this household". `caller_of` is the contact whose
    number can be called again, `agent_no` the colleague who can; '' when nobody can."""

    contact_id: str
    at: Any
    what: str
    who: str
    ms: int
    direction: str
    caller_of: str = ""
    agent_no: str = ""

    @property
    def icon(self) -> str:
        return ICONS.get(self.direction, "phone-incoming")


def recent_calls(agent_id: int) -> list[PastCall]:
    """The calls this agent took or placed today, also those nobody answered, newest first."""
    begin, end = localtime.day_bounds(localtime.today())
    talks = calls.talks_of_agent(agent_id, begin, end, RECENT)
    rows = [(talk.contact, talk.started_at, talk.talk_ms, "") for talk in talks]
    rows += [
        (contact, contact.started_at, 0, _("没有接通"))
        for contact in calls.not_reached_by(agent_id, begin, end, RECENT)
    ]
    results, staff = _results_of([row[0].id for row in rows]), org.agent_names()
    newest = sorted(rows, key=lambda row: row[1], reverse=True)[:RECENT]
    return [_recent(*row, results, staff) for row in newest]


def _recent(
    contact: Any,
    at: Any,
    ms: int,
    outcome: str,
    results: Mapping[int, str],
    staff: Mapping[str, str],
) -> PastCall:
    internal = contact.direction == "internal"
    colleague = contact.number_mask if internal and contact.number_mask in staff else ""
    who = contact.number_mask
    if internal:
        who = colleague_name(colleague, staff) if colleague else _("内部通话")
    elif contact.direction == "outbound":
        who = _("呼出 %(number)s", number=who)
    return PastCall(
        contact.pub,
        at,
        "，".join(filter(None, (who, outcome or results.get(contact.id)))),
        "",
        ms,
        contact.direction,
        caller_of=contact.pub if contact.phone_id and not internal else "",
        agent_no=colleague,
    )


def colleague_name(agent_no: str, staff: Mapping[str, str]) -> str:
    """How the desk names somebody of the own house: number and name."""
    return _("坐席 %(no)s %(name)s", no=agent_no, name=staff.get(agent_no, "")).strip()


def missed_calls(agent_id: int) -> Sequence[Any]:
    """What rang at this agent today and was not answered, newest first, with the reason."""
    begin, end = localtime.day_bounds(localtime.today())
    return calls.missed_of_agent(agent_id, begin, end, RECENT)


def calls_of_premise(premise_id: int, but: str = "") -> list[PastCall]:
    """Past calls of a household (row id), newest first, without the contact `but`."""
    rows = calls.recent_for_premise(premise_id, but, PAST)
    results_of = _results_of([contact.id for contact in rows])
    answered_by = _agents_of(rows)
    return [
        PastCall(
            contact.pub,
            contact.started_at,
            results_of.get(contact.id) or _outcome(contact.direction, contact.outcome),
            answered_by.get(contact.last_agent_id or 0, ""),
            contact.talk_ms,
            contact.direction,
        )
        for contact in rows
    ]


@dataclass(frozen=True)
class Unfinished:
    """A ticket that was begun beside a call and neither saved nor thrown away. `at` in ms."""

    contact_id: str
    at: int
    who: str
    kind: str
    text: str


def unfinished_tickets(agent_id: int, agent_no: str) -> list[Unfinished]:
    """What this agent began to write and still has, newest first. A draft goes with its call: it
    belongs to who has the call, or had it last."""
    since = utc_now() - timedelta(seconds=drafts.KEPT_S)
    had = {row.pub: row for row in calls.served_last_by(agent_id, since, UNFINISHED)}
    if not had:
        return []
    written = {
        contact_id: draft
        for contact_id, draft in drafts.of_form(list(had), "ticket").items()
        if any(str(draft["values"].get(name, "")).strip() for name in WRITTEN)
    }
    elsewhere = _served_by_others(written, agent_no)
    kinds = queries.ticket_kinds() if written else {}
    found = [
        Unfinished(
            contact_id,
            draft["at"],
            draft["values"].get("contact_name") or had[contact_id].number_mask,
            kinds.get(draft["values"].get("kind", ""), ""),
            draft["values"].get("text", ""),
        )
        for contact_id, draft in written.items()
        if contact_id not in elsewhere
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _served_by_others(contact_ids: Iterable[str], agent_no: str) -> set[str]:
    """Of these, the calls that go on with somebody else, or with nobody yet: the record of who
    has them may be a moment behind."""
    going_on = live.find_calls(list(contact_ids))
    return {
        contact_id
        for contact_id, view in going_on.items()
        if not view.get("ended_at") and view.get("agent_no") != agent_no
    }


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
    contact = queries.find_contact(contact_id)
    if contact is None:
        return []
    named = {agent.id: (agent.agent_no, agent.user.display_name) for agent in org.agents()}
    return [
        PastTalk(talk.started_at, named[talk.agent_id][1], talk.role, talk.talk_ms, talk.note)
        for talk in calls.talks_of_contact(contact.id)
        if talk.agent_id in named and named[talk.agent_id][0] != but
    ]


def _outcome(direction: str, code: str) -> str:
    if direction == "outbound":
        return _("呼出，没有接通") if code == "not_reached" else _("呼出")
    return {
        "answered": _("来电，人工接听"),
        "abandoned": _("来电，排队时挂断"),
        "short_abandoned": _("来电，排队时挂断"),
        "self_service": _("来电，自助办完"),
        "ivr_abandoned": _("来电，在导航里挂断"),
        "transferred_out": _("来电，转到外线"),
    }.get(code, _("来电"))


def _agents_of(rows: Sequence[Any]) -> dict[int, str]:
    wanted = {contact.last_agent_id for contact in rows if contact.last_agent_id}
    if not wanted:
        return {}
    return {agent.id: agent.user.display_name for agent in org.agents() if agent.id in wanted}


def _results_of(contact_ids: list[int]) -> dict[int, str]:
    """Contact row id → the name of its result."""
    if not contact_ids:
        return {}
    named = {item.id: org.item_name(item) for item in org.items("wrap_up_result")}
    found = calls.results_of(contact_ids)
    return {contact: named[result] for contact, result in found.items() if result in named}
