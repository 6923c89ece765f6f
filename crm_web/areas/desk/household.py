"""Which household a call is about, and what to say first. Premise before person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm_web import live
from crm_web.areas.customers import queries as customers
from crm_web.areas.desk import history, queries
from crm_web.columns import from_ms, to_ms, utc_now
from crm_web.localtime import show_time

NOBODY: Mapping[str, Any] = {"match_kind": "none", "premises": [], "customers": [], "outages": []}


@dataclass(frozen=True)
class Household:
    """What the pop shows. `card` is None while it is not known which door it is about.

    `candidates` are the doors that the number stands for (PremiseBrief), best known first.
    """

    call: Mapping[str, Any]
    profile: Mapping[str, Any]
    card: customers.PremiseCard | None
    candidates: Sequence[Mapping[str, Any]]
    people: tuple[Mapping[str, Any], ...]
    caller_pub: str
    past_calls: Sequence[history.PastCall]
    known_here: bool

    @property
    def outages(self) -> Sequence[Mapping[str, Any]]:
        """What affects this door; for an unknown one, what goes on in the area."""
        if self.card:
            return self.card.outages
        return list(self.profile.get("outages") or self.profile.get("area_outages") or ())


def raw_number(contact_id: str) -> str:
    """The caller's number as the switch gave it, '' when it was hidden. Never leaves the server."""
    view = live.find_call(contact_id)
    if view and view.get("caller_number"):
        return str(view["caller_number"])
    contact = queries.find_contact(contact_id)
    return customers.number_of_phone(contact.phone_id) if contact and contact.phone_id else ""


def gather(call: Mapping[str, Any]) -> Household:
    """The household of a CallView."""
    profile = profile_of(call)
    candidates = list(profile.get("premises") or ())
    pub = _premise_of(call, candidates)
    card = customers.premise_card(pub) if pub else None
    people = _people(profile, card)
    return Household(
        call=call,
        profile=profile,
        card=card,
        candidates=candidates,
        people=people,
        caller_pub=people[0]["id"] if len(people) == 1 else "",
        past_calls=(
            history.calls_of_premise(card.premise.id, call["contact_id"]) if card else ()
        ),
        known_here=any(brief["premise_id"] == pub for brief in candidates),
    )


def profile_of(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whom the number stands for: as the flow asked, else as it is known now."""
    return call.get("profile") or _profile_now(call) or NOBODY


def _profile_now(call: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The flow could not ask in time (or the call is over): ask now."""
    number = raw_number(call["contact_id"])
    return customers.profile_for_number(number) if number else None


def _premise_of(call: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]) -> str:
    """The door said at once: kept with the contact, keyed in the flow, or the only one known."""
    contact = queries.find_contact(call["contact_id"])
    if contact and contact.premise_id:
        place = customers.places_by_id([contact.premise_id]).get(contact.premise_id)
        if place:
            return place.pub
    if call.get("account_no"):
        account = customers.find_account(str(call["account_no"]))
        if account:
            return account.premise.pub
    return str(candidates[0]["premise_id"]) if len(candidates) == 1 else ""


def _people(
    profile: Mapping[str, Any], card: customers.PremiseCard | None
) -> tuple[Mapping[str, Any], ...]:
    """Who may be calling: those the number belongs to, then the others at the door."""
    known = {person["id"]: person for person in profile.get("customers") or ()}
    if card is None:
        return tuple(known.values())
    here = {
        person.pub: {
            "id": person.pub,
            "name": person.name,
            "relation": person.relation,
            "class": person.class_code,
            "vip_level": person.vip_level,
            "care_flags": list(person.care_flags),
            "note": person.note,
        }
        for person in card.people
    }
    callers = [here.get(pub, person) for pub, person in known.items()]
    return tuple(callers) if callers else tuple(here.values())


def opening(household: Household, site_name: str, agent_name: str) -> list[str]:
    """What to say first, and what to mind: at most four sentences for the agent's eyes."""
    greeting = _("您好，%(site)s%(agent)s为您服务。", site=site_name, agent=agent_name)
    lines = [greeting + _question(household)]
    outage = next(iter(household.outages), None)
    if outage and household.card:
        lines.append(_told_of(outage))
    flags = {flag for person in household.people for flag in person.get("care_flags") or ()}
    if flags & {"elderly_alone", "disabled", "medical_device", "infant"}:
        lines.append(_("家里有需要照顾的人：主动问存水够不够，不够就办应急送水。"))
    return lines


def _told_of(outage: Mapping[str, Any]) -> str:
    """What to say of an outage first; one that is only planned is not going on yet."""
    starts, until = outage.get("starts_at") or 0, outage.get("etr_at")
    if starts > to_ms(utc_now()):
        begins = show_time(from_ms(starts), "%m-%d %H:%M")
        return _("先说计划停水：%(time)s 开始。", time=begins)
    if until:
        return _("先说停水：预计 %(time)s 恢复。", time=show_time(from_ms(until), "%H:%M"))
    return _("先说停水：恢复时间还没有定，不要承诺。")


def _question(household: Household) -> str:
    if household.card is None:
        if len(household.candidates) > 1:
            return _("请问是哪一户的事？")
        return _("请问您是哪个小区、几号楼、几零几？")
    place = household.card.place
    where = place.estate + (f" {place.building} 号楼" if place.building else "")
    if len(household.people) == 1:
        return _(
            "请问您是%(where)s的%(name)s吗？", where=where, name=household.people[0]["name"]
        )
    return _("请问您是%(where)s的哪一位？", where=where)
