"""A menu asks for an agent or a number outside; the flow waits for the answer.

Each question gets exactly one answer: `connected`, or the exit that the flow takes. The answer
`connected` comes only when the switch has bridged the two: before, the caller is the flow's.
"""

from __future__ import annotations

from esl_controller.domain import agent_events, menu_transfer
from esl_controller.domain import switch_events as sw
from esl_controller.domain.call import Call
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.parties import Target
from esl_controller.service import party_handlers
from esl_controller.service.controller import Controller
from esl_controller.service.items import ConnectAsked, ConnectCancelled, ConnectReady

CONNECTED = "connected"


def on_connect_asked(controller: Controller, asked: ConnectAsked) -> None:
    registry = controller.registry
    call = registry.calls.get(asked.contact_id)
    gone = call is None or call.ended_at or asked.contact_id in registry.hung_up
    if call is None or gone or call.state != "in_flow":
        asked.answer("unreachable")
        return
    if asked.kind == "agent":
        agent = registry.agents.get(asked.value)
        hindrance = menu_transfer.hindrance(agent)
        target = Target("agent", asked.value, agent.extension if agent else "")
    else:
        try:
            target, hindrance = party_handlers.outside(controller, asked.value), ""
        except CommandRefused:
            target, hindrance = Target("outside", ""), "unreachable"
    if hindrance:
        asked.answer(hindrance)
        return
    registry.asking[asked.contact_id] = asked.answer
    leg = controller.new_leg()
    controller.apply(menu_transfer.reach(call, asked.at, target, leg, asked.ring_s))
    if asked.kind == "agent":
        called = registry.agents[asked.value]
        controller.apply_agent(
            agent_events.called_in(called, asked.at, call.contact_id, "guest", "ringing")
        )


def on_connect_ready(controller: Controller, item: ConnectReady) -> None:
    call = controller.registry.calls.get(item.contact_id)
    if call and not call.may_bridge:
        controller.apply(menu_transfer.ready(call))


def on_connect_cancelled(controller: Controller, item: ConnectCancelled) -> None:
    """The flow waits no longer. Who has picked up is being connected just now: the switch's word
    about that is the answer, for a leg hung up in that moment would take the caller with it."""
    call = controller.registry.calls.get(item.contact_id)
    party = menu_transfer.called(call) if call else None
    if party and party.state == "up":
        return
    if call and party:
        give_up(controller, call, item.at, "no_answer")
    _answer(controller, item.contact_id, "no_answer")


def on_answered(controller: Controller, call: Call, event: sw.ChannelAnswered) -> bool:
    """True when the leg was one that a menu has asked for."""
    party = menu_transfer.called(call)
    if party is None or party.leg != event.uuid:
        return False
    if call.contact_id in controller.registry.hung_up:
        give_up(controller, call, event.at, "caller_left")
    else:
        after = controller.apply(menu_transfer.answered(call, event.at))
        party_handlers.settle(controller, after, event.at)
    return True


def on_bridged(controller: Controller, event: sw.ChannelBridged) -> None:
    call = controller.registry.find_call(event.uuid)
    party = menu_transfer.called(call) if call else None
    if call and party and {event.uuid, event.other_uuid} == {call.uuid, party.leg}:
        connected(controller, call, event.at)


def connected(controller: Controller, call: Call, at: int) -> None:
    """The switch has the two together, as it says itself."""
    after = controller.apply(menu_transfer.connected(call, at))
    party_handlers.settle(controller, after, at)
    _answer(controller, call.contact_id, CONNECTED)


def on_leg_lost(controller: Controller, call: Call, leg: str, at: int, cause: str) -> bool:
    """True when the leg was one that a menu had asked for: the flow goes on."""
    party = menu_transfer.called(call)
    if party is None or party.leg != leg:
        return False
    result = "no_answer" if party.state == "up" else menu_transfer.way_out(cause)
    give_up(controller, call, at, result)
    return True


def not_bridged(controller: Controller, call: Call, other: str, at: int) -> bool:
    """True when the switch could not connect the caller with whom the menu had called."""
    party = menu_transfer.called(call)
    if party is None or party.leg != other:
        return False
    give_up(controller, call, at)
    return True


def give_up(controller: Controller, call: Call, at: int, result: str = "cancelled") -> Call:
    """Nobody was reached: the agent is free again, and the flow is told."""
    party = menu_transfer.called(call)
    call = controller.apply(menu_transfer.given_up(call, at, result))
    agent = controller.registry.agents.get(party.target.value) if party else None
    if agent and party and party.target.kind == "agent":
        masked = call.masked
        controller.apply_agent(
            agent_events.call_not_taken(agent, at, call.contact_id, result, masked)
        )
    _answer(controller, call.contact_id, result if result in menu_transfer.EXITS else "no_answer")
    return call


def _answer(controller: Controller, contact_id: str, result: str) -> None:
    answer = controller.registry.asking.pop(contact_id, None)
    if answer:
        answer(result)
