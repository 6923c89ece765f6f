"""Which outages reach which doors, now.

A premise has at most five ancestors (itself, unit, building, estate, district). Whoever asks
walks them first (`customers.queries.ancestors_of`); one query on the scope index then finds the
outages of exactly those places, whatever the size of the city.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from crm_web.areas.outages import rules
from crm_web.areas.outages.errors import NoSuchOutage
from crm_web.areas.outages.models import Outage, OutageScope
from crm_web.columns import to_ms, utc_now
from crm_web.extensions import db

Places = Mapping[tuple[str, int], AbstractSet[str]]  # (scope_kind, row id) → premise public ids

AREA_LIMIT = 3
PAGE = 50


@dataclass(frozen=True)
class OutageHit:
    """An active outage and the premises (public ids) that were asked for and lie in it."""

    outage: Outage
    premise_ids: tuple[str, ...]

    def brief(self) -> dict[str, Any]:
        """OutageBrief of the controller's contract, and `status` for the desk."""
        row = self.outage
        starts = row.actual_start_at or row.planned_start_at or row.created_at
        until = row.etr_at or row.planned_end_at
        return {
            "outage_id": row.pub,
            "kind": row.kind,
            "cause_kind": row.cause_kind,
            "title": row.title,
            "public_text": row.public_text,
            "voice_text": row.voice_text,
            "starts_at": to_ms(starts),
            "etr_at": to_ms(until) if until else None,
            "premise_ids": list(self.premise_ids),
            "status": row.status,
            "restored_at": to_ms(row.restored_at) if row.restored_at else None,
        }


def _scopes_at(places: Places) -> Any:
    """A condition of equalities: the covering index serves every branch on all databases."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, place in places:
        by_kind[kind].append(place)
    return or_(
        *(
            and_(OutageScope.scope_kind == kind, OutageScope.scope_id.in_(ids))
            for kind, ids in by_kind.items()
        )
    )


def outages_at(
    places: Places, *, include_restored: bool = False, now: datetime | None = None
) -> list[OutageHit]:
    """Active outages that reach any premise below `places`, emergencies first.

    Restored ones stay visible for two hours to people, not to the flow: it would say that there
    is no water.
    """
    if not places:
        return []
    now = now or utc_now()
    scopes = db.session.execute(
        select(OutageScope, Outage)
        .join(Outage, OutageScope.outage_id == Outage.id)
        .where(Outage.status.in_(rules.VISIBLE), _scopes_at(places))
    ).all()
    reached: dict[int, set[str]] = defaultdict(set)
    spared: dict[int, set[str]] = defaultdict(set)
    rows: dict[int, Outage] = {}
    for scope, outage in scopes:
        rows[outage.id] = outage
        target = spared if scope.excluded else reached
        target[outage.id] |= places[scope.scope_kind, scope.scope_id]
    hits = [
        OutageHit(outage, tuple(sorted(reached[key] - spared[key])))
        for key, outage in rows.items()
        if reached[key] - spared[key] and _shown(outage, include_restored, now)
    ]
    return sorted(hits, key=lambda hit: (hit.outage.cause_kind != "emergency", hit.outage.id))


def _shown(outage: Outage, include_restored: bool, now: datetime) -> bool:
    if outage.status == "restored" and not include_restored:
        return False
    return rules.is_active(outage.status, outage.planned_start_at, outage.restored_at, now)


def area_outages(places: Places | None = None, *, now: datetime | None = None) -> list[OutageHit]:
    """At most three active outages to tell a caller whose door we do not know, largest first.

    `places` are those of the called number's area; None = the whole site.
    """
    now = now or utc_now()
    query = select(Outage).where(Outage.status.in_(("published", "ongoing")))
    if places is not None:
        query = query.where(
            Outage.id.in_(select(OutageScope.outage_id).where(_scopes_at(places)))
        )
    query = query.order_by(Outage.affected_count.desc(), Outage.id.desc()).limit(20)
    active = [row for row in db.session.scalars(query) if _shown(row, False, now)]
    return [OutageHit(row, ()) for row in active[:AREA_LIMIT]]


def get_outage(pub: str) -> Outage:
    """The outage of a public id; raises NoSuchOutage."""
    row = db.session.scalar(select(Outage).where(Outage.pub == pub))
    if row is None:
        raise NoSuchOutage(_("没有这条停水信息"))
    return row


def list_outages(state: str = "", before_id: int | None = None, limit: int = PAGE) -> list[Outage]:
    """Newest first; `state` is '' (all), `now` (visible ones) or one status. Keyset by row id."""
    query = select(Outage).order_by(Outage.id.desc()).limit(limit + 1)
    if state == "now":
        query = query.where(Outage.status.in_(("review", "published", "ongoing")))
    elif state:
        query = query.where(Outage.status == state)
    if before_id is not None:
        query = query.where(Outage.id < before_id)
    return list(db.session.scalars(query))
