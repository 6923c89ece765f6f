"""What supervisors did to calls and agents, in the audit log.

The web notes the wish; whether it came about, and on which call, only the controller's fact says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from crm_web.columns import from_ms
from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope

_AUDIT = metadata.tables["audit_log"]
_AGENT = metadata.tables["agent"]
_USER = metadata.tables["user"]


def released(connection: Connection, event: Envelope) -> None:
    """A call was ended by force."""
    who = _user(event.body["user_id"]) if event.body.get("user_id") else _agent(event.agent_no)
    after = {"agent": event.body.get("target")}
    write(connection, event, who, "call.forced_release", after)


def taken_over(connection: Connection, event: Envelope) -> None:
    """The agent's talk ended because somebody took their place."""
    taker = str(event.body.get("transfer_target") or "").removeprefix("agent:")
    write(connection, event, _agent(taker), "call.take_over", {"agent": event.agent_no})


def helped(connection: Connection, event: Envelope) -> None:
    """A call for help was answered, in words or by coming."""
    body = event.body
    after = {"agent": event.agent_no, "reply": str(body.get("reply") or "")[:255]}
    write(connection, event, _agent(body.get("by")), "call.answer_help", after)


def ordered(connection: Connection, event: Envelope) -> None:
    """An order was taken, at once or for the end of the call."""
    body = event.body
    write(
        connection,
        event,
        _user(body.get("user_id")),
        f"agent.{body['order']}",
        {"at_once": bool(body.get("at_once"))},
        on=("agent", str(event.agent_no)),
        reason=str(body.get("reason") or "")[:255],
    )


def by_agent_id(agent_id: int) -> Select[Any]:
    """The user behind an agent's row."""
    return _of_agents().where(_AGENT.c.id == agent_id)


def _agent(agent_no: object) -> Select[Any]:
    return _of_agents().where(_AGENT.c.agent_no == str(agent_no or ""))


def _of_agents() -> Select[Any]:
    return select(_USER.c.id, _USER.c.display_name).join(_AGENT, _AGENT.c.user_id == _USER.c.id)


def _user(pub: object) -> Select[Any]:
    return select(_USER.c.id, _USER.c.display_name).where(_USER.c.pub == str(pub or ""))


def write(
    connection: Connection,
    event: Envelope,
    who: Select[Any],
    action: str,
    after: Mapping[str, Any],
    *,
    on: tuple[str, str] | None = None,
    reason: str = "",
) -> None:
    """The event's time is when it was done. `on` is what it was done to, else the event's call."""
    contact = ("contact", event.contact_id) if event.contact_id else ("agent", event.agent_no)
    kind, entity = on or contact
    user = connection.execute(who).one_or_none()
    row = {
        "at": from_ms(event.at),
        "actor_kind": "user",
        "user_id": user.id if user else None,
        "actor_name": user.display_name if user else "",
        "action": action,
        "entity_kind": kind,
        "entity_id": str(entity),
        "reason": reason,
        "after": dict(after),
        "request_id": event.id,
    }
    connection.execute(_AUDIT.insert(), row)
