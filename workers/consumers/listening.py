"""Listenings of supervisors: one row each, and its beginning and end in the audit log.

An event that comes again changes nothing: the row is found by the supervisor's channel, and only
a change of the row is audited.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from crm_web.columns import from_ms, to_ms
from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope
from workers.consumers import acts

_SESSION = metadata.tables["monitor_session"]


def started(
    connection: Connection, event: Envelope, contact_id: int, supervisor_id: int, agent_id: int
) -> None:
    """The supervisor hears the call from now on."""
    leg, mode = _leg(event), str(event.body["mode"])
    if _find(connection, _SESSION.c.leg == leg) is not None:
        return
    row = {
        "leg": leg,
        "started_at": from_ms(event.at),
        "modes": [[mode, event.at]],
        "contact_id": contact_id,
        "supervisor_id": supervisor_id,
        "agent_id": agent_id,
    }
    connection.execute(_SESSION.insert(), row)
    after = {"agent": event.body["target"], "mode": mode}
    _audit(connection, f"call.{mode}", event, supervisor_id, after)


def mode_changed(connection: Connection, event: Envelope, contact_id: int, by_id: int) -> None:
    """From listening to whispering or speaking with both, or back."""
    found = _find(
        connection,
        _SESSION.c.contact_id == contact_id,
        _SESSION.c.supervisor_id == by_id,
        _SESSION.c.started_at <= from_ms(event.at),
    )
    entry = [str(event.body["mode"]), event.at]
    if found is None or entry in found["modes"]:
        return
    modes = sorted([*found["modes"], entry], key=lambda one: one[1])
    _set(connection, found["id"], modes=modes)
    after = {"agent": event.body["target"], "mode": entry[0]}
    _audit(connection, f"call.{entry[0]}", event, by_id, after)


def ended(
    connection: Connection, event: Envelope, contact_id: int, supervisor_id: int, agent_id: int
) -> None:
    """The supervisor hears no more. The audit row says for how long it was."""
    leg, body = _leg(event), event.body
    begin, end = from_ms(int(body["started_at"])), from_ms(int(body["ended_at"]))
    found = _find(connection, _SESSION.c.leg == leg)
    if found is None:
        # Its beginning was lost: what is known now is the whole of it.
        row = {"leg": leg, "started_at": begin, "modes": [[str(body["mode"]), to_ms(begin)]]}
        owners = {"contact_id": contact_id, "supervisor_id": supervisor_id, "agent_id": agent_id}
        connection.execute(_SESSION.insert(), {**row, **owners})
        found = _find(connection, _SESSION.c.leg == leg)
        assert found is not None
    if found["ended_at"] is not None:
        return
    _set(connection, found["id"], ended_at=end)
    modes = [mode for mode, _ in found["modes"]]
    after = {"agent": body["target"], "modes": modes, "ms": to_ms(end) - to_ms(begin)}
    _audit(connection, "call.monitor_ended", event, supervisor_id, after)


def _leg(event: Envelope) -> str:
    return str(event.body["leg"])[:64]


def _find(connection: Connection, *conditions: Any) -> Any:
    query = select(_SESSION).where(*conditions).order_by(_SESSION.c.started_at.desc()).limit(1)
    return connection.execute(query).mappings().first()


def _set(connection: Connection, row_id: int, **values: Any) -> None:
    connection.execute(update(_SESSION).where(_SESSION.c.id == row_id).values(values))


def _audit(
    connection: Connection,
    action: str,
    event: Envelope,
    supervisor_id: int,
    after: dict[str, Any],
) -> None:
    acts.write(connection, event, acts.by_agent_id(supervisor_id), action, after)
