"""What offers, talks, phones, desks and time mean to an agent: pure functions -> AgentStep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import (
    AgentStep,
    after_wrap_up,
    back_to_work,
    changed,
    ended_wrap_up,
    in_reach,
    joined,
    phone_after,
    signed_out,
    wishes_cleared,
    wishes_kept,
)
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact

FORCED_NOT_READY_AFTER_MS = 90_000
#: A desk that was simply closed must not count as signed in until the next morning.
SIGNED_OUT_AFTER_MS = 30 * 60_000
REJECTS_ALLOWED = 2


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
    return _not_taken(agent, at, result, caller_masked)


def call_not_taken(
    agent: Agent, at: int, contact_id: str, result: str, caller_masked: str
) -> AgentStep:
    """A caller whom a menu sent to this agent was not taken: the same as with an offer."""
    if (agent.work, agent.role, agent.contact_id) != ("on_call", "guest", contact_id):
        return AgentStep(agent)
    return _not_taken(agent, at, result, caller_masked)


def _not_taken(agent: Agent, at: int, result: str, caller_masked: str) -> AgentStep:
    idle = replace(
        agent,
        contact_id=None,
        queue=None,
        role=None,
        before_work=None,
        before_reason=None,
        phone=phone_after(agent),
    )
    missed = {"at": at, "result": result, "caller_masked": caller_masked}
    rejects = agent.rejects + (result in ("rejected", "busy"))
    if result in ("no_answer", "unreachable") or rejects >= REJECTS_ALLOWED:
        reason = "rejected" if result in ("rejected", "busy") else result
        aside = replace(idle, work="not_ready", reason=reason, missed=missed, rejects=0)
        return wishes_cleared(agent, aside, at, "no_answer")
    if result in ("rejected", "busy"):
        idle = replace(idle, missed=missed, rejects=rejects)
    elif result == "caller_left":
        idle = replace(idle, missed=missed)
    return back_to_work(agent, idle, at, "switch")


def answered(agent: Agent, at: int, contact_id: str, queue: str) -> AgentStep:
    """Also in a wrap-up: the switch may have offered before it heard of the closed gate."""
    before = ended_wrap_up(agent, at, auto=True)
    after = replace(
        before.agent,
        work="on_call",
        contact_id=contact_id,
        queue=queue,
        phone="busy",
        rejects=0,
        missed=None,
        reason=None,
        role="serving",
    )
    return joined(before, changed(agent, after, at, "switch"))


def called_in(agent: Agent, at: int, contact_id: str, role: str, phone: str) -> AgentStep:
    """Own outgoing call, a consultation, a conference, or listening as a supervisor. The gate
    closes at once; what the agent did before comes back afterwards."""
    after = replace(
        agent,
        work="on_call",
        contact_id=contact_id,
        phone=phone,
        role=role,
        before_work=agent.work,
        before_reason=agent.reason,
        reason=None,
        missed=None,
    )
    if role == "serving" and agent.work == "not_ready":
        after = replace(after, next_work="not_ready", next_reason=agent.reason)
    return changed(agent, after, at, "self")


def on_the_line(agent: Agent, at: int, contact_id: str, role: str) -> AgentStep:
    """The agent's phone is up; `role` serving when the caller has been handed over."""
    if agent.contact_id != contact_id or agent.work != "on_call":
        return AgentStep(agent)
    after = replace(agent, phone="busy", role=role)
    takes_over = role == "serving" and agent.role != "serving"
    if takes_over and agent.before_work == "not_ready" and agent.next_work is None:
        after = replace(after, next_work="not_ready", next_reason=agent.before_reason)
    return changed(agent, after, at, "switch")


def not_joined(at: int, result: str, caller_masked: str) -> Mapping[str, Any]:
    """What a desk shows of a colleague's call that was not taken: unlike a queue's caller, nobody
    waits for it any more."""
    return {"at": at, "result": f"colleague_{result}", "caller_masked": caller_masked}


def left_the_line(
    agent: Agent, at: int, contact_id: str, missed: Mapping[str, Any] | None = None
) -> AgentStep:
    """A guest or a listening supervisor is off the call: back to what went before, or to what was
    wished for meanwhile. `missed` is for a guest whose phone has only rung."""
    if agent.contact_id != contact_id or agent.work != "on_call" or agent.role == "serving":
        return AgentStep(agent)
    work, reason = agent.before_work or "not_ready", agent.before_reason
    if agent.next_work:
        work, reason = agent.next_work, agent.next_reason
    after = replace(
        agent,
        work=work,
        reason=reason,
        next_work=None,
        next_reason=None,
        contact_id=None,
        queue=None,
        role=None,
        before_work=None,
        before_reason=None,
        phone=phone_after(agent),
        missed=missed if agent.role == "guest" and agent.phone == "ringing" else None,
    )
    return wishes_kept(agent, after, at)


def talk_ended(agent: Agent, at: int, contact_id: str, talk_seq: int, wrap_up_s: int) -> AgentStep:
    if agent.work != "on_call" or agent.contact_id != contact_id or agent.role != "serving":
        return AgentStep(agent)
    after = replace(
        agent,
        work="wrap_up",
        role=None,
        help=None,
        before_work=None,
        before_reason=None,
        phone=phone_after(agent),
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
    return changed(agent, in_reach(replace(agent, phone="idle"), at), at, "switch")


def phone_unregistered(agent: Agent, at: int) -> AgentStep:
    if agent.phone == "unregistered":
        return AgentStep(agent)
    return changed(agent, in_reach(replace(agent, phone="unregistered"), at), at, "switch")


def desk_seen(agent: Agent, at: int, seen: bool) -> AgentStep:
    """The desk's heartbeat came (`seen`) or has been missing for too long."""
    presence = "signed_in" if seen else "lost"
    if agent.presence in ("signed_out", presence):
        return AgentStep(agent)
    return changed(agent, in_reach(replace(agent, presence=presence), at), at, "system")


def tick(agent: Agent, at: int) -> AgentStep:
    """What time alone brings: the end of a wrap-up, not ready for who stays out of reach."""
    if agent.work == "wrap_up" and agent.wrap_up_until and at >= agent.wrap_up_until:
        return after_wrap_up(ended_wrap_up(agent, at, auto=True), at, "system")
    away = agent.out_of_reach_since
    idle = agent.work in ("ready", "not_ready")
    if agent.presence == "lost" and idle and away and at - away >= SIGNED_OUT_AFTER_MS:
        return signed_out(agent, at, "lost", "system")
    if agent.work == "ready" and away and at - away >= FORCED_NOT_READY_AFTER_MS:
        return changed(
            agent, replace(agent, work="not_ready", reason="unreachable"), at, "system"
        )
    return AgentStep(agent)
