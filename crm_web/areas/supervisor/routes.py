"""The floor page of supervisors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm_web.areas.desk import queries as desk
from crm_web.areas.supervisor import queries, services, words
from crm_web.errors import Forbidden
from crm_web.extensions import limiter
from crm_web.security import can, me, require

bp = Blueprint("supervisor", __name__, url_prefix="/supervisor", template_folder="templates")
blueprints = (bp,)

ORDERS_LIMIT = "30/minute"
AGENT = "AGENT"  # stands for the agent number in the address that the page fills in


def _user_key() -> str:
    return f"supervisor:{getattr(current_user, 'pub', request.remote_addr)}"


def _demand_whole_floor() -> None:
    if me().scope(queries.FLOOR) != queries.ALL:
        raise Forbidden(_("现场只给班长、主任和管理员看。"))


@bp.get("")
@require("agent_state.view_live")
def page() -> ResponseReturnValue:
    _demand_whole_floor()
    texts = {
        **words.floor_texts(),
        "reasons": {
            **words.system_reasons(),
            **{reason.code: reason.name for reason in desk.reasons()},
        },
        "people": queries.people(),
        "urls": {
            "snapshot": url_for("supervisor.snapshot"),
            "order": url_for("supervisor.order", agent_no=AGENT),
        },
    }
    return render_template(
        "supervisor/page.html", texts=texts, may_force=can(queries.FORCE), states=words.STATES
    )


@bp.get("/snapshot")
@require("agent_state.view_live")
def snapshot() -> ResponseReturnValue:
    """{agents, queues, at, today}: the whole picture, and the day's figures by queue."""
    _demand_whole_floor()
    return jsonify(**queries.floor(), today=queries.today_by_queue())


@bp.post("/agents/<agent_no>/orders")
@require("agent_state.force")
@limiter.limit(ORDERS_LIMIT, key_func=_user_key)
def order(agent_no: str) -> ResponseReturnValue:
    """{action, reason} → 202 {id}. What became of it shows on the floor."""
    data: dict[str, Any] = request.get_json(silent=True) or {}
    sent = services.order(
        me(), agent_no[:16], str(data.get("action", ""))[:32], str(data.get("reason", ""))
    )
    return jsonify(id=sent), 202
