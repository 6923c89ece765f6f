"""A bill as an announcement: the end of the account number, usage, amount, due date, arrears."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from esl_controller.domain.callers import BillSummary
from ivr_scripts.speech.dates import month, near_date
from ivr_scripts.speech.digits import last_four
from ivr_scripts.speech.money import money
from ivr_scripts.speech.numbers import measured, volume
from ivr_scripts.speech.parts import PAUSE, Part, Parts
from ivr_scripts.speech.units import MEASURES

_UNIT_CODES = {words: f"unit.{code}" for code, words in MEASURES.items()}


def bill_parts(bill: BillSummary, today: date, usage: Parts) -> Parts:
    """What is said; `usage` introduces the consumption (用水, 用气).

    A field that can't be read is left out rather than said wrong: the caller can ask a person.
    """
    said: list[Part] = ["account.ending", *last_four(bill.account_no), "bill.of_account"]
    said += [*_period(bill, today), *_usage(bill, usage), PAUSE]
    if bill.amount_fen >= 0:
        said += ["bill.amount", *money(bill.amount_fen), PAUSE]
    said += ["bill.paid"] if bill.paid else _due(bill, today)
    if bill.arrears_fen > 0:
        said += [PAUSE, "bill.arrears"]
        if bill.arrears_periods > 0:
            said += [*measured(bill.arrears_periods, "unit.period"), PAUSE]
        said += ["bill.arrears_total", *money(bill.arrears_fen)]
    if bill.balance_fen > 0:
        said += [PAUSE, "bill.balance", *money(bill.balance_fen)]
    return (*said, PAUSE)


def _period(bill: BillSummary, today: date) -> Parts:
    try:
        first = date.fromisoformat(f"{bill.period}-01")
    except ValueError:
        return ("bill.period",)
    return month(first.year, first.month, today)


def _usage(bill: BillSummary, intro: Parts) -> Parts:
    try:
        unit = _UNIT_CODES.get(bill.unit, "unit.cubic_metre")
        return (*intro, *volume(Decimal(bill.usage), unit))
    except (InvalidOperation, ValueError):
        return ()


def _due(bill: BillSummary, today: date) -> Parts:
    try:
        due = date.fromisoformat(bill.due_on)
    except ValueError:
        return ("bill.unpaid",)
    if due < today:
        return ("bill.overdue",)
    return ("bill.due", *near_date(due, today), "bill.due_end")
