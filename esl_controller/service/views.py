"""What desks and supervisors see, built from the registry after each change."""

from __future__ import annotations

from typing import Any

from esl_controller.domain.agent import Agent, agent_view
from esl_controller.domain.call import Call, call_view, guest_actions
from esl_controller.service.registry import Registry

WAITING = ("waiting", "offered")


def desk(registry: Registry, agent: Agent, now: int) -> dict[str, Any]:
    """The body of desk.updated: the agent, and the call in hand if any."""
    call = registry.calls.get(agent.contact_id) if agent.contact_id else None
    return {
        "agent": agent_view(agent, now),
        "call": call_for(agent, call) if call else None,
    }


def call_for(agent: Agent, call: Call) -> dict[str, Any]:
    """The call as this agent sees it: wrapping once the talk is over, `muted` of the own line, and
    without a simulated phone there is nothing that `answer` could press."""
    view = call_view(call)
    view["role"] = agent.role
    if agent.work == "wrap_up":
        view["state"] = "wrapping"
        view["allowed"] = []
    elif agent.role == "guest":
        party = call.find_guest(agent.agent_no)
        view["allowed"] = list(guest_actions(party)) if party else []
        view["muted"] = bool(party and party.muted)
    elif agent.role == "supervisor":
        monitor = call.find_monitor(agent.agent_no)
        view["muted"] = False
        view["monitor"] = monitor.mode if monitor else None
        view["allowed"] = ["stop_monitor", "take_over", "forced_release"] if monitor else []
    if agent.media != "rehearsal":
        view["allowed"] = [action for action in view["allowed"] if action != "answer"]
    return view


def call_on_server(call: Call) -> dict[str, Any]:
    """CallView plus what must not leave the server unasked: the raw number."""
    return {**call_view(call), "caller_number": call.caller_number, "e164": call.e164}


def queue(registry: Registry, code: str, now: int) -> dict[str, Any] | None:
    """QueueView; None for a queue that is not in the snapshot."""
    config = registry.snapshot.find_queue(code) if registry.snapshot else None
    if config is None:
        return None
    waiting = [
        call.visit.entered_at
        for call in registry.calls.values()
        if call.state in WAITING and call.visit and call.visit.queue == code
    ]
    states = [
        registry.agents[member.agent_no].state
        for member in config.members
        if member.agent_no in registry.agents
    ]
    return {
        "queue": code,
        "name": config.name,
        "waiting": len(waiting),
        "longest_since": min(waiting) if waiting else None,
        "target_s": config.target_s,
        "ready": states.count("ready"),
        "ringing": states.count("offered"),
        "talking": states.count("on_call"),
        "wrapping": states.count("wrap_up"),
        "not_ready": states.count("not_ready") + states.count("unreachable"),
        "signed_out": states.count("signed_out"),
        "at": now,
    }
