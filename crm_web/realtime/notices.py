"""Messages from supervisors to desks: kept for the shift in a stream, sent to desks at once."""

from __future__ import annotations

import json
from typing import Any

from crm_web.columns import to_ms, utc_now
from crm_web.extensions import socketio
from crm_web.redis_link import client
from crm_web.transaction import on_commit
from esl_controller.contract import keys
from esl_controller.domain.ids import new_ulid

EVERYBODY = "all"
KEPT = 500
SHOWN_FOR_MS = 12 * 3600 * 1000


def send(to: str, text: str, by: str, urgent: bool = False) -> dict[str, Any]:
    """Send `text` to one agent's desks, or to all (`to` = "all"), after the commit."""
    notice = {
        "id": new_ulid(),
        "at": to_ms(utc_now()),
        "to": to,
        "text": text,
        "by": by,
        "urgent": urgent,
    }
    on_commit(lambda: _deliver(notice))
    return notice


def _deliver(notice: dict[str, Any]) -> None:
    text = json.dumps(notice, ensure_ascii=False)
    client().xadd(keys.NOTICES, {keys.ENTRY_FIELD: text}, maxlen=KEPT, approximate=True)
    room = keys.ROOM_DESKS if notice["to"] == EVERYBODY else keys.room_of_agent(notice["to"])
    socketio.emit("notice", notice, to=room)


def unread(agent_no: str) -> list[dict[str, Any]]:
    """What this agent has not put away yet, of the last twelve hours, oldest first."""
    seen = str(client().hget(keys.NOTICES_SEEN, agent_no) or "")
    since = to_ms(utc_now()) - SHOWN_FOR_MS
    entries: list[Any] = client().xrange(keys.NOTICES, min=str(since)) or []
    notices = [json.loads(entry[keys.ENTRY_FIELD]) for _id, entry in entries]
    return [
        notice
        for notice in notices
        if notice["to"] in (EVERYBODY, agent_no) and notice["id"] > seen
    ]


def put_away(agent_no: str, notice_id: str) -> None:
    """Everything up to this notice has been read."""
    seen = str(client().hget(keys.NOTICES_SEEN, agent_no) or "")
    if notice_id > seen:
        client().hset(keys.NOTICES_SEEN, agent_no, notice_id)
