"""Commands and events of calls with more than two parties: finds targets, moves agents along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import (
    agent_events,
    monitor_machine,
    numbers,
    party_commands,
    party_events,
)
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import AgentStep
from esl_controller.domain.call import Call
from esl_controller.domain.call_machine import OFFER_RESULTS, Step
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Monitor, Target
from esl_controller.service.controller import Controller

#: Commands that place a new leg, and those that only move the legs there are.
REACHING: Mapping[str, Callable[[Call, int, Target, str], Step]] = {
    "transfer": party_commands.transfer,
    "consult": party_commands.consult,
    "invite": party_commands.invite,
}
MOVING: Mapping[str, Callable[[Call, int], Step]] = {
    "cancel_consult": party_commands.cancel_consult,
    "complete_transfer": party_commands.complete_transfer,
    "swap": party_commands.swap,
    "merge": party_commands.merge,
    "end_conference": party_commands.end_conference,
}
ON_MEMBER: Mapping[str, Callable[[Call, int, str], Step]] = {
    "drop_party": party_commands.drop_party,
    "mute_party": party_commands.mute_party,
}
#: Ends of a ringing leg that we have asked for ourselves.
LET_GO = frozenset({"NORMAL_CLEARING", "ORIGINATOR_CANCEL"})
PARTY_COMMANDS = frozenset({*REACHING, *MOVING, *ON_MEMBER})


def command(controller: Controller, agent: Agent, call: Call, asked: Any, now: int) -> None:
    """Raises CommandRefused; the caller stays with the agent."""
    if asked.type in REACHING:
        target = resolve(controller, agent, asked.body)
        leg = controller.new_leg()
        step = REACHING[asked.type](call, now, target, leg)
        _apply(controller, step, now, agent.agent_no, asked.id)
        if target.kind == "agent":
            guest = controller.registry.agents[target.value]
            role_step = agent_events.called_in(guest, now, call.contact_id, "guest", "ringing")
            controller.apply_agent(role_step)
    elif asked.type in MOVING:
        _apply(controller, MOVING[asked.type](call, now), now, agent.agent_no, asked.id)
    else:
        leg = str(asked.body.get("leg", ""))
        step = ON_MEMBER[asked.type](call, now, leg)
        _apply(controller, step, now, agent.agent_no, asked.id)


def resolve(controller: Controller, agent: Agent, body: Mapping[str, Any]) -> Target:
    """Whom a desk means; CommandRefused with a reason that an agent can act on."""
    kind, value = party_commands.target_of(body)
    registry = controller.registry
    if kind == "queue":
        if registry.snapshot is None or registry.snapshot.find_queue(value) is None:
            raise CommandRefused("no_such_queue", "there is no such group")
        return Target("queue", value)
    if kind == "flow":
        if registry.snapshot is None or value not in registry.snapshot.flows:
            raise CommandRefused("no_such_flow", "there is no such menu")
        return Target("flow", value)
    if kind == "agent":
        other = registry.agents.get(value)
        if other is None or other.presence == "signed_out":
            raise CommandRefused("agent_absent", "that agent is not signed in")
        if other.agent_no == agent.agent_no:
            raise CommandRefused("bad_target", "that is you")
        if other.state == "unreachable" or other.phone == "unregistered":
            raise CommandRefused("agent_unreachable", "that agent's phone cannot be reached")
        if other.work not in ("ready", "not_ready") or other.phone != "idle":
            raise CommandRefused("agent_busy", "that agent is busy")
        return Target("agent", value, other.extension)
    return outside(controller, value)


def outside(controller: Controller, value: str) -> Target:
    """A number that we may call, from a desk or from a menu; CommandRefused for any other."""
    normal = numbers.normalise(value, controller.area_code)
    registry = controller.registry
    if normal is None or normal.startswith("ext:"):
        raise CommandRefused("bad_number", "that is not a telephone number")
    own = [entry.number for entry in registry.snapshot.called_numbers] if registry.snapshot else []
    if numbers.is_barred(normal, own, controller.barred_prefixes, controller.area_code):
        raise CommandRefused("barred", "that number may not be called from here")
    return Target("outside", normal)


def on_answered(controller: Controller, call: Call, event: sw.ChannelAnswered) -> None:
    """A leg that we placed is up: a supervisor's, or a party's."""
    monitor = next((m for m in call.monitors if m.leg == event.uuid), None)
    if monitor:
        controller.apply(monitor_machine.answered(call, event.uuid, event.at))
        _line(controller, monitor.agent_no, call, event.at, "supervisor")
        return
    if call.find_party(event.uuid):
        _apply(controller, party_events.answered(call, event.uuid, event.at), event.at)


def on_hung_up(controller: Controller, call: Call, event: sw.ChannelHungUp) -> bool:
    """True when the leg was a party's or a supervisor's."""
    return leg_lost(controller, call, event.uuid, event.at, event.refusal)


def leg_lost(
    controller: Controller, call: Call, leg: str, at: int, cause: str = "NORMAL_CLEARING"
) -> bool:
    """True when the leg was a party's or a supervisor's, which is now off the call."""
    monitor = next((monitor for monitor in call.monitors if monitor.leg == leg), None)
    if monitor:
        settle(controller, controller.apply(monitor_machine.gone(call, leg, at)), at)
        if monitor.state == "dialling" and cause not in LET_GO:
            _nobody_came(controller, monitor, at, cause)
        return True
    if call.find_party(leg) is None:
        return False
    party_lost(controller, call, leg, at, cause)
    return True


def _nobody_came(controller: Controller, monitor: Monitor, at: int, cause: str) -> None:
    """A listening did not come about: the supervisor is told, and a cry for help that was answered
    by coming is open again."""
    controller.tell(monitor.agent_no, "listen_failed", f"your phone: {cause}", at)
    agent = controller.registry.agents.get(monitor.target)
    asked = agent.help if agent else None
    if agent and asked and asked["answered_by"] == monitor.agent_no and not asked.get("reply"):
        controller.apply_agent(AgentStep(replace(agent, help={**asked, "answered_by": None})))


def party_lost(controller: Controller, call: Call, leg: str, at: int, cause: str) -> None:
    """A party is gone or could not be reached: the serving agent is told and has the caller."""
    party = call.find_party(leg)
    if party is None:
        return
    # After the caller's end its cause is our own hang-up, and nobody waits for a word of it.
    result = "caller_left" if call.ended_at else OFFER_RESULTS.get(cause, "unreachable")
    after = controller.apply(party_events.gone(call, leg, at, result))
    settle(controller, after, at, result)
    if party.state == "dialling" and call.agent_no and not call.ended_at:
        # Who has left a transfer to ring has the caller no more.
        told = f"target_{result}" if after.talk else f"transfer_{after.state}"
        controller.tell(call.agent_no, told, f"the call was not taken: {result}", at)


def not_connected(controller: Controller, call: Call, other: str, at: int) -> None:
    """The caller could not be connected to a leg, since that one has gone."""
    _apply(controller, party_events.not_connected(call, at, other), at)


def _apply(
    controller: Controller,
    step: Step,
    at: int,
    agent_no: str | None = None,
    command_id: str | None = None,
) -> None:
    settle(controller, controller.apply(step, agent_no, command_id), at)


def settle(
    controller: Controller, after: Call, at: int, result: str = "caller_left"
) -> None:
    """Move every agent who is bound to the call to where the call now has them. `result` is why
    somebody was not reached who only rang; by default nobody wanted them any more."""
    for agent in list(controller.registry.agents.values()):
        if agent.contact_id != after.contact_id or agent.work != "on_call":
            continue
        if after.talk and after.talk.agent_no == agent.agent_no:
            _line(controller, agent.agent_no, after, at, "serving")
        elif agent.role == "serving":
            ended = next(
                (t for t in reversed(after.talks) if t.agent_no == agent.agent_no), None
            )
            if ended and ended.ended_at:
                controller.wrap_up(agent.agent_no, after, ended.seq, ended.ended_at)
        elif after.find_guest(agent.agent_no):
            guest = after.find_guest(agent.agent_no)
            if guest and guest.state == "up":
                _line(controller, agent.agent_no, after, at, "guest")
        elif not after.find_monitor(agent.agent_no):
            masked = after.masked
            missed = agent_events.not_joined(at, result, masked)
            controller.apply_agent(
                agent_events.left_the_line(agent, at, after.contact_id, missed)
            )


def _line(controller: Controller, agent_no: str, call: Call, at: int, role: str) -> None:
    agent = controller.registry.agents.get(agent_no)
    if agent:
        controller.apply_agent(agent_events.on_the_line(agent, at, call.contact_id, role))
