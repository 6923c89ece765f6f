"""What a supervisor may order of an agent. Every order is a command and an audit row."""

from __future__ import annotations

from flask_babel import gettext as _

from crm_web import audit, telephony
from crm_web.areas.org import queries as org
from crm_web.areas.supervisor import queries
from crm_web.areas.supervisor.errors import BadOrder, NotYourAgent
from crm_web.security import Principal

ORDERS = ("force_ready", "force_not_ready", "force_sign_out")
MIN_REASON = 2
MAX_REASON = 200


def order(user: Principal, agent_no: str, action: str, reason: str) -> str:
    """Send an order; returns the command's id. Raises BadOrder, NotYourAgent or NoSuchAgent."""
    if action not in ORDERS:
        raise BadOrder(_("没有这个操作"))
    reason = reason.strip()[:MAX_REASON]
    if len(reason) < MIN_REASON:
        message = _("请写原因，至少 2 个字")
        raise BadOrder(message, fields={"reason": message})
    agent = org.get_agent(agent_no)
    if not queries.may_force(user, agent.agent_no):
        raise NotYourAgent(_("这个坐席不归你管"))
    audit.record(f"agent.{action}", "agent", agent.agent_no, reason=reason)
    return telephony.send(
        action,
        agent_no=agent.agent_no,
        body={
            "by": {"user_id": user.pub, "name": user.name, "permission": queries.FORCE},
            "reason": reason,
        },
    )
