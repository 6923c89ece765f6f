"""Group `call-log`: every fact becomes part of the record of its contact or agent.

One transaction writes a batch; the stream is acknowledged after the commit, so a killed process
writes the same rows again (they have natural keys) and loses none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from crm_web.columns import from_ms, utc_now
from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope
from workers.consumers import acts, agent_time, call_rows, call_sums, listening
from workers.consumers.base import EventHandler
from workers.consumers.call_store import Store
from workers.consumers.writes import Ref, agent_ref, contact_ref
from workers.streams import Entry, Poison, Unavailable

log = logging.getLogger(__name__)

# Live pictures, and answers to a desk.
_NOT_KEPT = frozenset({"desk.updated", "queue.updated", "command.refused"})

_INBOX = metadata.tables["event_inbox"]
_REPAIR = metadata.tables["repair_log"]


class CallLog(EventHandler):
    """Writes batches of events. `on_recording(storage_key)` runs after the commit."""

    def __init__(
        self,
        engine: Engine,
        zone: ZoneInfo,
        on_recording: Callable[[str], object] = lambda storage_key: None,
    ) -> None:
        self._engine = engine
        self._zone = zone
        self._on_recording = on_recording
        self._store = Store()

    def handle(self, batch: Sequence[Entry]) -> None:
        """All or nothing. Unavailable while the database is away; Poison for what it can't be."""
        events = [entry.message for entry in batch if entry.message.type not in _NOT_KEPT]
        if not events:
            return
        try:
            self._write_with_one_retry(events)
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable(f"database: {_first_line(error)}") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable(f"database: {_first_line(error)}") from error
            raise
        for event in events:
            if event.type in ("recording.stopped", "voicemail.left"):
                self._on_recording(call_rows.storage_key(event.body))

    def _write_with_one_retry(self, events: Sequence[Envelope]) -> None:
        try:
            self._write(events)
        except IntegrityError:
            # The web made the same contact between our look-up and our insert: now it is there.
            self._write(events)

    def _write(self, events: Sequence[Envelope]) -> None:
        rows = [
            write
            for event in events
            if call_rows.is_known(event.type)
            for write in call_rows.rows_of(event, self._zone)
        ]
        with self._engine.begin() as connection:
            ids = self._store.apply(connection, rows)
            for event in events:
                self._special(connection, event, ids)
            call_sums.complete(connection, _contact_ids(events, ids))

    def _special(self, connection: Connection, event: Envelope, ids: dict[Ref, int]) -> None:
        """Events that need to look at rows that are there already."""
        if event.type in _SPECIAL:
            try:
                _SPECIAL[event.type](self._store, connection, event, ids)
            except (KeyError, TypeError, ValueError) as error:
                reason = f"{event.type}: {type(error).__name__}: {error}"
                raise Poison(reason) from error
        elif not call_rows.is_known(event.type):
            raise Poison(f"unknown event type {event.type!r}")


def _signed_in(store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]) -> None:
    agent_id = store.id_of(connection, agent_ref(event), ids)
    assert agent_id is not None
    agent_time.sign_in(connection, agent_id, event.body)


def _signed_out(store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]) -> None:
    agent_time.sign_out(connection, event.body)


def _state_changed(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    agent_id = store.id_of(connection, agent_ref(event), ids)
    assert agent_id is not None
    contact_id = queue_id = None
    if event.contact_id:
        contact = Ref("contact", (event.contact_id,), optional=True)
        contact_id = store.id_of(connection, contact, ids)
    if code := event.body.get("queue"):
        queue_id = store.id_of(connection, Ref("queue", (code,), optional=True), ids)
    agent_time.change_state(
        connection, agent_id, event.body, contact_id=contact_id, queue_id=queue_id
    )


def _talk_started(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    """The fact itself says which queue it came out of: who was put through by a menu after a
    queue owes that queue nothing."""
    if code := event.body.get("queue"):
        contact_id = store.id_of(connection, contact_ref(event), ids)
        queue_id = store.id_of(connection, Ref("queue", (code,), optional=True), ids)
        assert contact_id is not None
        if queue_id is not None:
            call_sums.credit_queue(connection, contact_id, int(event.body["seq"]), queue_id)


def _recording_resumed(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    recording = Ref("recording", (contact_ref(event), int(event.body["n"])))
    recording_id = store.id_of(connection, recording, ids)
    assert recording_id is not None
    call_sums.end_mask(connection, recording_id, int(event.body["at_ms"]))


def _wrap_up_ended(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    if event.body.get("auto"):
        contact_id = store.id_of(connection, contact_ref(event), ids)
        agent_id = store.id_of(connection, agent_ref(event), ids)
        assert contact_id is not None and agent_id is not None
        call_sums.add_missing_wrap_up(connection, contact_id, agent_id)


def _monitored(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    contact_id = store.id_of(connection, contact_ref(event), ids)
    supervisor_id = store.id_of(connection, agent_ref(event), ids)
    agent_id = store.id_of(connection, Ref("agent", (str(event.body["target"]),)), ids)
    assert contact_id is not None and supervisor_id is not None and agent_id is not None
    if event.type == "monitor.mode_changed":
        listening.mode_changed(connection, event, contact_id, supervisor_id)
    elif event.type == "monitor.started":
        listening.started(connection, event, contact_id, supervisor_id, agent_id)
    else:
        listening.ended(connection, event, contact_id, supervisor_id, agent_id)


def _acted(store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]) -> None:
    """What a supervisor did goes into the audit log, once."""
    if event.type == "talk.ended" and event.body.get("transfer_kind") != "take_over":
        return
    if _is_new(connection, event):
        _ACTS[event.type](connection, event)


_ACTS = {
    "call.forced_release": acts.released,
    "talk.ended": acts.taken_over,
    "help.answered": acts.helped,
    "agent.ordered": acts.ordered,
}


def _is_new(connection: Connection, event: Envelope) -> bool:
    """Whether it comes for the first time; for rows that have no natural key."""
    seen = select(_INBOX.c.event_id).where(
        _INBOX.c.event_id == event.id, _INBOX.c.handler == "call-log"
    )
    if connection.execute(seen).first():
        return False
    received = {"event_id": event.id, "handler": "call-log", "received_at": utc_now()}
    connection.execute(_INBOX.insert(), received)
    return True


def _repair_logged(
    store: Store, connection: Connection, event: Envelope, ids: dict[Ref, int]
) -> None:
    if not _is_new(connection, event):
        return
    body = event.body
    connection.execute(
        _REPAIR.insert(),
        {
            "at": from_ms(event.at),
            "node": event.node[:64],
            "kind": str(body["kind"])[:32],
            "subject": str(body.get("subject") or "")[:128],
            "before": body.get("before"),
            "after": body.get("after"),
            "ok": bool(body.get("ok")),
        },
    )


_SPECIAL: dict[str, Callable[[Store, Connection, Envelope, dict[Ref, int]], None]] = {
    "agent.signed_in": _signed_in,
    "agent.signed_out": _signed_out,
    "agent.state_changed": _state_changed,
    "talk.started": _talk_started,
    "recording.resumed": _recording_resumed,
    "wrap_up.ended": _wrap_up_ended,
    "monitor.started": _monitored,
    "monitor.mode_changed": _monitored,
    "monitor.ended": _monitored,
    "repair.logged": _repair_logged,
    **{name: _acted for name in _ACTS},
}


def _contact_ids(events: Iterable[Envelope], ids: dict[Ref, int]) -> set[int]:
    refs = {Ref("contact", (event.contact_id,)) for event in events if event.contact_id}
    return {ids[ref] for ref in refs if ref in ids}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
