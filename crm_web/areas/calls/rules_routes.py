"""The page of the recording rules."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.calls import rules_queries, rules_services, words
from crm_web.errors import Conflict, Invalid
from crm_web.extensions import db
from crm_web.paging import page_number, paginate
from crm_web.security import require

blueprint = Blueprint(
    "recording_rules", __name__, url_prefix="/org/recording-rules", template_folder="templates"
)


@blueprint.get("/")
@require("telephony.edit")
def index() -> ResponseReturnValue:
    return _page({}, 200)


@blueprint.post("/default")
@require("telephony.edit")
def save_default() -> ResponseReturnValue:
    form = request.form
    try:
        rules_services.save_default(
            form.get("default_mode", ""), _days(form.get("default_keep_days")), _ver(form)
        )
    except Invalid as error:
        fields = error.details.get("fields", {})
        return _page({f"default_{name}": text for name, text in fields.items()}, 422)
    return _saved()


@blueprint.post("/")
@require("telephony.edit")
def add() -> ResponseReturnValue:
    form = request.form
    entered = rules_services.RuleForm(
        subject=form.get("subject", "")[:64],
        direction=form.get("direction", "")[:16],
        mode=form.get("mode", "")[:16],
        keep_days=_days(form.get("keep_days")),
    )
    try:
        rules_services.add_rule(entered)
    except (Invalid, Conflict) as error:
        return _page(error.details.get("fields", {}), 422)
    return _saved()


@blueprint.post("/<int:rule_id>/remove")
@require("telephony.edit")
def remove(rule_id: int) -> ResponseReturnValue:
    rules_services.remove_rule(rules_queries.get_rule(rule_id))
    return _saved()


def _saved() -> ResponseReturnValue:
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("recording_rules.index"))


def _page(fields: dict[str, str], status: int) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "calls/rules.html",
        default=rules_queries.default_rule(session),
        default_mode=rules_queries.DEFAULT_MODE,
        default_keep_days=rules_queries.DEFAULT_KEEP_DAYS,
        rules=paginate(rules_queries.exceptions(), page_number(request.args.get("page"))),
        subjects=rules_queries.subjects(),
        words=words,
        fields=fields,
    )
    return page, status


def _days(entered: str | None) -> int | None:
    """-1, which no rule takes, for what is not a number; None for an empty field."""
    text = (entered or "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _ver(form: Mapping[str, str]) -> int:
    text = form.get("ver", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
