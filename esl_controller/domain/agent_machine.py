"""How an agent changes: numbered, told, and with the switch's status moved along.

`changed` is the one door: agent.state_changed is told whenever anything people see has changed,
and SetAgentStatus is asked for whenever mod_callcenter's gate must move.
"""

from __future__ import annotations

from dataclasses import dataclass

from esl_controller.domain import actions
from esl_controller.domain.agent import Agent
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact


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
    now = replace(after, since=at if moved or shown else before.since)
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


def forced_out(agent: Agent, at: int, cause: str) -> AgentStep:
    """Signed out by somebody else: now, or when the call in hand and its wrap-up are over."""
    if agent.work in ("on_call", "offered", "wrap_up"):
        return AgentStep(replace(agent, sign_out_asked="forced"))
    return signed_out(agent, at, "forced", cause)


def require_signed_in(agent: Agent) -> None:
    if agent.presence == "signed_out":
        raise CommandRefused("signed_out", "sign in first")


def require_wrap_up(agent: Agent) -> None:
    if agent.work != "wrap_up":
        raise CommandRefused("not_in_wrap_up", "there is no wrap-up to change")


def phone_after(agent: Agent) -> str:
    return "unregistered" if agent.phone == "unregistered" else "idle"


def in_reach(agent: Agent, at: int) -> Agent:
    """Start or stop the clock of being out of reach."""
    if agent.presence == "lost" or agent.phone == "unregistered":
        return replace(agent, out_of_reach_since=agent.out_of_reach_since or at)
    return replace(agent, out_of_reach_since=None)


def ended_wrap_up(agent: Agent, at: int, auto: bool) -> AgentStep:
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


def after_wrap_up(ended: AgentStep, at: int, cause: str) -> AgentStep:
    if ended.agent.sign_out_asked:
        return joined(ended, signed_out(ended.agent, at, "forced", "supervisor"))
    return joined(ended, back_to_work(ended.agent, ended.agent, at, cause))


def back_to_work(before: Agent, idle: Agent, at: int, cause: str) -> AgentStep:
    """Ready, or what was wished for during the call."""
    if idle.next_work == "not_ready":
        after = replace(idle, work="not_ready", reason=idle.next_reason)
    else:
        after = replace(idle, work="ready", reason=None)
    return wishes_cleared(before, after, at, cause)


def wishes_kept(before: Agent, after: Agent, at: int) -> AgentStep:
    """Off a call without a wrap-up: a forced sign-out that waited for it happens now."""
    if after.sign_out_asked:
        return joined(AgentStep(after), signed_out(after, at, "forced", "supervisor"))
    return changed(before, after, at, "switch")


def wishes_cleared(before: Agent, after: Agent, at: int, cause: str) -> AgentStep:
    clear = replace(after, next_work=None, next_reason=None)
    if clear.sign_out_asked and clear.work != "wrap_up":
        return joined(AgentStep(clear), signed_out(clear, at, "forced", "supervisor"))
    return changed(before, clear, at, cause)


def joined(first: AgentStep, second: AgentStep) -> AgentStep:
    return AgentStep(
        second.agent, (*first.facts, *second.facts), (*first.actions, *second.actions)
    )
