"""The floor page of supervisors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from crm_web import json_input, localtime
from crm_web.areas.desk import queries as desk
from crm_web.areas.org import queries as org
from crm_web.areas.supervisor import queries, services, words
from crm_web.areas.supervisor.chair_routes import CHAIR
from crm_web.areas.supervisor.chair_routes import bp as chair_bp
from crm_web.areas.supervisor.queue_routes import bp as queues_bp
from crm_web.errors import Forbidden
from crm_web.extensions import limiter
from crm_web.security import can, me, require
from crm_web.shared import shell

bp = Blueprint("supervisor", __name__, url_prefix="/supervisor", template_folder="templates")
blueprints = (bp, chair_bp, queues_bp)

ORDERS_LIMIT = "30/minute"
CALLS_LIMIT = "60/minute"
AGENT = "AGENT"  # stands for the agent number in the address that the page fills in
QUEUE = "QUEUE"
CALL = "CALL"
CHANGE_QUEUE = "queue.change_live"


def _user_key() -> str:
    return f"supervisor:{getattr(current_user, 'pub', request.remote_addr)}"


def _demand_whole_floor() -> None:
    if me().scope(queries.FLOOR) != queries.ALL:
        raise Forbidden(_("现场只给班长、主任和管理员看。"))


@bp.get("")
@require("agent_state.view_live")
def page() -> ResponseReturnValue:
    _demand_whole_floor()
    own, acts = _own_phone(), services.ON_CALLS
    texts = {
        **words.floor_texts(),
        "reasons": {
            **words.system_reasons(),
            **{reason.code: reason.name for reason in desk.reasons()},
        },
        "people": queries.people(),
        "limits": org.reason_limits(),
        "urls": {
            "snapshot": url_for("supervisor.snapshot"),
            "order": url_for("supervisor.order", agent_no=AGENT),
            "call": url_for("supervisor.act_on_call", agent_no=AGENT),
            "release": url_for("supervisor.release", contact_id=CALL),
            "works": url_for("supervisor.works"),
            "notices": url_for("supervisor.notify"),
            "desk": url_for("desk.page") if can("desk.use") else "",
            "own": url_for("chair.snapshot"),
            "commands": url_for("chair.command"),
            "phone_session": url_for("chair.phone_session"),
            "queue": url_for("live_queues.queue", code=QUEUE) if can(CHANGE_QUEUE) else "",
        },
        "me": own,
        "may": {action: bool(own["agent_no"]) and can(name) for action, name in acts.items()},
        "look_over": can(queries.LOOK_OVER),
        "may_release": can(services.RELEASE),
    }
    return render_template(
        "supervisor/page.html",
        texts=texts,
        me=own,
        may_force=can(queries.FORCE),
        missing=_missing(own, any(map(can, acts.values()))),
        may_write=can("help_request.answer"),
        people=texts["people"],
        keys_help=words.keys_help(),
        states=words.STATES,
    )


def _missing(own: dict[str, Any], may_act: bool) -> str:
    """Why somebody who may act on calls can't: acts are carried out under an agent number."""
    if own["agent_no"] or not may_act:
        return ""
    if me().agent_no:
        return _("你的工号还没有发布到话务系统，只能看，不能监听、回复和强拆。请管理员发布配置。")
    return _("你的账号没有坐席工号，只能看，不能监听、回复和强拆。请管理员设置。")


def _own_phone() -> dict[str, Any]:
    """{agent_no, media, extension, time_zone}; agent_no is "" for who has no phone here."""
    user = me()
    phone = desk.phone_of(user.agent_no) if user.agent_no and can(CHAIR) else None
    return {
        "agent_no": user.agent_no if phone else "",
        "media": phone["media"] if phone else "",
        "extension": phone["extension"] if phone else "",
        "time_zone": str(localtime.site_zone()),
    }


@bp.get("/snapshot")
@require("agent_state.view_live")
def snapshot() -> ResponseReturnValue:
    """What `floor()` gives, with today and waiting: the whole picture, the day's figures by
    queue, and what is new at places of the rail."""
    _demand_whole_floor()
    return jsonify(**queries.floor(), today=queries.today(), waiting=shell.waiting(can))


@bp.post("/agents/<agent_no>/orders")
@require("agent_state.force")
@limiter.limit(ORDERS_LIMIT, key_func=_user_key)
def order(agent_no: str) -> ResponseReturnValue:
    """{action, reason} → 202 {id}. What became of it shows on the floor."""
    data = json_input.sent_data()
    action, reason = json_input.text_of(data, "action", 32), json_input.text_of(data, "reason")
    sent = services.order(me(), agent_no[:16], action, reason)
    return jsonify(id=sent), 202


@bp.post("/agents/<agent_no>/call")
@require("agent_state.view_live")
@limiter.limit(CALLS_LIMIT, key_func=_user_key)
def act_on_call(agent_no: str) -> ResponseReturnValue:
    """{action, contact_id, reply} → 202 {id}: listen, whisper, barge in, take over, release, answer
    help; `contact_id` is the call that the page showed."""
    data = json_input.sent_data()
    act = services.ActOnCall(
        json_input.text_of(data, "action", 32),
        data.get("contact_id"),
        json_input.text_of(data, "reply", services.MAX_NOTICE),
    )
    sent = services.act_on_call(me(), agent_no[:16], act)
    return jsonify(id=sent), 202


@bp.post("/unserved/<contact_id>/release")
@require("call.forced_release")
@limiter.limit(CALLS_LIMIT, key_func=_user_key)
def release(contact_id: str) -> ResponseReturnValue:
    """202 {id}: end a call that no agent serves. What became of it shows on the floor."""
    _demand_whole_floor()
    return jsonify(id=services.release_unserved(me(), contact_id)), 202


@bp.get("/works")
@require("desk.view_other")
def works() -> ResponseReturnValue:
    """{agent_no: {contact_id, people, place, ticket}}: whom they serve and what they write."""
    _demand_whole_floor()
    return jsonify(queries.works(me()))


@bp.post("/notices")
@require("help_request.answer")
@limiter.limit(ORDERS_LIMIT, key_func=_user_key)
def notify() -> ResponseReturnValue:
    """{to: agent number or "all", text, urgent} → 202 {id, reached: how many are signed in}."""
    _demand_whole_floor()
    data = json_input.sent_data()
    to = json_input.text_of(data, "to", 16)
    said = json_input.text_of(data, "text", services.MAX_NOTICE)
    made = services.notify(me(), to, said, bool(data.get("urgent")))
    return jsonify(id=made, reached=queries.count_signed_in(to)), 202
