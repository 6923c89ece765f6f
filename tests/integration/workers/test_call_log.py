"""The record of calls, written from events: complete, the same after a replay, in any order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from sqlalchemy import Engine, func, select

from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import new_ulid
from tests.integration.workers.facts import CONTACT, T0, a_whole_call, event, state
from tests.integration.workers.seeds import entries, make_database
from tests.until import until
from workers.consumers.call_log import CallLog
from workers.database import open_engine
from workers.streams import Consumer, Poison, StreamOptions, Unavailable

ZONE = ZoneInfo("Asia/Shanghai")
TABLES = [
    "contact",
    "call_leg",
    "flow_run",
    "queue_visit",
    "agent_offer",
    "talk_segment",
    "recording",
    "recording_mask",
    "wrap_up",
    "phone",
]

VOLATILE = ("id", "pub", "created_at", "updated_at")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'c.db'}")
    yield made
    made.dispose()


def contents(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows of the record, without their numbers and stamps (and keys made from numbers)."""
    found = {}
    with engine.connect() as connection:
        for name in TABLES:
            table = metadata.tables[name]
            columns = [column for column in table.c if column.name not in VOLATILE]
            rows = connection.execute(select(*columns)).mappings()
            found[name] = sorted(([dict(row) for row in rows]), key=repr)
    return found


def one(engine: Engine, table: str) -> dict[str, Any]:
    (row,) = contents(engine)[table]
    return row


def test_it_writes_a_whole_call(engine: Engine) -> None:
    stopped: list[str] = []
    CallLog(engine, ZONE, stopped.append).handle(entries(a_whole_call()))
    contact = one(engine, "contact")
    assert contact["outcome"] == "answered" and contact["number_mask"] == "138 **** 0021"
    assert contact["local_date"].isoformat() == "2026-11-23" and contact["wrap_ms"] == 45_000
    assert contact["phone_id"] and contact["first_queue_id"] and contact["last_agent_id"]
    visit = one(engine, "queue_visit")
    assert visit["outcome"] == "answered" and visit["wait_ms"] == 12_000
    assert int(visit["first_offered_at"].timestamp() * 1000) == T0 + 10_000
    offers = contents(engine)["agent_offer"]
    assert [offer["result"] for offer in offers] == ["no_answer", "answered"]
    talk = one(engine, "talk_segment")
    assert (talk["talk_ms"], talk["hold_ms"], talk["wrap_ms"]) == (50_000, 10_000, 45_000)
    assert talk["queue_visit_id"] is not None
    mask = one(engine, "recording_mask")
    assert (mask["from_ms"], mask["to_ms"]) == (9_990, 13_990)
    assert one(engine, "recording")["talk_segment_id"] is not None
    assert one(engine, "wrap_up")["auto"] and one(engine, "wrap_up")["talk_segment_id"]
    assert one(engine, "flow_run")["trail"][0]["node"] == "menu"
    assert one(engine, "call_leg")["codec"] == "PCMA"
    assert stopped == [f"2026/11/23/{CONTACT}-1.wav"]


@pytest.mark.parametrize("one_by_one", [True, False])
def test_given_a_menu_put_the_caller_through_after_a_queue_then_the_queue_is_not_credited(
    engine: Engine, one_by_one: bool
) -> None:
    body = {"role": "primary", "started_at": T0 + 90_000, "agent_leg": "leg-3"}
    later = event("talk.started", 90_000, "1001", seq=2, queue=None, **body)
    batch = entries([*a_whole_call(), later])
    for some in [[entry] for entry in batch] if one_by_one else [batch]:
        CallLog(engine, ZONE).handle(some)
    first, second = contents(engine)["talk_segment"]
    assert first["queue_visit_id"] is not None and second["queue_visit_id"] is None


def test_given_a_replay_when_handled_again_then_the_rows_are_the_same(engine: Engine) -> None:
    events = a_whole_call()
    CallLog(engine, ZONE).handle(entries(events))
    before = contents(engine)
    CallLog(engine, ZONE).handle(entries(events))
    for one_event in events:
        CallLog(engine, ZONE).handle(entries([one_event]))
    assert contents(engine) == before


@pytest.mark.parametrize("seed_number", range(5))
def test_it_makes_the_same_record_in_small_and_shuffled_batches(
    engine: Engine, tmp_path: Path, seed_number: int
) -> None:
    CallLog(engine, ZONE).handle(entries(a_whole_call()))
    expected = contents(engine)
    other = make_database(f"sqlite:///{tmp_path / 'other.db'}")
    events = a_whole_call()
    # Masks, the automatic result and the queue that a talk is credited to look at rows that are
    # there; their order is the stream's.
    looking = ("recording.", "wrap_up.", "talk.started")
    kept = [e for e in events if e.type.startswith(looking)]
    mixed = [e for e in events if e not in kept]
    random.Random(seed_number).shuffle(mixed)
    for start in range(0, len(mixed), 4):
        CallLog(other, ZONE).handle(entries(mixed[start : start + 4]))
    CallLog(other, ZONE).handle(entries(kept))
    assert contents(other) == expected
    other.dispose()


def test_it_makes_the_contact_from_whatever_comes_first(engine: Engine) -> None:
    CallLog(engine, ZONE).handle(entries([a_whole_call()[3]]))
    assert one(engine, "contact")["direction"] == "inbound"
    assert one(engine, "queue_visit")["outcome"] == ""


def test_it_keeps_one_open_interval_and_puts_late_ones_in_between(engine: Engine) -> None:
    log = CallLog(engine, ZONE)
    signed_in = Envelope(
        new_ulid(), "agent.signed_in", T0, "fs1", None, "1001",
        {"session_id": "S" * 26, "at": T0, "device": "Chrome", "ip": "10.0.0.9"},
    )
    first, last = state(0, "not_ready", "meal"), state(9_000, "on_call")
    late = state(5_000, "ready")
    log.handle(entries([signed_in, first, last, late, late, first]))
    table = metadata.tables["agent_state_interval"]
    with engine.connect() as connection:
        rows = connection.execute(select(table).order_by(table.c.started_at)).mappings().all()
    assert [row["state"] for row in rows] == ["not_ready", "ready", "on_call"]
    assert [row["ended_at"] for row in rows] == [rows[1]["started_at"], rows[2]["started_at"], None]
    assert [row["open_marker"] for row in rows] == [None, None, 1]
    assert rows[0]["reason_id"] is not None and all(row["session_id"] for row in rows)


def test_it_logs_a_repair_once(engine: Engine) -> None:
    body = {"kind": "stale_member", "subject": "x", "before": {"a": 1}, "after": None, "ok": True}
    repair = Envelope(new_ulid(), "repair.logged", T0, "fs1", body=body)
    CallLog(engine, ZONE).handle(entries([repair, repair]))
    with engine.connect() as connection:
        count = select(func.count()).select_from(metadata.tables["repair_log"])
        assert connection.execute(count).scalar() == 1


@pytest.mark.parametrize(
    ("type_", "contact", "body"),
    [
        ("contact.teleported", CONTACT, {}),
        ("queue.joined", CONTACT, {"seq": 1}),
        ("contact.ended", None, {"ended_at": T0, "outcome": "x"}),
        ("agent.signed_in", None, {"session_id": "s", "at": T0}),
        ("recording.stopped", CONTACT, {"n": 1, "storage_key": "../../etc/passwd", "ms": 1}),
    ],
)
def test_it_refuses_what_it_cannot_understand(
    engine: Engine, type_: str, contact: str | None, body: dict[str, Any]
) -> None:
    event = Envelope(new_ulid(), type_, T0, "fs1", contact, None, body)
    with pytest.raises(Poison):
        CallLog(engine, ZONE).handle(entries([event]))
    assert all(not rows for rows in contents(engine).values())


def test_it_says_unavailable_while_the_database_is_away(tmp_path: Path) -> None:
    away = open_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    with pytest.raises(Unavailable, match="database"):
        CallLog(away, ZONE).handle(entries(a_whole_call()))


def test_given_an_unknown_queue_when_read_from_the_stream_then_only_that_event_is_given_up(
    engine: Engine, client: redis.Redis
) -> None:
    events = a_whole_call()
    stranger = Envelope(
        new_ulid(), "queue.joined", T0, "fs1", CONTACT,
        body={"seq": 2, "queue": "gone", "entered_at": T0, "came_from": "flow"},
    )
    for sent in [*events[:3], stranger, *events[3:]]:
        client.xadd("calls:events", {"e": sent.encode()})
    client.xadd("calls:events", {"e": '{"v":99}'})
    options = StreamOptions("calls:events", "call-log", "one", "calls:dead", block_ms=50)
    consumer = Consumer(client, options, CallLog(engine, ZONE))
    until(lambda: _run_until_drained(consumer, client), 10)
    reasons = [fields[b"reason"] for _, fields in client.xrange("calls:dead")]
    assert len(reasons) == 2
    assert b"unknown envelope version" in b" ".join(reasons)
    assert b"there is no queue" in b" ".join(reasons)
    assert one(engine, "contact")["outcome"] == "answered"


def _run_until_drained(consumer: Consumer, client: redis.Redis) -> bool:
    import threading

    thread = threading.Thread(target=consumer.run)
    thread.start()
    until(lambda: client.xlen("calls:dead") == 2, 5)
    until(lambda: client.xpending("calls:events", "call-log")["pending"] == 0, 5)
    consumer.stop()
    thread.join(5)
    return True
