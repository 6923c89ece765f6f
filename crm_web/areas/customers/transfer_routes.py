"""Taking a registry in (XLSX, CSV) and out (XLSX)."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web import audit, localtime
from crm_web.areas.customers import exporting, importing
from crm_web.areas.customers.blueprint import bp
from crm_web.areas.customers.errors import BadInput
from crm_web.errors import Invalid
from crm_web.security import reason_for, require

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _download(body: bytes, name: str) -> Response:
    reply = Response(body, mimetype=XLSX)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    reply.headers["Cache-Control"] = "no-store"
    return reply


@bp.get("/import")
@require("customer.import")
def import_page() -> ResponseReturnValue:
    return _import_page()


def _import_page(**about: Any) -> str:
    parts = {"report": None, "fields": {}, **about}
    return render_template("customers/import.html", columns=importing.COLUMNS, **parts)


@bp.post("/import")
@require("customer.import")
def import_file() -> ResponseReturnValue:
    """Takes good rows in and reports the bad ones by row number; "check" only reports."""
    file = request.files.get("file")
    try:
        reason = reason_for("customer.import", request.form.get("reason"))
        if file is None or not file.filename:
            raise BadInput(_("选一个文件"), fields={"file": _("选一个文件")})
        rows = importing.read_table(file.read(), file.filename)
    except Invalid as error:
        return _import_page(fields=error.details["fields"]), 422
    report = importing.take_in(rows, only_check=request.form.get("check") == "1")
    audit.record(
        "customer.import", "file", file.filename[:64], reason=reason, after=report.counts()
    )
    status = 422 if report.errors and not report.created else 200
    return _import_page(report=report), status


@bp.get("/import/template.xlsx")
@require("customer.import")
def import_template() -> ResponseReturnValue:
    return _download(importing.template(), "clearline-import.xlsx")


@bp.post("/export")
@require("customer.export")
def export() -> ResponseReturnValue:
    """Doors that fit the search with people and accounts; a reason is asked for and recorded."""
    reason = reason_for("customer.export", request.form.get("reason"))
    text = request.form.get("q", "")[:64]
    body, count = exporting.premises_xlsx(text)
    audit.record("customer.export", "premise", text or "*", reason=reason, after={"rows": count})
    return _download(body, f"premises-{localtime.today():%Y%m%d}.xlsx")
