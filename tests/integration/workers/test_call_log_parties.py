"""The record of a call with several agents, parties and a listener."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope
from tests.integration.workers.facts import CONTACT, T0, event
from tests.integration.workers.party_facts import OUTSIDE, a_consulted_call
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'c.db'}", agents=("1001", "1002", "1003"))
    yield made
    made.dispose()


def rows(engine: Engine, name: str, order: str = "id") -> list[dict[str, Any]]:
    table = metadata.tables[name]
    with engine.connect() as connection:
        found = connection.execute(select(table).order_by(table.c[order])).mappings()
        return [dict(row) for row in found]


def agent_id(engine: Engine, number: str) -> int:
    return next(row["id"] for row in rows(engine, "agent") if row["agent_no"] == number)


def test_it_keeps_every_agents_part_and_how_it_was_handed_on(engine: Engine) -> None:
    CallLog(engine, ZONE).handle(entries(a_consulted_call()))
    talks = rows(engine, "talk_segment", "seq")
    assert [talk["role"] for talk in talks] == ["primary", "consult", "transferee"]
    assert (talks[0]["transfer_kind"], talks[0]["transfer_target"]) == ("attended", "agent:1002")
    assert (talks[1]["transfer_kind"], talks[1]["transfer_target"]) == ("", "")
    assert talks[2]["transfer_target"] == "outside:138 **** 0099", "a number is kept masked"


def test_it_names_the_agent_who_served_last_not_the_one_who_wrapped_up_last(engine: Engine) -> None:
    log = CallLog(engine, ZONE)
    for one in a_consulted_call():
        log.handle(entries([one]))
    (contact,) = rows(engine, "contact")
    assert contact["last_agent_id"] == agent_id(engine, "1002")
    assert (contact["talk_ms"], contact["wrap_ms"]) == (75_000, 10_000)


def test_it_keeps_what_happened_in_order_and_masks_outside_numbers(engine: Engine) -> None:
    events = a_consulted_call()
    CallLog(engine, ZONE).handle(entries(events))
    CallLog(engine, ZONE).handle(entries(events))
    found = rows(engine, "contact_event", "at")
    assert [row["type"] for row in found] == [
        "talk.held",
        "talk.resumed",
        "help.asked",
        "help.withdrawn",
        "help.asked",
        "help.answered",
        "party.called",
        "party.left",
        "party.called",
        "party.left",
    ]
    assert found[6]["data"] == {"purpose": "consult", "kind": "outside", "value": "138 **** 0099"}
    assert found[7]["data"]["result"] == "no_answer"
    assert "13800000099" not in str(found), OUTSIDE
    assert found[5]["data"] == {"by": "1003", "reply": "问 1002"}


def test_it_audits_who_listened_to_whom_in_which_modes_and_how_long(engine: Engine) -> None:
    events = a_consulted_call()
    CallLog(engine, ZONE).handle(entries(events))
    for one in events:
        CallLog(engine, ZONE).handle(entries([one]))
    (session,) = rows(engine, "monitor_session")
    assert session["supervisor_id"] == agent_id(engine, "1003")
    assert session["agent_id"] == agent_id(engine, "1001")
    assert session["modes"] == [["monitor", T0 + 27_000], ["whisper", T0 + 30_000]]
    assert (session["ended_at"] - session["started_at"]).total_seconds() == 23
    audit = [row for row in rows(engine, "audit_log") if row["action"] != "call.answer_help"]
    assert [row["action"] for row in audit] == [
        "call.monitor",
        "call.whisper",
        "call.monitor_ended",
    ]
    assert audit[2]["after"] == {"agent": "1001", "modes": ["monitor", "whisper"], "ms": 23_000}
    assert {row["actor_name"] for row in audit} == {"1003"}


def test_given_the_beginning_was_lost_when_a_listening_ends_then_it_is_still_on_record(
    engine: Engine,
) -> None:
    last = [one for one in a_consulted_call() if one.type == "monitor.ended"]
    CallLog(engine, ZONE).handle(entries(last))
    (session,) = rows(engine, "monitor_session")
    assert session["modes"] == [["whisper", T0 + 27_000]] and session["ended_at"]
    assert [row["action"] for row in rows(engine, "audit_log")] == ["call.monitor_ended"]


def the_acts() -> list[Envelope]:
    """1003 comes to help, takes the call over, ends it by force, and orders 1001 off."""
    times = {"started_at": T0, "ended_at": T0 + 9_000, "talk_ms": 9_000, "hold_ms": 0}
    talk = {"seq": 1, "hold_count": 0, "ended_by": "system", **times}
    handed = {"transfer_kind": "take_over", "transfer_target": "agent:1003"}
    return [
        event("help.answered", 1_000, "1001", by="1003", reply="先道歉", asked_at=T0),
        event("talk.ended", 9_000, "1001", **talk, **handed),
        event("call.forced_release", 12_000, "1003", target="1003", user_id=None),
        event("agent.ordered", 15_000, "1001", order="force_not_ready", reason="培训",
              user_id=None, at_once=True),
    ]  # fmt: skip


def test_it_writes_down_what_supervisors_did_and_on_which_call_once(engine: Engine) -> None:
    with engine.connect() as connection:
        user = metadata.tables["user"]
        pub = connection.execute(
            select(user.c.pub).where(user.c.id == rows(engine, "agent")[2]["user_id"])
        ).scalar_one()
    acts = the_acts()
    acts[3] = replace(acts[3], body={**acts[3].body, "user_id": pub})
    log = CallLog(engine, ZONE)
    log.handle(entries(acts))
    log.handle(entries(acts))
    audit = rows(engine, "audit_log")
    assert [(row["action"], row["entity_kind"], row["entity_id"]) for row in audit] == [
        ("call.answer_help", "contact", CONTACT),
        ("call.take_over", "contact", CONTACT),
        ("call.forced_release", "contact", CONTACT),
        ("agent.force_not_ready", "agent", "1001"),
    ]
    assert {row["actor_name"] for row in audit} == {"1003"}
    assert audit[0]["after"] == {"agent": "1001", "reply": "先道歉"}
    assert audit[1]["after"] == {"agent": "1001"}
    assert (audit[3]["reason"], audit[3]["after"]) == ("培训", {"at_once": True})


def test_given_the_user_is_gone_then_the_act_is_still_on_record(engine: Engine) -> None:
    order = replace(the_acts()[3], body={**the_acts()[3].body, "user_id": "nobody"})
    CallLog(engine, ZONE).handle(entries([order]))
    (row,) = rows(engine, "audit_log")
    assert (row["action"], row["user_id"], row["actor_name"]) == ("agent.force_not_ready", None, "")


def test_it_keeps_an_outgoing_call_under_its_direction_and_caller(engine: Engine) -> None:
    started = event(
        "contact.started",
        0,
        "1001",
        direction="outbound",
        caller_number="+8613800000099",
        e164="+8613800000099",
        called_number="96001",
        switch_uuid="o-leg",
        is_test=False,
    )
    CallLog(engine, ZONE).handle(entries([started]))
    (contact,) = rows(engine, "contact")
    assert (contact["direction"], contact["origin"]) == ("outbound", "desk")
    assert contact["last_agent_id"] == agent_id(engine, "1001")


def test_given_help_answered_after_the_call_then_nothing_is_kept(engine: Engine) -> None:
    late = event("help.answered", 0, "1001", by="1003", reply="", asked_at=T0)
    CallLog(engine, ZONE).handle(entries([replace(late, contact_id=None)]))
    assert rows(engine, "contact_event") == []
