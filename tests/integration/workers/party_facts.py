"""The events of a call that two agents and a supervisor took part in."""

from __future__ import annotations

from esl_controller.contract.envelope import Envelope
from tests.integration.workers.facts import T0, event

OUTSIDE = "outside:+8613800000099"


def a_consulted_call() -> list[Envelope]:
    """1001 talks, holds, tries an outside number, consults 1002 and hands the caller over, while
    1003 listens, whispers and stops."""
    return [
        event(
            "contact.started",
            0,
            direction="inbound",
            caller_number="13800000021",
            e164="+8613800000021",
            called_number="96001",
            switch_uuid="c-leg",
            is_test=False,
        ),
        talk_started(10_000, "1001", 1, "primary"),
        event("talk.held", 20_000, "1001", seq=1),
        event("talk.resumed", 25_000, "1001", seq=1, held_ms=5_000),
        event("help.asked", 25_200, "1001", reason="水压"),
        event("help.withdrawn", 25_600, "1001", asked_at=T0 + 25_200),
        event("help.asked", 26_000, "1001", reason="不会算阶梯水价"),
        event("monitor.started", 27_000, "1003", target="1001", mode="monitor", leg="m-leg"),
        event("monitor.mode_changed", 30_000, "1003", target="1001", mode="whisper"),
        event("help.answered", 31_000, "1001", by="1003", reply="问 1002", asked_at=T0 + 26_000),
        event(
            "party.called", 32_000, "1001", purpose="consult", target_kind="outside", target=OUTSIDE
        ),
        event(
            "party.left",
            40_000,
            purpose="consult",
            target_kind="outside",
            target=OUTSIDE,
            result="no_answer",
        ),
        event(
            "party.called",
            41_000,
            "1001",
            purpose="consult",
            target_kind="agent",
            target="agent:1002",
        ),
        talk_started(45_000, "1002", 2, "consult"),
        event(
            "monitor.ended",
            50_000,
            "1003",
            target="1001",
            mode="whisper",
            started_at=T0 + 27_000,
            ended_at=T0 + 50_000,
            leg="m-leg",
        ),
        talk_ended(60_000, "1001", 1, 10_000, hold_ms=5_000, kind="attended", to="agent:1002"),
        event("wrap_up.started", 60_000, "1001", seq=1, started_at=T0 + 60_000),
        event(
            "party.left",
            60_000,
            "1002",
            purpose="consult",
            target_kind="agent",
            target="agent:1002",
            result="transferred",
        ),
        talk_ended(60_000, "1002", 2, 45_000),
        talk_started(60_000, "1002", 3, "transferee"),
        event(
            "wrap_up.ended",
            70_000,
            "1001",
            seq=1,
            started_at=T0 + 60_000,
            ended_at=T0 + 70_000,
            wrap_ms=10_000,
            auto=False,
        ),
        talk_ended(90_000, "1002", 3, 60_000, kind="blind", to=OUTSIDE),
        event(
            "contact.ended",
            90_000,
            started_at=T0,
            ended_at=T0 + 90_000,
            hangup_cause="NORMAL_CLEARING",
            ended_by="customer",
            ivr_ms=0,
            wait_ms=10_000,
            talk_ms=75_000,
            hold_ms=5_000,
            outcome="answered",
        ),
    ]


def talk_started(at: int, agent: str, seq: int, role: str) -> Envelope:
    body = {"seq": seq, "role": role, "queue": "general", "started_at": T0 + at}
    return event("talk.started", at, agent, **body, agent_leg=f"leg-{seq}")


def talk_ended(
    at: int,
    agent: str,
    seq: int,
    started: int,
    hold_ms: int = 0,
    kind: str | None = None,
    to: str | None = None,
) -> Envelope:
    return event(
        "talk.ended",
        at,
        agent,
        seq=seq,
        started_at=T0 + started,
        ended_at=T0 + at,
        talk_ms=at - started - hold_ms,
        hold_ms=hold_ms,
        hold_count=int(hold_ms > 0),
        ended_by="agent",
        transfer_kind=kind,
        transfer_target=to,
    )
