"""The events of a whole call, as the controller puts them on the stream."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import contact_id_of, new_ulid

UUID = "11111111-2222-4333-8444-555555555555"
CONTACT = contact_id_of(UUID)
T0 = 1_795_392_000_000  # 2026-11-23 08:00 in Shanghai


def event(type_: str, at: int, agent: str | None = None, /, **body: Any) -> Envelope:
    """An event of the contact; `at` in ms after T0."""
    return Envelope(new_ulid(), type_, T0 + at, "fs1", CONTACT, agent, body)


def a_whole_call() -> list[Envelope]:
    """In the menu, in the queue, one agent misses it, the next one talks and wraps up."""
    key = f"2026/11/23/{CONTACT}-1.wav"
    offer = {"visit_seq": 1, "queue": "general"}
    return [
        event(
            "contact.started",
            0,
            direction="inbound",
            caller_number="13800000021",
            e164="+8613800000021",
            called_number="96001",
            switch_uuid=UUID,
            is_test=False,
        ),
        event(
            "contact.identified",
            150,
            match_kind="none",
            premise_ids=[],
            account_no=None,
            customer_ids=[],
        ),
        event(
            "flow.ended",
            9_000,
            seq=1,
            flow_code="water_main",
            flow_version=1,
            entered_at=T0 + 100,
            left_at=T0 + 9_000,
            exit_kind="queue",
            goal_code=None,
            last_node="person",
            trail=[
                {"node": "menu", "title": "主菜单", "exit": "0", "at": T0, "ms": 5000, "keyed": "0"}
            ],
        ),
        event(
            "queue.joined", 9_000, seq=1, queue="general", entered_at=T0 + 9_000, came_from="flow"
        ),
        event("agent.offered", 10_000, "1001", offer_seq=1, offered_at=T0 + 10_000, **offer),
        event(
            "agent.offer_ended",
            18_000,
            "1001",
            offer_seq=1,
            offered_at=T0 + 10_000,
            ended_at=T0 + 18_000,
            ring_ms=8_000,
            result="no_answer",
            **offer,
        ),
        event("agent.offered", 18_500, "1002", offer_seq=2, offered_at=T0 + 18_500, **offer),
        event(
            "agent.offer_ended",
            21_000,
            "1002",
            offer_seq=2,
            offered_at=T0 + 18_500,
            ended_at=T0 + 21_000,
            ring_ms=2_500,
            result="answered",
            **offer,
        ),
        event(
            "queue.left",
            21_000,
            seq=1,
            queue="general",
            entered_at=T0 + 9_000,
            left_at=T0 + 21_000,
            wait_ms=12_000,
            outcome="answered",
            answered_agent="1002",
            answered_at=T0 + 21_000,
        ),
        event(
            "talk.started",
            21_000,
            "1002",
            seq=1,
            role="primary",
            queue="general",
            started_at=T0 + 21_000,
            agent_leg="leg-2",
        ),
        event(
            "recording.started",
            21_010,
            "1002",
            n=1,
            storage_key=key,
            talk_seq=1,
            started_at=T0 + 21_010,
        ),
        event("recording.paused", 31_000, "1002", n=1, at_ms=9_990),
        event("recording.resumed", 35_000, "1002", n=1, at_ms=13_990),
        event("recording.stopped", 81_000, "1002", n=1, storage_key=key, ms=59_990, bytes=None),
        event(
            "talk.ended",
            81_000,
            "1002",
            seq=1,
            started_at=T0 + 21_000,
            ended_at=T0 + 81_000,
            talk_ms=50_000,
            hold_ms=10_000,
            hold_count=1,
            ended_by="customer",
        ),
        event(
            "leg.ended",
            81_000,
            "1002",
            switch_uuid=UUID,
            role="customer",
            agent_no=None,
            started_at=T0,
            rang_at=None,
            answered_at=T0 + 50,
            ended_at=T0 + 81_000,
            hangup_cause="NORMAL_CLEARING",
            sip_code="200",
            codec="PCMA",
        ),
        event(
            "contact.ended",
            81_000,
            started_at=T0,
            ended_at=T0 + 81_000,
            hangup_cause="NORMAL_CLEARING",
            ended_by="customer",
            ivr_ms=9_000,
            wait_ms=12_000,
            talk_ms=50_000,
            hold_ms=10_000,
            outcome="answered",
        ),
        event("wrap_up.started", 81_000, "1002", seq=1, started_at=T0 + 81_000),
        event(
            "wrap_up.ended",
            126_000,
            "1002",
            seq=1,
            started_at=T0 + 81_000,
            ended_at=T0 + 126_000,
            wrap_ms=45_000,
            auto=True,
        ),
    ]


def other_calls(count: int) -> Iterator[list[Envelope]]:
    """The same call `count` times, each of a contact of its own, a second apart."""
    whole = a_whole_call()
    for number in range(count):
        channel = str(uuid.UUID(int=number + 1))
        contact = contact_id_of(channel)
        phone = f"+86138{number:08d}"
        yield [_of_contact(event, contact, channel, phone, number * 1000) for event in whole]


_TIMES = frozenset(
    "entered_at left_at offered_at ended_at answered_at started_at rang_at".split()
)


def _of_contact(event: Envelope, contact: str, channel: str, phone: str, shift: int) -> Envelope:
    body = {
        name: value + shift if name in _TIMES and value is not None else value
        for name, value in event.body.items()
    }
    swaps = {"switch_uuid": channel, "e164": phone, "caller_number": phone[3:]}
    swaps["storage_key"] = f"2026/11/23/{contact}-1.wav"
    body.update({name: value for name, value in swaps.items() if name in body})
    return replace(event, id=new_ulid(), contact_id=contact, at=event.at + shift, body=body)


def state(at: int, name: str, reason: str | None = None, agent_no: str = "1001") -> Envelope:
    """An agent's change of state."""
    return Envelope(
        new_ulid(),
        "agent.state_changed",
        T0 + at,
        "fs1",
        None,
        agent_no,
        {
            "agent_no": agent_no,
            "state": name,
            "presence": "signed_in",
            "phone": "idle",
            "work": name,
            "reason": reason,
            "cause": "self",
            "at": T0 + at,
            "queue": None,
            "session_id": "S" * 26,
        },
    )
