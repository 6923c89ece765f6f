"""Numbers that people read out: GD261123-00042, gapless enough, never twice."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from crm_web.areas.org.models import NumberSequence
from crm_web.extensions import db


def next_number(name: str, day: date) -> str:
    """The next number of `name` (letters) on `day`; its row stays locked until the commit."""
    period = day.strftime("%y%m%d")
    if not _advance(name, period):
        try:
            with db.session.begin_nested():
                db.session.add(NumberSequence(name=name, period=period, last_value=1))
        except IntegrityError:  # another request opened the day at the same moment
            _advance(name, period)
    value = db.session.scalar(
        select(NumberSequence.last_value).where(
            NumberSequence.name == name, NumberSequence.period == period
        )
    )
    return f"{name}{period}-{value:05d}"


def _advance(name: str, period: str) -> bool:
    result = db.session.execute(
        update(NumberSequence)
        .where(NumberSequence.name == name, NumberSequence.period == period)
        .values(last_value=NumberSequence.last_value + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
