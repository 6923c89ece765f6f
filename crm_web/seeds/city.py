"""The demonstration city 青澜: 5,000 doors with people, bills, tickets, calls and two outages."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import func, select, update

from crm_web import localtime
from crm_web.areas.customers.models import Estate, Premise
from crm_web.areas.tickets.models import Ticket
from crm_web.areas.tickets.workflow import UNFINISHED_STATES
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.seeds import city_calls, city_outages, city_registry, city_tickets
from crm_web.seeds.city_plan import DEMO_CALLERS, ESTATES
from crm_web.transaction import unit_of_work

__all__ = ["DEMO_CALLERS", "NUMBERS_FILE", "seed", "write_numbers"]

#: In the data folder; the rehearsal switch draws its callers from it.
NUMBERS_FILE = Path("rehearsal") / "numbers.json"


def seed() -> bool:
    """Write the city once; returns whether it was written now.

    Needs the base data and the demonstration's people; runs in its own transaction. A second run
    only moves the two demonstration outages on when their time has passed.
    """
    with unit_of_work():
        now = utc_now()
        if _is_there():
            city_outages.freshen(now)
            return False
        city = city_registry.City(now, localtime.today())
        city_registry.write_places(city)
        homes = list(city_registry.households(city))
        city_registry.write_people(city, homes)
        city_registry.write_accounts(city, homes)
        city_outages.write_outages(city)
        city_tickets.write_tickets(city)
        _count_open_tickets()
        city_calls.write_calls(city)
    return True


def write_numbers(home: Path) -> None:
    """List the demonstration's numbers for the simulated callers, below the data folder."""
    file = home / NUMBERS_FILE
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(json.dumps([caller.number for caller in DEMO_CALLERS]), encoding="utf-8")


def _is_there() -> bool:
    pub = city_registry.pub("estate", ESTATES[0].name)
    return db.session.scalar(select(Estate.id).where(Estate.pub == pub)) is not None


def _count_open_tickets() -> None:
    rows = db.session.execute(
        select(Ticket.premise_id, func.count())
        .where(Ticket.status.in_(UNFINISHED_STATES), Ticket.premise_id.is_not(None))
        .group_by(Ticket.premise_id)
    ).all()
    for premise_id, count in rows:
        db.session.execute(
            update(Premise)
            .where(Premise.id == premise_id)
            .values(open_ticket_count=count)
            .execution_options(synchronize_session=False)
        )
