"""Sessions and state intervals of agents, from events that may come late or twice.

An interval ends where the next one begins. So a late event is put between its neighbours, and
the open interval is always the one that began last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from crm_web.columns import from_ms
from crm_web.models import metadata

_SESSION = metadata.tables["agent_session"]
_INTERVAL = metadata.tables["agent_state_interval"]
_ITEM = metadata.tables["dictionary_item"]
_DICTIONARY = metadata.tables["dictionary"]


def sign_in(connection: Connection, agent_id: int, body: Mapping[str, Any]) -> None:
    """Open the session `session_id`, unless it is known."""
    if session_of(connection, body["session_id"]) is not None:
        return
    connection.execute(
        _SESSION.insert(),
        {
            "pub": str(body["session_id"]),
            "agent_id": agent_id,
            "signed_in_at": from_ms(int(body["at"])),
            "device": str(body.get("device") or "")[:255],
            "ip": str(body.get("ip") or "")[:45],
        },
    )


def sign_out(connection: Connection, body: Mapping[str, Any]) -> None:
    """Close the session. Unknown session: no-op. Its last interval is ended by state_changed."""
    ended = from_ms(int(body["at"]))
    connection.execute(
        update(_SESSION)
        .where(_SESSION.c.pub == str(body["session_id"]))
        .values(signed_out_at=ended, end_reason=str(body.get("end_reason") or "")[:16])
    )


def session_of(connection: Connection, session_pub: str | None) -> int | None:
    """The session's row id, None when there is none."""
    query = select(_SESSION.c.id).where(_SESSION.c.pub == str(session_pub or ""))
    return connection.execute(query).scalar()


def reason_of(connection: Connection, code: str | None) -> int | None:
    """The dictionary item of a not-ready reason, None when it is not one."""
    if not code:
        return None
    query = (
        select(_ITEM.c.id)
        .join(_DICTIONARY, _DICTIONARY.c.id == _ITEM.c.dictionary_id)
        .where(_DICTIONARY.c.kind == "not_ready_reason", _ITEM.c.code == code)
    )
    return connection.execute(query).scalar()


def change_state(
    connection: Connection,
    agent_id: int,
    body: Mapping[str, Any],
    *,
    contact_id: int | None,
    queue_id: int | None,
) -> None:
    """Begin an interval at `at`; it ends the one before it and ends where a later one begins."""
    started = from_ms(int(body["at"]))
    of_agent = _INTERVAL.c.agent_id == agent_id
    same = connection.execute(
        select(_INTERVAL.c.id).where(of_agent, _INTERVAL.c.started_at == started)
    ).scalar()
    values: dict[str, Any] = {
        "state": str(body["state"])[:16],
        "presence": str(body.get("presence") or "")[:16],
        "phone": str(body.get("phone") or "")[:16],
        "work": str(body.get("work") or "")[:16],
        "cause": str(body.get("cause") or "")[:16],
        "session_id": session_of(connection, body.get("session_id")),
        "reason_id": reason_of(connection, body.get("reason")),
        "contact_id": contact_id,
        "queue_id": queue_id,
    }
    if same is not None:
        # Two changes within one millisecond, or the same one again: the last word stays.
        connection.execute(update(_INTERVAL).where(_INTERVAL.c.id == same).values(values))
        return
    later: datetime | None = connection.execute(
        select(_INTERVAL.c.started_at)
        .where(of_agent, _INTERVAL.c.started_at > started)
        .order_by(_INTERVAL.c.started_at)
        .limit(1)
    ).scalar()
    earlier = connection.execute(
        select(_INTERVAL.c.id)
        .where(of_agent, _INTERVAL.c.started_at < started)
        .order_by(_INTERVAL.c.started_at.desc())
        .limit(1)
    ).scalar()
    if earlier is not None:
        # First, so that the unique index never sees two open intervals of one agent.
        connection.execute(
            update(_INTERVAL)
            .where(_INTERVAL.c.id == earlier)
            .values(ended_at=started, open_marker=None)
        )
    times = {"started_at": started, "ended_at": later, "open_marker": None if later else 1}
    connection.execute(_INTERVAL.insert(), {"agent_id": agent_id, **times, **values})
