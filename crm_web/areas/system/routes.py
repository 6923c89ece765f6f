"""The state of the parts: for monitoring, and for the administrator."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from crm_web.areas.system import queries, words
from crm_web.security import public, require

bp = Blueprint("system", __name__, template_folder="templates")
blueprints = (bp,)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 while the web can work (also degraded), 503 when a vital part of it is down."""
    found = queries.health()
    return jsonify(found.as_json()), 503 if found.state == queries.DOWN else 200


@bp.get("/system")
@require("setting.edit")
def index() -> ResponseReturnValue:
    return render_template(
        "system/index.html",
        health=queries.health(),
        jobs=queries.last_jobs(),
        repairs=queries.last_repairs(),
        words=words,
    )
