"""Accounts and bills: what is owed, what to say of the newest bill, twelve months for a chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm_web.areas.customers.errors import NoSuchAccount
from crm_web.areas.customers.models import Account, Bill
from crm_web.extensions import db

UNIT = "立方米"
OPEN = ("open", "part_paid")
MONTHS = 12


@dataclass(frozen=True)
class Arrears:
    """Overdue money of an account: 分, how many periods, since which due day."""

    fen: int
    periods: int
    since: date | None


def find_account(account_no: str) -> Account | None:
    """The account of a number as keyed or typed; None for anything that is no number of ours."""
    wanted = account_no.strip()
    if not (wanted.isascii() and wanted.isalnum() and len(wanted) <= 32):
        return None
    return db.session.scalar(
        select(Account)
        .where(Account.account_no == wanted)
        .order_by(Account.status == "closed", Account.id)
        .limit(1)
    )


def get_account(account_no: str) -> Account:
    """Raises NoSuchAccount."""
    account = find_account(account_no)
    if account is None:
        raise NoSuchAccount(_("没有这个户号"))
    return account


def bills_of(account_id: int, limit: int = MONTHS) -> list[Bill]:
    """The newest bills of an account (row id), newest first, void ones left out."""
    return list(
        db.session.scalars(
            select(Bill)
            .where(Bill.account_id == account_id, Bill.status != "void")
            .order_by(Bill.period_to.desc())
            .limit(limit)
        )
    )


def owed_fen(bill: Bill) -> int:
    """What is still to be paid of one bill, late fee included."""
    return max(bill.amount_fen + bill.late_fee_fen - bill.paid_fen, 0) if bill.status in OPEN else 0


def arrears_of(account_id: int, today: date) -> Arrears:
    """Overdue bills: due before today and not fully paid."""
    total, periods, since = db.session.execute(
        select(
            func.sum(Bill.amount_fen + Bill.late_fee_fen - Bill.paid_fen),
            func.count(),
            func.min(Bill.due_on),
        ).where(Bill.account_id == account_id, Bill.status.in_(OPEN), Bill.due_on < today)
    ).one()
    return Arrears(int(total or 0), int(periods), since)


def decimal_text(value: Decimal | None) -> str:
    """18, 18.5, 0: no trailing zeros and no exponent; '' for unknown."""
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def bill_summary(account: Account, today: date) -> dict[str, Any] | None:
    """BillSummary of the controller's contract; None when the account never had a bill."""
    newest = next(iter(bills_of(account.id, 1)), None)
    if newest is None:
        return None
    arrears = arrears_of(account.id, today)
    return {
        "account_no": account.account_no,
        "premise_id": account.premise.pub,
        "period": newest.period_to.strftime("%Y-%m"),
        "usage": decimal_text(newest.usage),
        "unit": UNIT,
        "reading": decimal_text(newest.reading),
        "amount_fen": newest.amount_fen,
        "due_on": newest.due_on.isoformat(),
        "arrears_fen": arrears.fen,
        "arrears_periods": arrears.periods,
        "paid": newest.status == "paid",
        "balance_fen": account.balance_fen,
    }


def chart_data(bills: list[Bill]) -> dict[str, Any]:
    """Month labels, usage and money (yuan) oldest first, for the page's chart."""
    rows = sorted(bills, key=lambda bill: bill.period_to)
    return {
        "months": [bill.period_to.strftime("%Y-%m") for bill in rows],
        "usage": [float(bill.usage) for bill in rows],
        "yuan": [bill.amount_fen / 100 for bill in rows],
        "open": [bill.status in OPEN for bill in rows],
    }
