"""What people ask of an agent's state: pure functions (agent, at, body) -> AgentStep or refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import actions
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import (
    AgentStep,
    after_wrap_up,
    changed,
    ended_wrap_up,
    forced_out,
    joined,
    require_signed_in,
    require_wrap_up,
    signed_out,
)
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact

WRAP_UP_EXTENSION_MS = 30_000
#: Reasons an agent may choose; the rest are set by the system.
CHOSEN_REASONS = frozenset(
    {"rest", "meal", "meeting", "training", "coaching", "ticket_work", "follow_up", "fault"}
)


def sign_in(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    if agent.presence != "signed_out":
        raise CommandRefused("already_signed_in", "you are signed in already")
    session_id = str(body["session_id"])
    phone = "unregistered" if agent.media == "rehearsal" else agent.phone
    # An offer may have crossed with the last sign-out: what is in hand stays in hand.
    in_hand = agent.work in ("on_call", "offered", "wrap_up")
    after = replace(
        agent,
        presence="signed_in",
        work=agent.work if in_hand else "not_ready",
        reason=agent.reason if in_hand else "sign_in",
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
    require_signed_in(agent)
    if agent.work in ("on_call", "offered"):
        raise CommandRefused("in_call", "sign out after the call")
    if agent.work == "wrap_up":
        raise CommandRefused("in_wrap_up", "finish the wrap-up first")
    return signed_out(agent, at, "self", "self")


def ready(agent: Agent, at: int, body: Mapping[str, Any], cause: str = "self") -> AgentStep:
    require_signed_in(agent)
    if agent.work in ("on_call", "offered"):
        return AgentStep(replace(agent, next_work="ready", next_reason=None))
    if agent.work == "wrap_up" and agent.sign_out_asked:
        return after_wrap_up(ended_wrap_up(agent, at, auto=False), at, cause)
    if agent.phone == "unregistered":
        raise CommandRefused("phone_unregistered", "your phone is not registered")
    if agent.work == "ready":
        raise CommandRefused("already_ready", "you are ready already")
    before = ended_wrap_up(agent, at, auto=False)
    after = replace(before.agent, work="ready", reason=None, missed=None, rejects=0)
    return joined(before, changed(before.agent, after, at, cause))


def not_ready(agent: Agent, at: int, body: Mapping[str, Any], cause: str = "self") -> AgentStep:
    require_signed_in(agent)
    reason = str(body.get("reason", ""))
    if cause == "self" and reason not in CHOSEN_REASONS:
        raise CommandRefused("bad_reason", "choose a reason")
    if agent.work in ("on_call", "offered"):
        wished = replace(agent, next_work="not_ready", next_reason=reason)
        return AgentStep(wished)
    before = ended_wrap_up(agent, at, auto=False)
    if agent.work == "wrap_up" and agent.sign_out_asked:
        return after_wrap_up(before, at, cause)
    after = replace(before.agent, work="not_ready", reason=reason)
    return joined(before, changed(before.agent, after, at, cause))


def finish_wrap_up(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    require_wrap_up(agent)
    return after_wrap_up(ended_wrap_up(agent, at, auto=False), at, "self")


def extend_wrap_up(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    require_wrap_up(agent)
    if agent.wrap_up_extended:
        raise CommandRefused("extended_already", "the wrap-up was extended once already")
    longer = (agent.wrap_up_until or at) + WRAP_UP_EXTENSION_MS
    return AgentStep(
        replace(agent, wrap_up_until=longer, wrap_up_extended=True)
    )


def stay_not_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    """Not ready once the wrap-up is over, without ending it now."""
    require_wrap_up(agent)
    reason = str(body.get("reason") or "ticket_work")
    if reason not in CHOSEN_REASONS:
        raise CommandRefused("bad_reason", "choose a reason")
    return AgentStep(
        replace(agent, next_work="not_ready", next_reason=reason)
    )


def withdraw_help(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    """The agent has found the answer before anybody came."""
    asked = agent.open_help
    if asked is None:
        raise CommandRefused("not_now", "no call for help waits for an answer")
    told = Fact("help.withdrawn", at, agent.contact_id, agent.agent_no, {"asked_at": asked["at"]})
    return AgentStep(replace(agent, help=None), (told,))


def force_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    step = ready(agent, at, body, cause="supervisor")
    return _ordered("force_ready", agent, step, at, body)


def force_not_ready(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    step = not_ready(agent, at, {"reason": "forced"}, cause="supervisor")
    return _ordered("force_not_ready", agent, step, at, body)


def force_sign_out(agent: Agent, at: int, body: Mapping[str, Any]) -> AgentStep:
    require_signed_in(agent)
    step = forced_out(agent, at, "supervisor")
    return _ordered("force_sign_out", agent, step, at, body)


def _ordered(
    order: str, before: Agent, step: AgentStep, at: int, body: Mapping[str, Any]
) -> AgentStep:
    """Tell whose order was taken; one that waits for the end of a call changes no state yet."""
    told = {
        "order": order,
        "user_id": (body.get("by") or {}).get("user_id"),
        "reason": str(body.get("reason", ""))[:200],
        "at_once": bool(step.facts) or step.agent == before,
    }
    fact = Fact("agent.ordered", at, before.contact_id, before.agent_no, told)
    return replace(step, facts=(fact, *step.facts))


#: Given by somebody else than the agent.
ORDERS = frozenset({"force_ready", "force_not_ready", "force_sign_out"})

AGENT_COMMANDS: Mapping[str, Callable[[Agent, int, Mapping[str, Any]], AgentStep]] = {
    "sign_in": sign_in,
    "sign_out": sign_out,
    "ready": ready,
    "not_ready": not_ready,
    "finish_wrap_up": finish_wrap_up,
    "extend_wrap_up": extend_wrap_up,
    "stay_not_ready": stay_not_ready,
    "withdraw_help": withdraw_help,
    "force_ready": force_ready,
    "force_not_ready": force_not_ready,
    "force_sign_out": force_sign_out,
}
