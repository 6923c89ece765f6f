"""What is off now, telling of a new outage, and moving it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.customers import queries as customers
from crm_web.areas.outages import forms, queries, rules, services
from crm_web.areas.outages.errors import BadOutage, ChangedMeanwhile, OutageRefused
from crm_web.areas.outages.models import Outage
from crm_web.security import can, demand, me, require

bp = Blueprint("outages", __name__, url_prefix="/outages", template_folder="templates")
blueprints = (bp,)

PERMISSIONS = {
    "submit": "outage.draft",
    "discard": "outage.draft",
    "approve": "outage.approve_planned",
    "publish": "outage.publish_emergency",
    "start": "outage.restore",
    "set_etr": "outage.restore",
    "restore": "outage.restore",
    "cancel": "outage.approve_planned",
}


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"rules": rules}


@bp.get("/")
@require("outage.view")
def index() -> ResponseReturnValue:
    state = request.args.get("state", "now")
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    known = state if state in ("now", "", *rules.STATUSES) else "now"
    rows = queries.list_outages(known, before_id)
    older = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    return render_template(
        "outages/index.html", rows=rows[: queries.PAGE], older=older, state=known
    )


def _form_page(status: int = 200, **about: Any) -> ResponseReturnValue:
    return render_template("outages/new.html", **{"errors": {}, **about}), status


@bp.get("/new")
@require("outage.draft")
def new() -> ResponseReturnValue:
    return _form_page(form=request.args)


@bp.post("/new")
@require("outage.draft")
def create() -> ResponseReturnValue:
    """An emergency goes out at once (with that permission), a planned outage to approval."""
    wanted = forms.outage_input(request.form)
    try:
        if wanted.cause_kind == "emergency":
            demand("outage.publish_emergency")
            row = services.publish_emergency(wanted, me().unit_id)
        else:
            row = services.create_outage(wanted, me().unit_id)
    except BadOutage as error:
        return _form_page(422, form=request.form, errors=error.details["fields"])
    flash(_("已发布") if row.status == "ongoing" else _("已存为草稿"))
    return redirect(url_for("outages.detail", pub=row.pub))


def _steps(row: Outage) -> list[str]:
    return [
        name
        for name in rules.allowed_steps(row.status, row.cause_kind)
        if can(PERMISSIONS[name])
    ]


def _detail_page(
    pub: str,
    status: int = 200,
    error: str = "",
    failed: str = "",
    fields: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """`failed` names the step that was refused: its form stands open with what was typed."""
    row = queries.get_outage(pub)
    scopes = [
        (scope.scope_kind, customers.scope_label(scope.scope_kind, scope.scope_id), scope.excluded)
        for scope in row.scopes
    ]
    page = render_template(
        "outages/detail.html",
        row=row,
        scopes=sorted(scopes, key=lambda scope: scope[2]),
        steps=_steps(row),
        error=error,
        failed=failed,
        fields=fields or {},
    )
    return page, status


@bp.get("/<pub>")
@require("outage.view")
def detail(pub: str) -> ResponseReturnValue:
    return _detail_page(pub)


@bp.post("/<pub>/steps/<name>")
@require("outage.view")
def step(pub: str, name: str) -> ResponseReturnValue:
    """One step of the outage's life; its own permission is checked beside the view's."""
    if name not in PERMISSIONS:
        raise OutageRefused(_("没有这个操作"))
    demand(PERMISSIONS[name])
    try:
        services.step(
            pub,
            name,
            ver=forms.ver(request.form),
            etr_at=forms.local_time(request.form, "etr_at"),
            text=forms.text(request.form, "text", 1000),
            by_id=me().id,
        )
    except (OutageRefused, ChangedMeanwhile) as error:
        return _detail_page(pub, 409, error.message, failed=name)
    except BadOutage as error:
        return _detail_page(pub, 422, failed=name, fields=error.details["fields"])
    flash(_("已保存"))
    return redirect(url_for("outages.detail", pub=pub))
