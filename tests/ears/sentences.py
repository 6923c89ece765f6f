"""What the ear test listens to: announcements of every kind, as a flow would put them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from esl_controller.domain.callers import BillSummary
from ivr_scripts.speech import dates, digits
from ivr_scripts.speech.bill import bill_parts
from ivr_scripts.speech.money import money
from ivr_scripts.speech.numbers import measured, volume
from ivr_scripts.speech.parts import PAUSE, Parts

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0)

AMOUNTS = (
    12345, 200500, 58, 18640, 100001, 958, 990, 5, 705, 1111, 2202, 4100, 30007, 47713,
    99999, 123456, 8806, 6020, 21200, 31415, 500000, 1234567, 7384, 1690,
)  # fmt: skip
DUE = (
    date(2026, 12, 15), date(2026, 11, 30), date(2026, 12, 1), date(2026, 11, 24),
    date(2027, 1, 10), date(2026, 12, 31), date(2026, 12, 22), date(2027, 2, 28),
)  # fmt: skip
ACCOUNTS = ("10020034", "10003427", "20518896", "11111111", "70961253", "86420975")
USAGE = (
    ("18", "unit.ton"), ("2", "unit.ton"), ("256", "unit.ton"), ("31", "unit.cubic_metre"),
    ("2.5", "unit.cubic_metre"), ("104.75", "unit.cubic_metre"),
)  # fmt: skip
MOMENTS = (
    datetime(2026, 11, 23, 14, 30), datetime(2026, 11, 23, 18, 0), datetime(2026, 11, 24, 5, 0),
    datetime(2026, 11, 24, 0, 0), datetime(2026, 11, 25, 9, 15), datetime(2026, 11, 28, 22, 45),
)  # fmt: skip
BILLS = (
    BillSummary(
        account_no="10003427", premise_id="p1", period="2026-10", usage="18", unit="吨",
        reading="1234", amount_fen=5940, due_on="2026-12-15", arrears_fen=0, arrears_periods=0,
        paid=False, balance_fen=0,
    ),
    BillSummary(
        account_no="10002196", premise_id="p2", period="2026-10", usage="31", unit="立方米",
        reading="88", amount_fen=12345, due_on="2026-11-30", arrears_fen=18640, arrears_periods=2,
        paid=False, balance_fen=0,
    ),
    BillSummary(
        account_no="20518870", premise_id="p3", period="2025-12", usage="7", unit="立方米",
        reading="5", amount_fen=2058, due_on="2026-01-15", arrears_fen=0, arrears_periods=0,
        paid=True, balance_fen=4405,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    kind: str
    parts: Parts


def sentences() -> list[Sentence]:
    """The fixed set, in a fixed order."""
    made = [Sentence("money", ("bill.amount", *money(fen))) for fen in AMOUNTS]
    for day in DUE:
        made.append(Sentence("date", ("bill.due", *dates.near_date(day, TODAY), "bill.due_end")))
    for number in ACCOUNTS:
        made.append(Sentence("account", ("account.confirm", *digits.account(number))))
        ending = ("account.ending", *digits.last_four(number), "bill.of_account")
        made.append(Sentence("ending", ending))
    for value, unit in USAGE:
        made.append(Sentence("usage", ("bill.usage_water", *volume(Decimal(value), unit))))
    for at in MOMENTS:
        made.append(Sentence("time", ("outage.etr", *dates.moment(at, NOW))))
    for minutes in (5, 25, 70, 120):
        made.append(Sentence("wait", ("queue.wait", *dates.duration(minutes))))
    for number in ("13812345678", "02162581234"):
        made.append(Sentence("telephone", digits.telephone(number)))
    arrears = ("bill.arrears", *measured(3, "unit.period"), PAUSE, "bill.arrears_total")
    made.append(Sentence("arrears", (*arrears, *money(26870))))
    made.append(Sentence("arrears", ("bill.balance", *money(8020))))
    ending = ("account.ending", *digits.last_four("0021"))
    made.append(Sentence("key", (*ending, "key.press", "num.1")))
    made.append(Sentence("queue", ("queue.ahead", *measured(2, "unit.position"))))
    made += [Sentence("bill", bill_parts(bill, TODAY, ("bill.usage_water",))) for bill in BILLS]
    return made
