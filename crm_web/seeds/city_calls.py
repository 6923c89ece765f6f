"""Two weeks of calls, so that timelines, last agents and reports are not empty on the first day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from crm_web import localtime
from crm_web.areas.calls.models import (
    AgentOffer,
    CallLeg,
    Contact,
    FlowRun,
    QueueVisit,
    TalkSegment,
)
from crm_web.areas.customers.models import Phone, PhoneLink
from crm_web.areas.org.models import Agent, Queue, QueueMember
from crm_web.extensions import db
from crm_web.seeds.city_registry import City, ids_by, pub, write
from crm_web.seeds.city_story import HOME
from esl_controller.domain import numbers
from esl_controller.domain.ids import channel_uuid_of

DAYS, A_DAY = 14, 80
CALLED = "96001"


@dataclass(frozen=True)
class Belongs:
    """Who a number is, as the call records keep it."""

    phone_id: int
    e164: str
    premise_id: int
    customer_id: int | None


@dataclass(frozen=True)
class Call:
    """One past call; `agent_id` None = nobody answered it. Durations in seconds."""

    pub: str
    at: datetime
    caller: Belongs
    outcome: str
    queue_id: int | None
    agent_id: int | None
    ivr_s: int
    wait_s: int
    talk_s: int

    @property
    def queued_at(self) -> datetime:
        return self.at + timedelta(seconds=self.ivr_s)

    @property
    def answered_at(self) -> datetime:
        return self.queued_at + timedelta(seconds=self.wait_s)

    @property
    def ended_at(self) -> datetime:
        return self.answered_at + timedelta(seconds=self.talk_s)


def write_calls(city: City) -> None:
    """Contacts with flow run, queue visit, offer, talk and legs."""
    calls = sorted(_calls(city), key=lambda call: call.at)
    write(Contact, (_contact(call) for call in calls))
    ids = ids_by(Contact.pub, Contact.id)
    write(FlowRun, (_run(call, ids[call.pub]) for call in calls))
    queued = [call for call in calls if call.queue_id is not None]
    write(QueueVisit, (_visit(call, ids[call.pub]) for call in queued))
    visits = ids_by(QueueVisit.contact_id, QueueVisit.id)
    talked = [call for call in queued if call.agent_id is not None]
    write(AgentOffer, (_offer(call, visits[ids[call.pub]]) for call in talked))
    write(TalkSegment, (_talk(call, ids[call.pub], visits[ids[call.pub]]) for call in talked))
    write(CallLeg, (_leg(call, ids[call.pub]) for call in calls))


def _calls(city: City) -> Iterator[Call]:
    callers = _callers()
    home = [one for one in callers if one.premise_id == city.premises[HOME]]
    members: dict[int, list[int]] = {}
    for queue_id, agent_id in db.session.execute(
        select(QueueMember.queue_id, QueueMember.agent_id)
        .join(Queue, QueueMember.queue_id == Queue.id)
        .join(Agent, QueueMember.agent_id == Agent.id)
        .order_by(QueueMember.id)
    ):
        members.setdefault(queue_id, []).append(agent_id)
    if not members:
        return
    zone = localtime.site_zone()
    for back in range(1, DAYS + 1):
        day = city.today - timedelta(days=back)
        start = datetime.combine(day, time(8), tzinfo=zone)
        for index in range(A_DAY):
            caller = home[0] if back in (3, 9) and index == 20 else city.random.choice(callers)
            at = start + timedelta(seconds=city.random.randrange(11 * 3600))
            yield _call(city, f"{day}:{index}", at, caller, members)


def _call(
    city: City, key: str, at: datetime, caller: Belongs, members: dict[int, list[int]]
) -> Call:
    draw = city.random.random()
    ivr_s = city.random.randrange(8, 70)
    if draw < 0.22:
        return Call(pub("contact", key), at, caller, "self_service", None, None, ivr_s + 30, 0, 0)
    if draw < 0.27:
        return Call(pub("contact", key), at, caller, "ivr_abandoned", None, None, ivr_s, 0, 0)
    queue_id = city.random.choice(sorted(members))
    wait_s = min(int(city.random.expovariate(1 / 14)), 240)
    if draw < 0.33:
        outcome = "short_abandoned" if wait_s < 5 else "abandoned"
        return Call(pub("contact", key), at, caller, outcome, queue_id, None, ivr_s, wait_s + 3, 0)
    agent_id = city.random.choice(members[queue_id])
    talk_s = max(15, int(city.random.lognormvariate(5.0, 0.6)))
    return Call(
        pub("contact", key), at, caller, "answered", queue_id, agent_id, ivr_s, wait_s, talk_s
    )


def _callers() -> list[Belongs]:
    rows = db.session.execute(
        select(Phone.id, Phone.e164, PhoneLink.premise_id, PhoneLink.customer_id)
        .join(PhoneLink, PhoneLink.phone_id == Phone.id)
        .where(PhoneLink.premise_id.is_not(None))
        .order_by(Phone.id)
        .limit(1500)
    )
    return [
        Belongs(phone_id, e164, premise_id, customer_id)
        for phone_id, e164, premise_id, customer_id in rows
        if premise_id is not None
    ]


def _contact(call: Call) -> dict[str, Any]:
    return {
        "pub": call.pub,
        "started_at": call.at,
        "ended_at": call.ended_at,
        "local_date": localtime.local_date(call.at),
        "called_number": CALLED,
        "number_mask": numbers.mask(call.caller.e164),
        "match_kind": "one",
        "outcome": call.outcome,
        "ivr_ms": call.ivr_s * 1000,
        "wait_ms": call.wait_s * 1000,
        "talk_ms": call.talk_s * 1000,
        "ended_by": "customer",
        "hangup_cause": "NORMAL_CLEARING",
        "node": "demo",
        "phone_id": call.caller.phone_id,
        "customer_id": call.caller.customer_id,
        "premise_id": call.caller.premise_id,
        "first_queue_id": call.queue_id,
        "last_agent_id": call.agent_id,
    }


def _run(call: Call, contact_id: int) -> dict[str, Any]:
    exit_kind, goal = {
        "self_service": ("goal", "bill"),
        "ivr_abandoned": ("hangup", ""),
    }.get(call.outcome, ("queue", ""))
    return {
        "contact_id": contact_id,
        "seq": 1,
        "flow_code": "water_main",
        "flow_version": 1,
        "entered_at": call.at,
        "left_at": call.queued_at,
        "exit_kind": exit_kind,
        "goal_code": goal,
        "last_node": "menu",
        "trail": [],
    }


def _visit(call: Call, contact_id: int) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "seq": 1,
        "queue_id": call.queue_id,
        "entered_at": call.queued_at,
        "left_at": call.answered_at,
        "first_offered_at": call.queued_at if call.agent_id else None,
        "answered_at": call.answered_at if call.agent_id else None,
        "wait_ms": call.wait_s * 1000,
        "outcome": call.outcome,
        "request_started_at": call.queued_at,
        "answered_agent_id": call.agent_id,
    }


def _offer(call: Call, visit_id: int) -> dict[str, Any]:
    ring_ms = min(call.wait_s * 1000, 4000)
    return {
        "queue_visit_id": visit_id,
        "seq": 1,
        "agent_id": call.agent_id,
        "offered_at": call.answered_at - timedelta(milliseconds=ring_ms),
        "ended_at": call.answered_at,
        "ring_ms": ring_ms,
        "result": "answered",
    }


def _talk(call: Call, contact_id: int, visit_id: int) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "seq": 1,
        "started_at": call.answered_at,
        "ended_at": call.ended_at,
        "talk_ms": call.talk_s * 1000,
        "wrap_started_at": call.ended_at,
        "wrap_ms": 20_000,
        "ended_by": "customer",
        "agent_id": call.agent_id,
        "queue_visit_id": visit_id,
    }


def _leg(call: Call, contact_id: int) -> dict[str, Any]:
    return {
        "switch_uuid": channel_uuid_of(call.pub),
        "node": "demo",
        "role": "customer",
        "started_at": call.at,
        "answered_at": call.at,
        "ended_at": call.ended_at,
        "hangup_cause": "NORMAL_CLEARING",
        "codec": "PCMA",
        "contact_id": contact_id,
        "phone_id": call.caller.phone_id,
    }
