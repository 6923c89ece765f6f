"""The phone beside the board. Whoever may listen has one there, also without a desk: a director or
a quality inspector signs in to listen, and stays not ready, so no queue calls them."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm_web import json_input
from crm_web.areas.desk import queries as desk
from crm_web.areas.desk import services
from crm_web.areas.desk.credentials import phone_credentials
from crm_web.areas.supervisor.errors import BadOrder
from crm_web.extensions import limiter
from crm_web.security import me, require
from crm_web.transaction import reads

bp = Blueprint("chair", __name__, url_prefix="/supervisor/chair")

CHAIR = "call.monitor"
LIMIT = "60/minute"
#: What the board does for the own phone. "Ready" is not among it.
OWN = frozenset(
    {"sign_in", "sign_out", "answer", "reject", "hang_up", "rejoin", "finish_wrap_up"}
)


def _user_key() -> str:
    return f"chair:{getattr(current_user, 'pub', request.remote_addr)}"


@bp.get("")
@require("call.monitor")
def snapshot() -> ResponseReturnValue:
    """{agent, call} as the `desk` event carries them."""
    return jsonify(**desk.live_state(services.agent_no_of(me())))


@bp.post("/commands")
@require("call.monitor")
@limiter.limit(LIMIT, key_func=_user_key)
@reads
def command() -> ResponseReturnValue:
    """{type, body} → 202 {id}. The outcome is the next `desk` event, or `refused` with the id."""
    data = json_input.sent_data()
    action = json_input.text_of(data, "type", 32)
    if action not in OWN:
        raise BadOrder(_("没有这个操作"))
    sent = services.send_command(me(), action, data.get("body"), request.remote_addr or "")
    return jsonify(id=sent), 202


@bp.post("/phone-session")
@require("call.monitor")
@limiter.limit(LIMIT, key_func=_user_key)
def phone_session() -> ResponseReturnValue:
    """{desk} → what the page's phone registers with; for the own extension only."""
    user, ws_url = me(), current_app.extensions["settings"].phone_ws_url
    tab = json_input.text_of(json_input.sent_data(), "desk", 64)
    return jsonify(phone_credentials(user, services.agent_no_of(user), tab, ws_url))
