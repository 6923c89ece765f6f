"""Two outages that are on now: a burst main (emergency) and tomorrow's valve exchange (planned)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from crm_web.areas.customers.models import Building
from crm_web.areas.org.models import OrgUnit
from crm_web.areas.outages.models import Outage, OutageScope, OutageUpdate
from crm_web.extensions import db
from crm_web.numbering import next_number
from crm_web.seeds.city_registry import City, pub

BURST, VALVE = "demo-burst-main", "demo-valve"


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour: people say 13:30, not 13:17."""
    base = at.replace(minute=0, second=0, microsecond=0)
    return base + timedelta(minutes=30 if at.minute < 30 else 60)


def write_outages(city: City) -> None:
    """Both outages with their scopes and first announcements."""
    owner = db.session.scalars(select(OrgUnit).where(OrgUnit.code == "hotline")).one().id
    burst = Outage(
        pub=pub("outage", BURST),
        outage_no=next_number("TS", city.today),
        kind="no_supply",
        cause_kind="emergency",
        title="文澜路 DN400 主管爆裂抢修",
        public_text="文澜路 DN400 供水主管爆裂，和风小区、望江苑、文澜苑停水，正在抢修换管。"
        "和风小区东门有送水车。",
        voice_text="文澜路供水主管爆裂，正在抢修",
        planned_start_at=city.now - timedelta(minutes=55),
        actual_start_at=city.now - timedelta(minutes=55),
        etr_at=_half_hour(city.now + timedelta(hours=4)),
        etr_revision=1,
        status="ongoing",
        affected_count=648 + 440 + 528 - 66,
        external_ref=BURST,
        owner_unit_id=owner,
    )
    burst.scopes = [
        OutageScope(scope_kind="estate", scope_id=city.estates[name])
        for name in ("和风小区", "望江苑", "文澜苑")
    ]
    burst.scopes.append(
        OutageScope(scope_kind="building", scope_id=_building(city, "文澜苑", "8"), excluded=True)
    )
    start = _half_hour(city.now + timedelta(hours=15))
    valve = Outage(
        pub=pub("outage", VALVE),
        outage_no=next_number("TS", city.today),
        kind="no_supply",
        cause_kind="planned",
        title="翠湖湾 3、4 号楼换阀计划停水",
        public_text="翠湖湾 3 号楼、4 号楼更换楼前阀门，停水约 4 小时，提前存水。",
        voice_text="翠湖湾三号楼和四号楼更换阀门",
        planned_start_at=start,
        planned_end_at=start + timedelta(hours=4),
        etr_at=start + timedelta(hours=4),
        status="published",
        affected_count=180,
        external_ref=VALVE,
        owner_unit_id=owner,
    )
    valve.scopes = [
        OutageScope(scope_kind="building", scope_id=_building(city, "翠湖湾", number))
        for number in ("3", "4")
    ]
    for row, at in ((burst, burst.actual_start_at), (valve, city.now - timedelta(days=1))):
        row.updates = [OutageUpdate(seq=1, at=at, kind="published")]
        db.session.add(row)
    db.session.flush()


def _building(city: City, estate: str, number: str) -> int:
    return db.session.scalars(
        select(Building.id).where(
            Building.estate_id == city.estates[estate], Building.building_norm == number
        )
    ).one()


def freshen(now: datetime) -> None:
    """Move the demonstration's own outages on when their time has passed and nobody ended them."""
    burst = db.session.scalar(
        select(Outage).where(Outage.external_ref == BURST, Outage.status == "ongoing")
    )
    if burst is not None and burst.etr_at is not None and burst.etr_at < now:
        burst.etr_at = _half_hour(now + timedelta(hours=4))
        burst.etr_revision += 1
    valve = db.session.scalar(
        select(Outage).where(Outage.external_ref == VALVE, Outage.status == "published")
    )
    if valve is not None and valve.planned_end_at is not None and valve.planned_end_at < now:
        start = _half_hour(now + timedelta(hours=15))
        valve.planned_start_at = start
        valve.planned_end_at = valve.etr_at = start + timedelta(hours=4)
