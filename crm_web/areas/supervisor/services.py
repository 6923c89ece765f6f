"""What supervisors order, do to calls and write to desks. Each is a command and an audit row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm_web import audit, telephony
from crm_web.areas.desk import commands
from crm_web.areas.org import queries as org
from crm_web.areas.supervisor import queries
from crm_web.areas.supervisor.errors import BadOrder, NoPhone, NotYourAgent
from crm_web.realtime import notices
from crm_web.security import Principal, demand
from esl_controller.domain.agent_commands import ORDERS

#: What is done to a call, and the permission it needs.
ON_CALLS = {
    "monitor": "call.monitor",
    "whisper": "call.whisper",
    "barge_in": "call.barge_in",
    "stop_monitor": "call.monitor",
    "take_over": "call.take_over",
    "forced_release": "call.forced_release",
    "answer_help": "help_request.answer",
}
LEAVE = "stop_monitor"
RELEASE = "call.forced_release"
MAX_NOTICE = 300
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
    if not queries.reaches(user, queries.FORCE, agent.agent_no):
        raise NotYourAgent(_("这个坐席不归你管"))
    # What becomes of it is written down from the controller's fact.
    audit.record(f"agent.{action}_asked", "agent", agent.agent_no, reason=reason)
    return telephony.send(
        action,
        agent_no=agent.agent_no,
        body={
            "by": {
                "user_id": user.pub,
                "name": user.name,
                "permission": queries.FORCE,
            },
            "reason": reason,
        },
    )


@dataclass(frozen=True)
class ActOnCall:
    """`contact_id` is the call that was shown when the button was pressed: by the time that the
    act arrives the agent may serve the next one. Leaving is meant whatever the call."""

    action: str
    contact_id: Any = None
    reply: str = ""


def act_on_call(user: Principal, agent_no: str, act: ActOnCall) -> str:
    """Listen to, join, take over or end the call of an agent, or answer the call for help.

    Returns the command's id. Raises BadOrder, BadCommand for a call that is none, Forbidden,
    NotYourAgent, NoPhone or NoSuchAgent.
    """
    action, reply = act.action, act.reply
    if action not in ON_CALLS:
        raise BadOrder(_("没有这个操作"))
    permission = ON_CALLS[action]
    demand(permission)
    call = {} if action == LEAVE else {"contact_id": commands.contact_id(act.contact_id)}
    agent = org.get_agent(agent_no)
    if not queries.reaches(user, permission, agent.agent_no):
        raise NotYourAgent(_("这个坐席不归你管"))
    if not user.agent_no:
        raise NoPhone(_("你的账号没有坐席工号，没有话机可以监听。请管理员设置。"))
    # The act is written down from the controller's fact: this is the wish for it.
    shown = {**call, "reply": reply.strip()[:255]} if reply.strip() else call
    audit.record(f"call.{action}_asked", "agent", agent.agent_no, after=shown or None)
    return telephony.send(
        action,
        agent_no=user.agent_no,
        body={
            "by": {"user_id": user.pub, "name": user.name, "permission": permission},
            "target": agent.agent_no,
            **call,
            "reply": reply.strip()[:MAX_NOTICE],
        },
    )


def release_unserved(user: Principal, contact_id: Any) -> str:
    """End a call that goes on without an agent. Returns the command's id.

    It is done by the user, who needs no agent number. Raises BadCommand, NotUnserved, NotYourAgent.
    """
    call = queries.get_unserved(commands.contact_id(contact_id))
    last = call.get("agent_no")
    if last and not queries.reaches(user, RELEASE, last):
        raise NotYourAgent(_("这个坐席不归你管"))
    audit.record("call.forced_release_asked", "contact", call["contact_id"])
    by = {"user_id": user.pub, "name": user.name, "permission": RELEASE}
    body = {"by": by, "contact_id": call["contact_id"]}
    return telephony.send("release_unserved", contact_id=call["contact_id"], body=body)


def notify(user: Principal, to: str, text: str, urgent: bool) -> str:
    """Write to one agent's desk, or to all desks; returns the notice's id."""
    text = text.strip()[:MAX_NOTICE]
    if not text:
        message = _("写一句要说的话")
        raise BadOrder(message, fields={"text": message})
    if to != notices.EVERYBODY:
        to = org.get_agent(to).agent_no
        if not queries.reaches(user, "help_request.answer", to):
            raise NotYourAgent(_("这个坐席不归你管"))
    audit.record("desk.notice", "agent", to, after={"text": text, "urgent": urgent})
    return str(notices.send(to, text, user.name, urgent)["id"])
