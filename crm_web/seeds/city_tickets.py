"""Two months of finished tickets, and today's in every state, with their step chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from crm_web import localtime
from crm_web.areas.customers.models import PhoneLink, PremiseCustomer
from crm_web.areas.org.models import OrgUnit, User
from crm_web.areas.tickets import chain, urgency
from crm_web.areas.tickets.models import Ticket, TicketKind, TicketStep
from crm_web.extensions import db
from crm_web.numbering import next_number
from crm_web.seeds.city_registry import City, ids_by, pub, write
from crm_web.seeds.city_story import HOME, Place

PAST, OPEN_NOW = 240, 18

_TEXTS = {
    "repair.leak.before_meter": ("表前阀门滴水，地面有积水", "更换表前阀，试压无渗漏"),
    "repair.leak.estate_pipe": ("楼前绿化带冒水，水流不大", "开挖更换 DN100 管段 1.2 米"),
    "repair.no_water.household": ("家里没水，邻居有水", "表前阀被误关，已打开"),
    "repair.pressure.household_low": ("洗澡水小，早晚更明显", "清洗过滤网，水压正常"),
    "repair.quality.turbid": ("水发黄，放一会儿变清", "末端排放 20 分钟，水质合格"),
    "repair.meter.broken": ("水表玻璃破了，还能走字", "换表，旧表读数已记"),
    "repair.meter.remote_fault": ("远传表没有读数", "更换采集器，读数恢复"),
    "repair.facility.cover_damaged": ("检查井盖松动有响声", "更换井盖和垫圈"),
    "complaint.billing": ("这个月水费比平时高一倍", "上门核对，马桶漏水，用户自行维修"),
    "help.vulnerable": ("老人不会手机缴费", "上门协助办理代扣"),
}
_DONE = (
    ("dispatch", "open", "dispatched", 6),
    ("accept", "dispatched", "accepted", 14),
    ("depart", "accepted", "en_route", 25),
    ("arrive", "en_route", "on_site", 48),
    ("finish", "on_site", "finished", 95),
    ("write_off", "finished", "written_off", 140),
    ("close", "written_off", "closed", 1320),
)
_STAMPS = {
    "dispatched": "dispatched_at", "accepted": "accepted_at", "on_site": "arrived_at",
    "finished": "finished_at", "written_off": "written_off_at", "closed": "closed_at",
}  # fmt: skip
# (door, kind, minutes ago, how many steps are done) of the story's own open tickets.
_TOLD: tuple[tuple[Place, str, int, int], ...] = (
    (HOME, "help.emergency_water", 30, 0),
    (("锦绣里", "8", "3", "602"), "repair.meter.broken", 130, 1),
    (("望江苑", "7", "1", "302"), "repair.leak.estate_pipe", 14, 0),
)


@dataclass(frozen=True)
class Plan:
    """One ticket to write; `done` counts the steps after opening."""

    key: str
    place: Place
    kind_code: str
    opened_at: datetime
    done: int


@dataclass(frozen=True)
class Owner:
    """Who is called about a ticket of their door."""

    customer_id: int | None
    phone_id: int | None


def plans(city: City) -> Iterator[Plan]:
    """Past tickets spread over sixty days, then the open ones."""
    places = sorted(city.premises)
    codes = sorted(_TEXTS)
    for index in range(PAST):
        drift = city.random.randrange(-300, 300)
        back = timedelta(days=2 + index * 58 / PAST, minutes=drift)
        yield Plan(
            f"past{index}", city.random.choice(places), city.random.choice(codes),
            city.now - back, len(_DONE),
        )  # fmt: skip
    for place, code, minutes, done in _TOLD:
        yield Plan("-".join(place), place, code, city.now - timedelta(minutes=minutes), done)
    for index in range(OPEN_NOW):
        done = index % 7
        ago = timedelta(minutes=city.random.randrange(3, 12) + (_DONE[done - 1][3] if done else 0))
        yield Plan(
            f"open{index}", city.random.choice(places), city.random.choice(codes),
            city.now - ago, done,
        )  # fmt: skip


def write_tickets(city: City) -> None:
    """Rows, steps, and each door's count of open ones."""
    kinds = {row.code: row for row in db.session.scalars(select(TicketKind))}
    takers = list(db.session.scalars(select(User.id).order_by(User.id)))[:8]
    unit_id = db.session.scalars(select(OrgUnit.id).where(OrgUnit.code == "hotline")).one()
    owners = _owners()
    todo = sorted(plans(city), key=lambda plan: plan.opened_at)
    rows = [
        _ticket(city, plan, kinds[plan.kind_code], takers[place % len(takers)], unit_id, owners)
        for place, plan in enumerate(todo)
    ]
    write(Ticket, rows)
    ids = ids_by(Ticket.pub, Ticket.id)
    write(
        TicketStep,
        (
            step
            for plan, row in zip(todo, rows)
            for step in _steps(plan, row, ids[row["pub"]])
        ),
    )


def _owners() -> dict[int, Owner]:
    """Who lives behind each door, by premise id, and the number to call them."""
    rows = db.session.execute(
        select(PremiseCustomer.premise_id, PremiseCustomer.customer_id, PhoneLink.phone_id)
        .outerjoin(
            PhoneLink,
            and_(
                PhoneLink.premise_id == PremiseCustomer.premise_id,
                PhoneLink.customer_id == PremiseCustomer.customer_id,
            ),
        )
        .where(PremiseCustomer.is_primary.is_(True))
        .order_by(PhoneLink.id.desc())  # of several numbers the first one stays
    )
    return {premise_id: Owner(customer, phone) for premise_id, customer, phone in rows}


def _ticket(
    city: City,
    plan: Plan,
    kind: TicketKind,
    taker_id: int,
    unit_id: int,
    owners: dict[int, Owner],
) -> dict[str, Any]:
    day = localtime.local_date(plan.opened_at)
    status = _DONE[plan.done - 1][2] if plan.done else "open"
    premise_id = city.premises[plan.place]
    owner = owners.get(premise_id, Owner(None, None))
    changed = plan.opened_at + timedelta(minutes=_DONE[plan.done - 1][3] if plan.done else 0)
    detail, result = _TEXTS.get(plan.kind_code, ("独居老人，下午要按时服药，请送饮用水 2 桶", ""))
    row: dict[str, Any] = {name: None for name in _STAMPS.values()}
    for _action, _before, after, minutes in _DONE[: plan.done]:
        if after in _STAMPS:
            row[_STAMPS[after]] = plan.opened_at + timedelta(minutes=minutes)
    return row | {
        "pub": pub("ticket", plan.key),
        "ticket_no": next_number("GD", day),
        "kind_id": kind.id,
        "kind_class": kind.kind_class,
        "urgency": kind.default_urgency,
        "status": status,
        "title": kind.name,
        "detail": detail,
        "address_text": f"{plan.place[0]} {'-'.join(part for part in plan.place[1:] if part)}",
        "opened_at": plan.opened_at,
        "first_due_at": urgency.due_at(status, kind.default_urgency, plan.opened_at, changed),
        "local_date": day,
        "premise_id": premise_id,
        "estate_id": city.estates[plan.place[0]],
        "customer_id": owner.customer_id,
        "phone_id": owner.phone_id,
        "taker_id": taker_id,
        "owner_unit_id": unit_id,
        "result_text": result if plan.done >= 5 else "",
        "form": {},
    }


def _steps(plan: Plan, row: dict[str, Any], ticket_id: int) -> Iterator[dict[str, Any]]:
    before_hash = chain.FIRST
    told = [("open", "", "open", 0), *_DONE[: plan.done]]
    for seq, (action, before, after, minutes) in enumerate(told, 1):
        at = plan.opened_at + timedelta(minutes=minutes)
        note = {"open": row["detail"], "finish": row["result_text"]}.get(action, "")
        actor = row["taker_id"]
        said = chain.step_hash(
            before_hash, row["ticket_no"], seq, action, before, after, at, actor, note, None
        )
        yield {
            "ticket_id": ticket_id,
            "seq": seq,
            "action": action,
            "from_status": before,
            "to_status": after,
            "at": at,
            "actor_id": actor,
            "note": note,
            "prev_hash": before_hash,
            "hash": said,
        }
        before_hash = said
