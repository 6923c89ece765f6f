"""What commands and events mean to an agent: pure functions, one table of commands.

`Step.facts` always end with agent.state_changed when anything people see has changed, and
`Step.actions` hold the new mod_callcenter status when that must change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from esl_controller.domain import actions
from esl_controller.domain.agent import Agent
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.facts import Fact

FORCED_NOT_READY_AFTER_MS = 90_000
REJECTS_ALLOWED = 2
WRAP_UP_EXTENSION_MS = 30_000
#: Reasons an agent may choose; the rest are set by the system.
CHOSEN_REASONS = frozenset(
    {"rest", "meal", "meeting", "training", "coaching", "ticket_work", "follow_up", "fault"}
)


@dataclass(frozen=True)
class AgentStep:
    agent: Agent
    facts: tuple[Fact, ...] = ()
    actions: tuple[actions.Action, ...] = ()


def changed(before: Agent, after: Agent, at: int, cause: str, *facts: Fact) -> AgentStep:
    """Number the change, tell it, and move the switch's status with it."""
    if after == before:
        return AgentStep(before, facts)
    shown = before.state != after.state or before.reason != after.reason
    moved = before.state != after.state or before.contact_id != after.contact_id
    now = replace(after, seq=before.seq + 1, since=at if moved or shown else before.since)
    told = Fact(
        "agent.state_changed",
        at,
        now.contact_id,
        now.agent_no,
        {
            "agent_no": now.agent_no,
            "state": now.state,
            "presence": now.presence,
            "phone": now.phone,
            "work": now.work,
            "reason": now.reason,
            "cause": cause,
            "at": at,
            "queue": now.queue,
            "session_id": now.session_id,
        },
    )
    asked: tuple[actions.Action, ...] = ()
    if before.switch_status != now.switch_status:
        asked = (actions.SetAgentStatus(now.agent_no, now.switch_status),)
    return AgentStep(now, (*facts, *((told,) if shown else ())), asked)


# --- commands ------------------------------------------------------------------------------


def sign_in(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    if agent.presence != "signed_out":
        raise CommandRefused("already_signed_in", "you are signed in already")
    session_id = str(body["session_id"])
    phone = "unregistered" if agent.media == "rehearsal" else agent.phone
    after = replace(
        agent,
        presence="signed_in",
        work="not_ready",
        reason="sign_in",
        session_id=session_id,
        phone=phone,
        rejects=0,
        missed=None,
        next_work=None,
        next_reason=None,
        sign_out_asked=None,
        out_of_reach_since=None,
    )
    told = Fact(
        "agent.signed_in",
        at,
        None,
        agent.agent_no,
        {
            "session_id": session_id,
            "at": at,
            "device": str(body.get("device", ""))[:200],
            "ip": str(body.get("ip", ""))[:45],
        },
    )
    step = changed(agent, after, at, "self", told)
    if agent.media != "rehearsal":
        return step
    return replace(step, actions=(*step.actions, actions.RegisterPhone(agent.extension, True)))


def sign_out(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    _require_signed_in(agent)
    if agent.work in ("on_call", "offered"):
        raise CommandRefused("in_call", "sign out after the call")
    if agent.work == "wrap_up":
        raise CommandRefused("in_wrap_up", "finish the wrap-up first")
    return signed_out(agent, at, "self", "self")


def signed_out(agent: Agent, at: int, reason: str, cause: str) -> AgentStep:
    after = replace(
        agent,
        presence="signed_out",
        work="not_ready",
        reason=None,
        session_id=None,
        contact_id=None,
        queue=None,
        missed=None,
        next_work=None,
        next_reason=None,
        sign_out_asked=None,
    )
    told = Fact(
        "agent.signed_out",
        at,
        None,
        agent.agent_no,
        {"session_id": agent.session_id, "at": at, "end_reason": reason},
    )
    step = changed(agent, after, at, cause, told)
    if agent.media != "rehearsal":
        return step
    return replace(step, actions=(*step.actions, actions.RegisterPhone(agent.extension, False)))


def ready(agent: Agent, at: int, body: Mapping[str, Any], cause: str = "self") -> AgentStep:
    _require_signed_in(agent)
    if agent.work in ("on_call", "offered"):
        return AgentStep(replace(agent, next_work="ready", next_reason=None, seq=agent.seq + 1))
    if agent.phone == "unregistered":
        raise CommandRefused("phone_unregistered", "your phone is not registered")
    if agent.work == "ready":
        raise CommandRefused("already_ready", "you are ready already")
    before = _ended_wrap_up(agent, at, auto=False)
    after = replace(before.agent, work="ready", reason=None, missed=None, rejects=0)
    return _joined(before, changed(before.agent, after, at, cause))


def not_ready(agent: Agent, at: int, body: Mapping[str, Any], cause: str = "self") -> AgentStep:
    _require_signed_in(agent)
    reason = str(body.get("reason", ""))
    if cause == "self" and reason not in CHOSEN_REASONS:
        raise CommandRefused("bad_reason", "choose a reason")
    if agent.work in ("on_call", "offered"):
        wished = replace(agent, next_work="not_ready", next_reason=reason, seq=agent.seq + 1)
        return AgentStep(wished)
    before = _ended_wrap_up(agent, at, auto=False)
    after = replace(before.agent, work="not_ready", reason=reason)
    return _joined(before, changed(before.agent, after, at, cause))


def finish_wrap_up(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    _require_wrap_up(agent)
    return _after_wrap_up(_ended_wrap_up(agent, at, auto=False), at, "self")


def extend_wrap_up(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    _require_wrap_up(agent)
    if agent.wrap_up_extended:
        raise CommandRefused("extended_already", "the wrap-up was extended once already")
    longer = (agent.wrap_up_until or at) + WRAP_UP_EXTENSION_MS
    return AgentStep(
        replace(agent, wrap_up_until=longer, wrap_up_extended=True, seq=agent.seq + 1)
    )


def stay_not_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    """Not ready once the wrap-up is over, without ending it now."""
    _require_wrap_up(agent)
    reason = str(body.get("reason") or "ticket_work")
    if reason not in CHOSEN_REASONS:
        raise CommandRefused("bad_reason", "choose a reason")
    return AgentStep(
        replace(agent, next_work="not_ready", next_reason=reason, seq=agent.seq + 1)
    )


def force_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    return ready(agent, at, body, cause="supervisor")


def force_not_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    return not_ready(agent, at, {"reason": "forced"}, cause="supervisor")


def force_sign_out(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    _require_signed_in(agent)
    if agent.work in ("on_call", "offered", "wrap_up"):
        return AgentStep(replace(agent, sign_out_asked="forced", seq=agent.seq + 1))
    return signed_out(agent, at, "forced", "supervisor")


AGENT_COMMANDS: Mapping[str, Callable[[Agent, int, Mapping[str, Any]], AgentStep]] = {
    "sign_in": sign_in,
    "sign_out": sign_out,
    "ready": ready,
    "not_ready": not_ready,
    "finish_wrap_up": finish_wrap_up,
    "extend_wrap_up": extend_wrap_up,
    "stay_not_ready": stay_not_ready,
    "force_ready": force_ready,
    "force_not_ready": force_not_ready,
    "force_sign_out": force_sign_out,
}


# --- events --------------------------------------------------------------------------------


def offered(agent: Agent, at: int, contact_id: str, queue: str) -> AgentStep:
    if agent.work not in ("ready", "not_ready"):
        return AgentStep(agent)
    after = replace(
        agent, work="offered", contact_id=contact_id, queue=queue, phone="ringing", missed=None
    )
    if agent.work == "not_ready":  # offered in the moment of going not ready: keep the wish
        after = replace(after, next_work="not_ready", next_reason=agent.reason)
    return changed(agent, after, at, "switch")


def offer_failed(
    agent: Agent, at: int, contact_id: str, result: str, caller_masked: str
) -> AgentStep:
    """A caller who left, or another who was quicker, is never the agent's miss."""
    if agent.work != "offered" or agent.contact_id != contact_id:
        return AgentStep(agent)
    idle = replace(agent, contact_id=None, queue=None, phone=_phone_after(agent))
    missed = {"at": at, "result": result, "caller_masked": caller_masked}
    rejects = agent.rejects + (result in ("rejected", "busy"))
    if result in ("no_answer", "unreachable") or rejects >= REJECTS_ALLOWED:
        reason = "rejected" if result in ("rejected", "busy") else result
        aside = replace(idle, work="not_ready", reason=reason, missed=missed, rejects=0)
        return _wishes_cleared(agent, aside, at, "no_answer")
    if result in ("rejected", "busy"):
        idle = replace(idle, missed=missed, rejects=rejects)
    elif result == "caller_left":
        idle = replace(idle, missed=missed)
    return _back_to_work(agent, idle, at, "switch")


def answered(agent: Agent, at: int, contact_id: str, queue: str) -> AgentStep:
    after = replace(
        agent,
        work="on_call",
        contact_id=contact_id,
        queue=queue,
        phone="busy",
        rejects=0,
        missed=None,
        reason=None,
    )
    return changed(agent, after, at, "switch")


def talk_ended(agent: Agent, at: int, contact_id: str, talk_seq: int, wrap_up_s: int) -> AgentStep:
    if agent.work != "on_call" or agent.contact_id != contact_id:
        return AgentStep(agent)
    after = replace(
        agent,
        work="wrap_up",
        phone=_phone_after(agent),
        wrap_up_seq=talk_seq,
        wrap_up_started_at=at,
        wrap_up_until=at + wrap_up_s * 1000,
        wrap_up_extended=False,
    )
    told = Fact(
        "wrap_up.started", at, contact_id, agent.agent_no, {"seq": talk_seq, "started_at": at}
    )
    return changed(agent, after, at, "switch", told)


def phone_registered(agent: Agent, at: int) -> AgentStep:
    if agent.phone != "unregistered":
        return AgentStep(agent)
    return changed(agent, _in_reach(replace(agent, phone="idle"), at), at, "switch")


def phone_unregistered(agent: Agent, at: int) -> AgentStep:
    if agent.phone == "unregistered":
        return AgentStep(agent)
    return changed(agent, _in_reach(replace(agent, phone="unregistered"), at), at, "switch")


def desk_seen(agent: Agent, at: int, seen: bool) -> AgentStep:
    """The desk's heartbeat came (`seen`) or has been missing for too long."""
    presence = "signed_in" if seen else "lost"
    if agent.presence in ("signed_out", presence):
        return AgentStep(agent)
    return changed(agent, _in_reach(replace(agent, presence=presence), at), at, "system")


def tick(agent: Agent, at: int) -> AgentStep:
    """What time alone brings: the end of a wrap-up, not ready for who stays out of reach."""
    if agent.work == "wrap_up" and agent.wrap_up_until and at >= agent.wrap_up_until:
        return _after_wrap_up(_ended_wrap_up(agent, at, auto=True), at, "system")
    away = agent.out_of_reach_since
    if agent.work == "ready" and away and at - away >= FORCED_NOT_READY_AFTER_MS:
        return changed(
            agent, replace(agent, work="not_ready", reason="unreachable"), at, "system"
        )
    return AgentStep(agent)


# --- helpers -------------------------------------------------------------------------------


def _require_signed_in(agent: Agent) -> None:
    if agent.presence == "signed_out":
        raise CommandRefused("signed_out", "sign in first")


def _require_wrap_up(agent: Agent) -> None:
    if agent.work != "wrap_up":
        raise CommandRefused("not_in_wrap_up", "there is no wrap-up to change")


def _phone_after(agent: Agent) -> str:
    return "unregistered" if agent.phone == "unregistered" else "idle"


def _in_reach(agent: Agent, at: int) -> Agent:
    """Start or stop the clock of being out of reach."""
    if agent.presence == "lost" or agent.phone == "unregistered":
        return replace(agent, out_of_reach_since=agent.out_of_reach_since or at)
    return replace(agent, out_of_reach_since=None)


def _ended_wrap_up(agent: Agent, at: int, auto: bool) -> AgentStep:
    """Tell the end of a wrap-up, if one is running; the work itself is not changed yet."""
    if agent.work != "wrap_up":
        return AgentStep(agent)
    started = agent.wrap_up_started_at or at
    told = Fact(
        "wrap_up.ended",
        at,
        agent.contact_id,
        agent.agent_no,
        {
            "seq": agent.wrap_up_seq,
            "started_at": started,
            "ended_at": at,
            "wrap_ms": max(0, at - started),
            "auto": auto,
        },
    )
    idle = replace(
        agent,
        contact_id=None,
        queue=None,
        wrap_up_seq=None,
        wrap_up_started_at=None,
        wrap_up_until=None,
        wrap_up_extended=False,
    )
    return AgentStep(idle, (told,))


def _after_wrap_up(ended: AgentStep, at: int, cause: str) -> AgentStep:
    if ended.agent.sign_out_asked:
        return _joined(ended, signed_out(ended.agent, at, "forced", "supervisor"))
    return _joined(ended, _back_to_work(ended.agent, ended.agent, at, cause))


def _back_to_work(before: Agent, idle: Agent, at: int, cause: str) -> AgentStep:
    """Ready, or what was wished for during the call."""
    if idle.next_work == "not_ready":
        after = replace(idle, work="not_ready", reason=idle.next_reason)
    else:
        after = replace(idle, work="ready", reason=None)
    return _wishes_cleared(before, after, at, cause)


def _wishes_cleared(before: Agent, after: Agent, at: int, cause: str) -> AgentStep:
    clear = replace(after, next_work=None, next_reason=None)
    if clear.sign_out_asked and clear.work != "wrap_up":
        return _joined(AgentStep(clear), signed_out(clear, at, "forced", "supervisor"))
    return changed(before, clear, at, cause)


def _joined(first: AgentStep, second: AgentStep) -> AgentStep:
    return AgentStep(
        second.agent, (*first.facts, *second.facts), (*first.actions, *second.actions)
    )
