"""The page of the limits of not-ready reasons."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.org import reasons
from crm_web.areas.org.errors import BadInput
from crm_web.security import require

bp = Blueprint(
    "reasons", __name__, url_prefix="/org/not-ready-reasons", template_folder="templates"
)


@bp.get("/")
@require("dictionary.edit")
def index() -> ResponseReturnValue:
    return _page({}, 200)


@bp.post("/")
@require("dictionary.edit")
def save() -> ResponseReturnValue:
    try:
        reasons.save_limits(_given("most_min"), _given("ver"))
    except BadInput as error:
        return _page(error.details["fields"], 422)
    flash(_("已保存，坐席刷新页面后看到"), "ok")
    return redirect(url_for("reasons.index"))


def _given(name: str) -> dict[str, str]:
    """code → what the form says in `name:code`."""
    return {item.code: request.form.get(f"{name}:{item.code}", "") for item in reasons.editable()}


def _page(fields: dict[str, str], status: int) -> ResponseReturnValue:
    page = render_template(
        "org/reasons.html",
        reasons=reasons.editable(),
        entered=_given("most_min") if fields else {},
        fields=fields,
        most=reasons.LONGEST_MIN,
    )
    return page, status
