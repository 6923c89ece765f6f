"""The phone of the page: who may have it, and what it registers with."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm_web import audit, phone_sessions
from crm_web.areas.desk import queries
from crm_web.errors import Conflict, Unavailable
from crm_web.redis_link import client
from crm_web.security import Principal
from esl_controller.contract import keys


def phone_credentials(user: Principal, agent_no: str, desk: str, ws_url: str) -> dict[str, Any]:
    """New credentials for the own extension; those that another page holds end.

    `desk` names the asking tab. Raises Unavailable when the extension is not published, Conflict
    when the agent has a phone of another kind or another tab has the phone.
    """
    phone = queries.phone_of(agent_no)
    if phone is None:
        raise Unavailable(_("你的分机还没有发布到话务系统，请管理员发布配置。"))
    if phone["media"] in ("sip", "remote"):
        raise Conflict(_("你的分机不是浏览器话机，用桌上的话机接听。"))
    owner = client().get(f"{keys.PHONE_OWNER}{agent_no}")
    if desk and owner and owner != desk:
        raise Conflict(_("话机已移到另一个页面，这里只能看，不能接"))
    made = phone_sessions.issue(agent_no, phone["extension"], phone["domain"], user.session_id)
    audit.record("phone.session", "agent", agent_no, after={"extension": made.extension})
    return {
        "uri": f"sip:{made.extension}@{made.realm}",
        "extension": made.extension,
        "realm": made.realm,
        "ha1": made.ha1,
        "sid": made.sid,
        "expires": made.expires,
        "ws_url": ws_url,
    }
