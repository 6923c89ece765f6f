"""From one fact on the stream to the rows that it says something about. Pure.

A `Write` names a row by its natural key, so the same fact twice is the same row, and a row is
made by whichever fact speaks of it first. `update` is what this fact knows; `insert` is what a new
row needs until the fact that really knows it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from crm_web.columns import from_ms
from esl_controller.contract.envelope import Envelope
from esl_controller.domain import numbers
from workers.consumers import event_rows
from workers.consumers.writes import Ref, Write, agent_ref, at, contact_ref, text, when
from workers.streams import Poison


def rows_of(event: Envelope, zone: ZoneInfo) -> list[Write]:
    """The writes of one event, parents first. Raises Poison for what cannot be understood."""
    translate = _TRANSLATIONS.get(event.type)
    if translate is None:
        raise Poison(f"unknown event type {event.type!r}")
    try:
        return translate(event, zone)
    except (KeyError, TypeError, ValueError) as error:
        raise Poison(f"{event.type}: {type(error).__name__}: {error}") from error


def is_known(event_type: str) -> bool:
    """Whether this event becomes plain rows."""
    return event_type in _TRANSLATIONS


def _contact(event: Envelope, zone: ZoneInfo, **update: Any) -> Write:
    """The contact's row: made from what any event knows, if this is the first one seen."""
    key = contact_ref(event).key[0]
    started = from_ms(event.at)
    fallback = {"started_at": started, "local_date": started.astimezone(zone).date()}
    return Write("contact", {"pub": key}, update, {**fallback, "node": event.node[:64]})


def _contact_started(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body, started = event.body, from_ms(event.at)
    e164 = body.get("e164")
    writes: list[Write] = []
    update: dict[str, Any] = {
        "started_at": started,
        "local_date": started.astimezone(zone).date(),
        "direction": str(body["direction"])[:16],
        "origin": "trunk" if body["direction"] == "inbound" else "desk",
        "number_mask": _other_side(body)[:32],
        "called_number": text(body, "called_number", 32),
        "is_test": bool(body.get("is_test")),
        "node": event.node[:64],
    }
    if event.agent_no:
        update["last_agent_id"] = agent_ref(event)  # who placed it, also when nobody answers
    if e164 and len(e164) <= 20:
        made = {
            "last4": numbers.last4(e164),
            "tail8": numbers.tail8(e164),
            "kind": _phone_kind(e164),
            "first_seen_at": started,
        }
        writes.append(Write("phone", {"e164": e164}, {"last_seen_at": started}, made))
        update["phone_id"] = Ref("phone", (e164,))
    writes.append(_contact(event, zone, **update))
    if switch_uuid := text(body, "switch_uuid", 64):
        leg = {"contact_id": contact_ref(event), "role": "customer", "started_at": started}
        writes.append(Write("call_leg", {"switch_uuid": switch_uuid}, {}, leg))
    return writes


def _other_side(body: Mapping[str, Any]) -> str:
    """Who was at the other end, without a citizen's whole number; a colleague's is no secret."""
    if body["direction"] == "internal":
        return text(body, "caller_number", 32)
    return numbers.mask(body.get("e164") or body.get("caller_number"))


def _phone_kind(normal: str) -> str:
    if normal.startswith(("short:", "ext:")):
        return "short"
    if not normal.startswith("+86"):
        return "foreign"
    return "mobile" if len(normal) == 14 and normal[3] == "1" else "landline"


def _contact_identified(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    update: dict[str, Any] = {"match_kind": str(body["match_kind"])[:16]}
    # Several candidates are nobody: who it was is known when somebody chooses.
    for column, table, field_name in (
        ("premise_id", "premise", "premise_ids"),
        ("customer_id", "customer", "customer_ids"),
    ):
        found = body.get(field_name) or []
        if len(found) == 1:
            update[column] = Ref(table, (found[0],), optional=True)
    if account_no := body.get("account_no"):
        update["account_id"] = Ref("account", (account_no,), optional=True)
    return [_contact(event, zone, **update)]


def _account_chosen(event: Envelope, zone: ZoneInfo) -> list[Write]:
    update: dict[str, Any] = {
        "match_kind": "chosen",
        "account_id": Ref("account", (event.body["account_no"],), optional=True),
    }
    if premise := event.body.get("premise_id"):
        update["premise_id"] = Ref("premise", (premise,), optional=True)
    return [_contact(event, zone, **update)]


def _contact_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    update = {
        "ended_at": at(body, "ended_at"),
        "hangup_cause": text(body, "hangup_cause", 64),
        "ended_by": text(body, "ended_by", 16),
        "outcome": str(body["outcome"])[:32],
        **{name: int(body.get(name) or 0) for name in ("ivr_ms", "wait_ms", "talk_ms", "hold_ms")},
    }
    return [_contact(event, zone, **update)]


def _flow_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    update = {
        "flow_code": str(body["flow_code"])[:64],
        "flow_version": int(body["flow_version"]),
        "entered_at": at(body, "entered_at"),
        "left_at": when(body, "left_at"),
        "exit_kind": text(body, "exit_kind", 16),
        "goal_code": text(body, "goal_code", 64),
        "last_node": text(body, "last_node", 64),
        "trail": list(body.get("trail") or [])[:200],
    }
    key = {"contact_id": contact_ref(event), "seq": int(body["seq"])}
    return [_contact(event, zone), Write("flow_run", key, update)]


def _visit_key(event: Envelope, field_name: str = "seq") -> dict[str, Any]:
    return {"contact_id": contact_ref(event), "seq": int(event.body[field_name])}


def _queue_joined(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body, queue = event.body, Ref("queue", (event.body["queue"],))
    entered = at(body, "entered_at")
    update = {
        "queue_id": queue,
        "entered_at": entered,
        "request_started_at": entered,
        "came_from": text(body, "came_from", 16) or "flow",
    }
    first = {"first_queue_id": queue} if int(body["seq"]) == 1 else {}
    return [
        _contact(event, zone, **first),
        Write("queue_visit", _visit_key(event), update),
    ]


def _queue_left(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body, queue = event.body, Ref("queue", (event.body["queue"],))
    entered = at(body, "entered_at")
    update: dict[str, Any] = {
        "queue_id": queue,
        "entered_at": entered,
        "request_started_at": entered,
        "left_at": at(body, "left_at"),
        "wait_ms": int(body["wait_ms"]),
        "outcome": str(body["outcome"])[:32],
        "answered_at": when(body, "answered_at"),
        # An overflow goes on asking for a person in the next queue.
        "ends_request": body["outcome"] not in ("overflowed", "moved"),
    }
    if answered_by := body.get("answered_agent"):
        update["answered_agent_id"] = Ref("agent", (answered_by,), optional=True)
    first = {"first_queue_id": queue} if int(body["seq"]) == 1 else {}
    return [
        _contact(event, zone, **first),
        Write("queue_visit", _visit_key(event), update),
    ]


def _offer(event: Envelope, zone: ZoneInfo, **update: Any) -> list[Write]:
    body = event.body
    offered = at(body, "offered_at")
    visit = _visit_key(event, "visit_seq")
    return [
        _contact(event, zone),
        Write(
            "queue_visit",
            visit,
            {},
            {"queue_id": Ref("queue", (body["queue"],)), "entered_at": offered},
        ),
        Write(
            "agent_offer",
            {
                "queue_visit_id": Ref("queue_visit", (contact_ref(event), visit["seq"])),
                "seq": int(body["offer_seq"]),
            },
            {"agent_id": agent_ref(event), "offered_at": offered, **update},
        ),
    ]


def _agent_offered(event: Envelope, zone: ZoneInfo) -> list[Write]:
    return _offer(event, zone)


def _offer_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    return _offer(
        event,
        zone,
        ended_at=at(body, "ended_at"),
        ring_ms=int(body.get("ring_ms") or 0),
        result=str(body["result"])[:32],
    )


def _segment(event: Envelope, zone: ZoneInfo, update: dict[str, Any]) -> list[Write]:
    started = when(event.body, "started_at") or from_ms(event.at)
    return [
        _contact(event, zone),
        Write(
            "talk_segment",
            _visit_key(event),
            update,
            {"agent_id": agent_ref(event), "started_at": started},
        ),
    ]


def _talk_started(event: Envelope, zone: ZoneInfo) -> list[Write]:
    role = text(event.body, "role", 16) or "primary"
    return _segment(event, zone, {"role": role, "started_at": at(event.body, "started_at")})


def _talk_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    target = event_rows.split_target(body.get("transfer_target"))
    return _segment(
        event,
        zone,
        {
            "started_at": at(body, "started_at"),
            "ended_at": at(body, "ended_at"),
            "ended_by": text(body, "ended_by", 16),
            "transfer_kind": text(body, "transfer_kind", 16),
            "transfer_target": ":".join(filter(None, target)),
            **{name: int(body.get(name) or 0) for name in ("talk_ms", "hold_ms", "hold_count")},
        },
    )


def _wrap_started(event: Envelope, zone: ZoneInfo) -> list[Write]:
    return _segment(event, zone, {"wrap_started_at": at(event.body, "started_at")})


def _wrap_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    update = {"wrap_started_at": at(body, "started_at"), "wrap_ms": int(body["wrap_ms"])}
    return _segment(event, zone, update)


def _recording(event: Envelope, zone: ZoneInfo, update: dict[str, Any]) -> list[Write]:
    body = event.body
    started = when(body, "started_at") or from_ms(event.at - int(body.get("ms") or 0))
    key = {"contact_id": contact_ref(event), "n": int(body["n"])}
    made = {"storage_key": storage_key(body), "started_at": started}
    return [_contact(event, zone), Write("recording", key, update, made)]


def storage_key(body: Mapping[str, Any]) -> str:
    """The recording's place below the recordings folder; ValueError when it would leave it."""
    key = str(body["storage_key"])
    parts = key.split("/")
    if len(key) > 190 or not key.isascii() or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"not a storage key: {key[:80]!r}")
    return key


def _recording_started(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    update: dict[str, Any] = {"started_at": at(body, "started_at")}
    if body.get("talk_seq") is not None:
        segment = (contact_ref(event), int(body["talk_seq"]))
        update["talk_segment_id"] = Ref("talk_segment", segment, optional=True)
    return _recording(event, zone, update)


def _recording_stopped(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    return _recording(event, zone, {"ms": int(body.get("ms") or 0), "bytes": body.get("bytes")})


def _recording_paused(event: Envelope, zone: ZoneInfo) -> list[Write]:
    n = int(event.body["n"])
    recording = Ref("recording", (contact_ref(event), n))
    return [
        _contact(event, zone),
        Write("recording", {"contact_id": contact_ref(event), "n": n}, {"has_mask": True}),
        Write(
            "recording_mask", {"recording_id": recording, "from_ms": int(event.body["at_ms"])}
        ),
    ]


def _voicemail_left(event: Envelope, zone: ZoneInfo) -> list[Write]:
    """The message's sound and the piece of work that it is; what people made of it stays."""
    body, contact = event.body, contact_ref(event)
    left_at, ms = at(body, "left_at"), int(body["ms"])
    sound = {"started_at": left_at, "ms": ms, "kind": "voicemail", "channels": 1}
    update: dict[str, Any] = {"contact_id": contact, "left_at": left_at, "ms": ms}
    for column, table, name in (("queue_id", "queue", "queue"), ("agent_id", "agent", "agent_no")):
        if body.get(name):
            update[column] = Ref(table, (str(body[name]),), optional=True)
    recording = Ref("recording", (contact, int(body["n"])))
    return [
        *_recording(event, zone, sound),
        Write("voicemail", {"recording_id": recording}, update),
    ]


def _leg_ended(event: Envelope, zone: ZoneInfo) -> list[Write]:
    body = event.body
    sip_code = str(body.get("sip_code") or "")
    update: dict[str, Any] = {
        "contact_id": contact_ref(event),
        "node": event.node[:64],
        "role": str(body["role"])[:16],
        "started_at": when(body, "started_at") or from_ms(event.at),
        "rang_at": when(body, "rang_at"),
        "answered_at": when(body, "answered_at"),
        "ended_at": when(body, "ended_at"),
        "hangup_cause": text(body, "hangup_cause", 64),
        "sip_code": int(sip_code) if sip_code.isdecimal() else None,
        "codec": text(body, "codec", 32),
    }
    if agent_no := body.get("agent_no"):
        update["agent_id"] = Ref("agent", (agent_no,), optional=True)
    key = {"switch_uuid": str(body["switch_uuid"])[:64]}
    return [_contact(event, zone), Write("call_leg", key, update)]


def _monitored(event: Envelope, zone: ZoneInfo) -> list[Write]:
    """The listening itself needs to look at rows: `listening` writes it."""
    return [_contact(event, zone)]


_TRANSLATIONS: dict[str, Callable[[Envelope, ZoneInfo], list[Write]]] = {
    "contact.started": _contact_started,
    "contact.identified": _contact_identified,
    "contact.account_chosen": _account_chosen,
    "contact.ended": _contact_ended,
    "flow.ended": _flow_ended,
    "queue.joined": _queue_joined,
    "queue.left": _queue_left,
    "agent.offered": _agent_offered,
    "agent.offer_ended": _offer_ended,
    "talk.started": _talk_started,
    "talk.ended": _talk_ended,
    "wrap_up.started": _wrap_started,
    "wrap_up.ended": _wrap_ended,
    "recording.started": _recording_started,
    "recording.stopped": _recording_stopped,
    "recording.paused": _recording_paused,
    "voicemail.left": _voicemail_left,
    "leg.ended": _leg_ended,
    "monitor.started": _monitored,
    "monitor.mode_changed": _monitored,
    "monitor.ended": _monitored,
    **{name: event_rows.rows for name in event_rows.KEPT},
}
