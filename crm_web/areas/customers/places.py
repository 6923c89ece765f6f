"""From a door's row up to its district, and from typed text down to a door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from crm_web.areas.customers import addresses
from crm_web.areas.customers.models import (
    Building,
    BuildingUnit,
    District,
    Estate,
    EstateAlias,
    Premise,
)
from crm_web.extensions import db

MAX_PLACES = 500
SCOPE_KINDS = ("premise", "building_unit", "building", "estate", "district")


@dataclass(frozen=True)
class Place:
    """A door with everything above it; ids are row ids, `pub` is the public one."""

    id: int
    pub: str
    estate: str
    building: str
    unit: str
    door: str
    label: str
    kind: str
    status: str
    building_unit_id: int
    building_id: int
    estate_id: int
    district_id: int

    @property
    def short(self) -> str:
        """和风小区 3-2-401."""
        return addresses.plate_label(self.estate, self.building, self.unit, self.door)

    def ancestors(self) -> Iterable[tuple[str, int]]:
        """(scope_kind, row id) from the door up."""
        ids = (self.id, self.building_unit_id, self.building_id, self.estate_id, self.district_id)
        return zip(SCOPE_KINDS, ids)


def place_query() -> Any:
    """The one primary-key walk; `place_of` reads its rows."""
    return (
        select(
            Premise.id,
            Premise.pub,
            Estate.name,
            Building.building_norm,
            BuildingUnit.unit_norm,
            Premise.door_norm,
            Premise.address_label,
            Premise.kind,
            Premise.status,
            BuildingUnit.id,
            Building.id,
            Estate.id,
            Estate.district_id,
        )
        .select_from(Premise)
        .join(BuildingUnit, Premise.building_unit_id == BuildingUnit.id)
        .join(Building, BuildingUnit.building_id == Building.id)
        .join(Estate, Building.estate_id == Estate.id)
    )


def place_of(row: Sequence[Any]) -> Place:
    return Place(*row)


def places_by_id(premise_ids: Iterable[int]) -> dict[int, Place]:
    """Places of at most 500 premises (row ids), by row id."""
    wanted = sorted(set(premise_ids))[:MAX_PLACES]
    if not wanted:
        return {}
    rows = db.session.execute(place_query().where(Premise.id.in_(wanted)))
    return {row[0]: place_of(row) for row in rows}


def ancestors_of(places: Iterable[Place]) -> dict[tuple[str, int], set[str]]:
    """(scope_kind, row id) → public ids of the premises below it: what outages are asked with."""
    below: dict[tuple[str, int], set[str]] = defaultdict(set)
    for place in places:
        for key in place.ancestors():
            below[key].add(place.pub)
    return dict(below)


def places_of_district(district_id: int) -> dict[tuple[str, int], set[str]]:
    """The district and its estates, in the shape that outages are asked with."""
    estates = db.session.scalars(select(Estate.id).where(Estate.district_id == district_id))
    found: dict[tuple[str, int], set[str]] = {("district", district_id): set()}
    found.update({("estate", estate_id): set() for estate_id in estates})
    return found


def find_estates(text: str, limit: int = 10) -> list[Estate]:
    """Estates that a typed name may mean: exact names and aliases first, then the short forms."""
    norm, short = addresses.estate_norm(text), addresses.estate_short(text)
    if not norm:
        return []
    names = {norm, short}
    exact = list(
        db.session.scalars(
            select(Estate)
            .outerjoin(EstateAlias, EstateAlias.estate_id == Estate.id)
            .where(or_(Estate.name_norm.in_(names), EstateAlias.alias_norm.in_(names)))
            .distinct()
            .limit(limit)
        )
    )
    named = [estate for estate in exact if estate.name_norm == norm]
    if named or exact:
        return named or exact
    like = f"{text.strip().lower()}%" if text.isascii() else ""
    conditions = [Estate.name_norm.contains(short, autoescape=True)]
    if like.isalnum() or like[:-1].isalnum():
        conditions.append(Estate.pinyin.like(like))
        conditions.append(Estate.pinyin.like(f"% {like}"))
    return list(db.session.scalars(select(Estate).where(or_(*conditions)).limit(limit)))


def scope_label(kind: str, row_id: int) -> str:
    """What people call a scope of an outage; '' when the row is gone."""
    if kind == "district":
        district = db.session.get(District, row_id)
        return district.name if district else ""
    if kind == "estate":
        estate = db.session.get(Estate, row_id)
        return estate.name if estate else ""
    if kind == "building":
        building = db.session.get(Building, row_id)
        return f"{building.estate.name} {building.building_norm} 号楼" if building else ""
    if kind == "building_unit":
        unit = db.session.get(BuildingUnit, row_id)
        if unit is None:
            return ""
        home = unit.building
        return f"{home.estate.name} {home.building_norm} 号楼 {unit.unit_norm} 单元"
    place = places_by_id([row_id]).get(row_id)
    return place.short if place else ""


def scope_size(kind: str, row_id: int) -> int:
    """How many active premises lie in a scope."""
    column = {
        "premise": Premise.id,
        "building_unit": BuildingUnit.id,
        "building": Building.id,
        "estate": Estate.id,
        "district": Estate.district_id,
    }[kind]
    query = (
        select(func.count(Premise.id))
        .join(BuildingUnit, Premise.building_unit_id == BuildingUnit.id)
        .join(Building, BuildingUnit.building_id == Building.id)
        .join(Estate, Building.estate_id == Estate.id)
        .where(column == row_id, Premise.status == "active")
    )
    return db.session.scalar(query) or 0


def resolve_scope(text: str) -> tuple[str, int] | None:
    """The scope that a typed place means: 和风小区, 和风小区3号楼, 和风小区3号楼2单元, a door.

    None when the estate is unknown or ambiguous, or the building is not on file.
    """
    flat = addresses.clean(text)
    parsed = addresses.parse(flat + "1") if flat.endswith(("号楼", "栋", "幢", "座", "单元")) else None
    if parsed is not None and flat.endswith("单元"):
        return _find_scope(parsed.estate, parsed.building, parsed.unit, "")
    if parsed is not None:
        return _find_scope(parsed.estate, parsed.building, "", "")
    estates = find_estates(flat)
    if len(estates) == 1:
        return ("estate", estates[0].id)
    district = db.session.scalar(select(District).where(District.name == flat))
    if district is not None:
        return ("district", district.id)
    whole = addresses.parse(flat)
    if whole is None or not whole.estate:
        return None
    return _find_scope(whole.estate, whole.building, whole.unit, whole.door)


def _find_scope(estate: str, building: str, unit: str, door: str) -> tuple[str, int] | None:
    estates = find_estates(estate)
    if len(estates) != 1:
        return None
    query = place_query().where(
        Estate.id == estates[0].id, Building.building_norm == building
    )
    if unit or door:
        query = query.where(BuildingUnit.unit_norm == unit)
    if door:
        query = query.where(Premise.door_norm == door)
    row = db.session.execute(query.limit(1)).first()
    if row is None:
        return None
    place = place_of(row)
    if door:
        return ("premise", place.id)
    return ("building_unit", place.building_unit_id) if unit else ("building", place.building_id)
