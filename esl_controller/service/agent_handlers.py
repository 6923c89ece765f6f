"""What phones, the switch's gate and time mean to agents."""

from __future__ import annotations

from esl_controller.domain import agent_events, rejoin
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import forced_out
from esl_controller.service.call_handlers import close_call
from esl_controller.service.controller import Controller
from esl_controller.service.items import Tick

PRESENCE_LOST_MS = 15_000
#: How long a flow may take to notice that its caller is gone.
FLOW_WORD_MS = 5_000


def on_phone_registered(controller: Controller, event: sw.PhoneRegistered) -> None:
    controller.registry.registered.add(event.extension)
    controller.registry.phones_told.add(event.extension)
    agent = controller.agent_at(event.extension)
    if agent:
        controller.apply_agent(agent_events.phone_registered(agent, event.at))
        _bring_back(controller, agent, event.at)


def _bring_back(controller: Controller, agent: Agent, at: int) -> None:
    """The phone is there again while its caller waits with music: call it."""
    call = controller.registry.calls.get(agent.contact_id or "")
    if call and call.state == "orphaned" and not call.rejoin_leg:
        controller.apply(rejoin.rejoin(call, at, agent.extension, controller.new_leg()))


def on_phone_unregistered(controller: Controller, event: sw.PhoneUnregistered) -> None:
    controller.registry.registered.discard(event.extension)
    controller.registry.phones_told.add(event.extension)
    agent = controller.agent_at(event.extension)
    if agent:
        controller.apply_agent(agent_events.phone_unregistered(agent, event.at))


def on_status_changed(controller: Controller, event: sw.AgentStatusChanged) -> None:
    """The switch's own idea of the gate. `On Break` by itself means a missed offer, which is
    told by the offer's failure. A gate that is open and should not be is closed again, and one
    that was closed for an offer we never had in hand is opened again."""
    controller.registry.status_told[event.agent_no] = event.status
    agent = controller.registry.agents.get(event.agent_no)
    if agent and agent.work != "offered":
        controller.mind_the_gate(agent)


def on_tick(controller: Controller, tick: Tick) -> None:
    snapshot = controller.registry.snapshot
    appointed = {agent.agent_no for agent in snapshot.agents} if snapshot else None
    for agent in list(controller.registry.agents.values()):
        if tick.desks is not None and agent.presence != "signed_out":
            seen = tick.at - tick.desks.get(agent.agent_no, agent.since) < PRESENCE_LOST_MS
            agent = controller.apply_agent(agent_events.desk_seen(agent, tick.at, seen))
        agent = controller.apply_agent(agent_events.tick(agent, tick.at))
        if appointed is not None and agent.agent_no not in appointed:
            _see_off(controller, agent, tick.at)
    _close_silent_flows(controller, tick.at)
    controller.effects.calls |= set(controller.registry.forget_old(tick.at))


def _see_off(controller: Controller, agent: Agent, at: int) -> None:
    """Somebody was locked or has left: signed out when the call in hand is over, then forgotten."""
    if agent.presence != "signed_out":
        controller.apply_agent(forced_out(agent, at, "system"))
    elif agent.work not in ("on_call", "offered", "wrap_up"):
        del controller.registry.agents[agent.agent_no]
        controller.effects.agents.add(agent.agent_no)


def _close_silent_flows(controller: Controller, at: int) -> None:
    """Callers who hung up and whose flow has said nothing since."""
    registry = controller.registry
    late = [cid for cid, ended in registry.hung_up.items() if at - ended.at > FLOW_WORD_MS]
    for contact_id in late:
        ended = registry.hung_up.pop(contact_id)
        registry.flows_running.discard(contact_id)
        call = registry.calls.get(contact_id)
        if call:
            close_call(controller, call, ended.at, ended.cause, ended.by_remote)
