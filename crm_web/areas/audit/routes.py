"""The record of acts: a list to search. Nothing here changes it."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.audit import queries
from crm_web.errors import Invalid
from crm_web.security import require

bp = Blueprint("audit", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/audit")
@require("audit.view")
def index() -> ResponseReturnValue:
    wanted = queries.Search(
        actor=request.args.get("actor", "").strip()[:80],
        action=request.args.get("action", "").strip()[:64],
        entity_kind=request.args.get("kind", "").strip()[:32],
        entity_id=request.args.get("id", "").strip()[:64],
        first_day=_day("from"),
        last_day=_day("to"),
    )
    return render_template(
        "audit/index.html",
        wanted=wanted,
        found=queries.search(wanted, request.args.get("before")),
    )


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("日期要像 2026-11-23"), fields={name: text[:32]}) from error
