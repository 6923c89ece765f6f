"""Report pages: the day's calls as table and chart, and its Excel files."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, send_file
from flask_babel import gettext as _

from crm_web import audit
from crm_web.areas.reports import exports, queries
from crm_web.areas.reports.formulas import SERVICE_LEVEL_FORMULA, percent, seconds
from crm_web.areas.reports.metrics import STEPS_MIN, DayReport
from crm_web.errors import NotFound
from crm_web.localtime import site_zone, today
from crm_web.security import reason_for, require

blueprint = Blueprint(
    "reports", __name__, url_prefix="/reports", template_folder="templates", static_folder="static"
)
blueprints = (blueprint,)
blueprint.add_app_template_filter(percent, "percent")
blueprint.add_app_template_filter(seconds, "seconds")


@blueprint.get("/")
@require("report.view")
def index() -> str:
    """The day's call report."""
    day, step, queue = _wanted(request.args)
    report = queries.report_of(day, step, queue)
    return render_template(
        "reports/day.html",
        report=report,
        queue=queue,
        today=today(),
        queues=queries.queue_choices(),
        runs=queries.scheduled_runs(),
        chart=_chart(report),
        formula=SERVICE_LEVEL_FORMULA,
    )


@blueprint.post("/day.xlsx")
@require("report.export")
def export_day() -> Response:
    """The same report as Excel; the reason is kept in the audit log."""
    reason = reason_for("report.export", request.form.get("reason"))
    day, step, queue = _wanted(request.form)
    content, rows = exports.to_excel(queries.report_of(day, step, queue), site_zone())
    asked = {"day": day.isoformat(), "step_min": step, "queue": queue, "rows": rows}
    audit.record("report.export", "report", exports.DAY_CALLS, after=asked, reason=reason)
    return send_file(
        io.BytesIO(content),
        mimetype=exports.EXCEL,
        as_attachment=True,
        download_name=f"calls-{day.isoformat()}.xlsx",
    )


@blueprint.post("/runs/<pub>.xlsx")
@require("report.export")
def download_run(pub: str) -> Response:
    """The file of a scheduled export."""
    reason = reason_for("report.export", request.form.get("reason"))
    run = queries.get_run(pub)
    path = current_app.extensions["settings"].reports_dir / str(run.storage_key)
    if not path.is_file():
        raise NotFound(_("这个导出文件已经不在了"))
    audit.record("report.export", "report_run", pub, after=dict(run.params), reason=reason)
    return send_file(path, mimetype=exports.EXCEL, as_attachment=True, download_name=path.name)


def _wanted(values: Any) -> tuple[date, int, str]:
    """Day, bucket length and queue asked for; what can't be read becomes today, an hour, all."""
    try:
        day = min(date.fromisoformat(values.get("day", "")), today())
    except ValueError:
        day = today()
    step = values.get("step", "")
    minutes = int(step) if step in {str(known) for known in STEPS_MIN} else STEPS_MIN[-1]
    return max(day, date(2000, 1, 1)), minutes, values.get("queue", "")[:32]


def _chart(report: DayReport) -> dict[str, list[Any]]:
    """Series for the page's chart; None where there is nothing to divide by."""
    rows = report.buckets
    return {
        "times": [row.start.strftime("%H:%M") for row in rows],
        "answered": [row.visits.answered for row in rows],
        "abandoned": [row.visits.abandoned for row in rows],
        "others": [
            row.visits.offered - row.visits.answered - row.visits.abandoned for row in rows
        ],
        "level": [
            None if row.visits.service_level is None else round(row.visits.service_level * 100, 1)
            for row in rows
        ],
    }
