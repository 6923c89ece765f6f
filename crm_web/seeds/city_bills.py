"""Twelve months of readings and bills for one account. Pure.

Prices are three monthly tiers; a bill of month M falls due on the 15th of M + 2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

MONTHS = 12
_TIERS = ((15, 345), (25, 483), (10_000, 897))  # up to m³ a month, 分 a m³
_SEASON = (0.9, 0.85, 0.95, 1.0, 1.05, 1.15, 1.3, 1.3, 1.15, 1.0, 0.95, 0.9)


@dataclass(frozen=True)
class Month:
    """A billing period: first and last day, and the day it falls due."""

    first: date
    last: date
    due: date


@dataclass(frozen=True)
class BillPlan:
    """One bill to be written; usage and reading in whole m³, money in 分."""

    month: Month
    usage: int
    reading: int
    amount_fen: int
    paid: bool


def _shift(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def months_before(today: date, count: int = MONTHS) -> list[Month]:
    """The last `count` whole months before `today`, oldest first."""
    this = today.replace(day=1)
    firsts = [_shift(this, offset - count) for offset in range(count)]
    return [
        Month(first, _shift(first, 1) - timedelta(days=1), _shift(first, 2).replace(day=15))
        for first in firsts
    ]


def price_fen(usage: int) -> int:
    """What `usage` m³ in a month cost, in 分."""
    total, below = 0, 0
    for upto, each in _TIERS:
        total += max(min(usage, upto) - below, 0) * each
        below = upto
    return total


def bills_for(
    random: Random, months: list[Month], today: date, arrears: int, newest_paid: bool | None = None
) -> Iterator[BillPlan]:
    """Bills of one account; the last `arrears` overdue periods stay unpaid."""
    base = max(2, round(random.gauss(11, 5)))
    reading = random.randrange(80, 1800)
    overdue = [month for month in months if month.due < today]
    unpaid = {month.first for month in overdue[len(overdue) - arrears :]}
    for month in months:
        usage = max(0, round(base * _SEASON[month.first.month - 1] + random.uniform(-2, 2)))
        reading += usage
        if month.due < today:
            paid = month.first not in unpaid
        else:
            lucky = random.random() < 0.5
            paid = arrears == 0 and (lucky if newest_paid is None else newest_paid)
        yield BillPlan(month, usage, reading, price_fen(usage), paid)
