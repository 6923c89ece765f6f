"""What the controller asks once for each call. Service token, JSON, no cookies, < 200 ms.

Nothing here refuses a number for its looks: whatever text arrives, the worst answer is "none".
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from crm_web import localtime
from crm_web.areas.customers import queries
from crm_web.areas.customers.errors import NoSuchAccount
from crm_web.areas.customers.models import Account
from crm_web.areas.org import queries as org
from crm_web.security import internal
from crm_web.transaction import reads

bp = Blueprint("customers_internal", __name__, url_prefix="/internal")


def _text(body: Any, name: str) -> str:
    """A field of the body as text; numbers and null are taken for what they look like."""
    value = body.get(name) if isinstance(body, dict) else None
    return str(value)[:256] if isinstance(value, (str, int)) else ""


@bp.post("/callers/identify")
@internal
@reads
def identify() -> ResponseReturnValue:
    """CallerProfile of a number; always 200."""
    body = request.get_json(silent=True, force=True)
    called = _text(body, "called_number")
    districts = {row.number: row.district_id for row in org.called_numbers()}
    profile = queries.profile_for_number(_text(body, "number"), districts.get(called))
    return jsonify(profile)


@bp.get("/accounts/<account_no>")
@internal
def account(account_no: str) -> ResponseReturnValue:
    """AccountBrief of a keyed number, or 404. It names nobody: the caller is not identified yet."""
    row = _open_account(account_no)
    hits = queries.outages_for_premises([row.premise_id])
    return jsonify(
        account_no=row.account_no,
        premise_id=row.premise.pub,
        status=row.status,
        outages=[hit.brief() for hit in hits],
    )


@bp.get("/accounts/<account_no>/bill")
@internal
def bill(account_no: str) -> ResponseReturnValue:
    """BillSummary of the newest bill, or 404."""
    summary = queries.bill_summary(_open_account(account_no), localtime.today())
    if summary is None:
        raise NoSuchAccount("this account has no bill yet")
    return jsonify(summary)


def _open_account(account_no: str) -> Account:
    row = queries.find_account(account_no)
    if row is None or row.status == "closed":
        raise NoSuchAccount("there is no such account")
    return row
