"""What the switch tells about callers, offers and talks."""

from __future__ import annotations

from esl_controller.domain import (
    actions,
    agent_events,
    call_machine,
    holding,
    party_events,
    recording_machine,
    rejoin,
)
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call
from esl_controller.domain.call_machine import Step
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import leg_ended
from esl_controller.service import menu_handlers, outgoing_handlers, party_handlers
from esl_controller.service.controller import Controller
from esl_controller.service.registry import HungUp

DEFAULT_SHORT_ABANDON_S = 5


def on_channel_created(controller: Controller, event: sw.ChannelCreated) -> None:
    if event.inbound and event.context == "callers":
        controller.open_call(event.uuid, event.caller_number, event.called_number, event.at)
        return
    call = controller.registry.find_call(event.uuid)
    if call:
        _let_go_unwanted(controller, call, event.uuid)


def _let_go_unwanted(controller: Controller, call: Call, leg: str) -> bool:
    """Whether a leg that we placed came up only when nobody needed it any more: its hang-up,
    asked for before the switch had the channel, found nothing to end."""
    unwanted = call.ended_at is not None or leg not in call.legs
    if unwanted:
        controller.ask(actions.HangUp(leg), call.contact_id)
    return unwanted


def on_agent_leg(controller: Controller, event: sw.AgentLegCreated) -> None:
    call = controller.registry.find_member(event.member_uuid)
    if call:
        controller.apply(call_machine.bind_agent_leg(call, event))


def on_channel_answered(controller: Controller, event: sw.ChannelAnswered) -> None:
    call = controller.registry.find_call(event.uuid)
    if call is None or _let_go_unwanted(controller, call, event.uuid):
        return
    if event.uuid in call.rejoin_legs:
        controller.apply(rejoin.rejoined(call, event.uuid, event.at))
    elif menu_handlers.on_answered(controller, call, event):
        return
    elif call.state == "dialling":
        outgoing_handlers.on_answered(controller, call, event)
    elif event.uuid != call.uuid:
        party_handlers.on_answered(controller, call, event)


def on_queue_joined(controller: Controller, event: sw.QueueJoined) -> None:
    call = controller.open_call(event.member_uuid, event.caller_number, "", event.at)
    if call.state == "orphaned" and call.talk:
        lost_talk = call.talk
        call = controller.apply(rejoin.given_up(call, event.at))
        controller.wrap_up(lost_talk.agent_no, call, lost_talk.seq, event.at)
    config = controller.queue(event.queue)
    ring_s = config.ring_s if config else Call.ring_s
    controller.apply(call_machine.join_queue(replace(call, ring_s=ring_s), event))


def on_queue_left(controller: Controller, event: sw.QueueLeft) -> None:
    call = controller.registry.find_member(event.member_uuid)
    if call is None:
        return
    offered = call.offer
    config = controller.queue(event.queue)
    short = config.short_abandon_s if config else DEFAULT_SHORT_ABANDON_S
    call = controller.apply(call_machine.leave_queue(call, event, short))
    if offered and not call.offer:
        result = "caller_left" if event.hung_up else "cancelled"
        controller.offer_over(offered.agent_no, call, event.at, result)


def on_offered(controller: Controller, event: sw.AgentOffered) -> None:
    call = controller.open_call(event.member_uuid, "", "", event.at)
    call = controller.apply(call_machine.offer(call, event))
    agent = controller.registry.agents.get(event.agent_no)
    if agent and call.offer:
        controller.apply_agent(
            agent_events.offered(agent, event.at, call.contact_id, event.queue)
        )


def on_offer_failed(controller: Controller, event: sw.AgentOfferFailed) -> None:
    call = controller.registry.find_member(event.member_uuid)
    if call is None:
        return
    result = call_machine.OFFER_RESULTS.get(event.cause, "unreachable")
    call = controller.apply(call_machine.fail_offer(call, event))
    controller.offer_over(event.agent_no, call, event.at, result)


def on_answered(controller: Controller, event: sw.AgentAnswered) -> None:
    call = controller.registry.find_member(event.member_uuid)
    if call is None:
        return
    controller.apply(call_machine.answer(call, event))
    agent = controller.registry.agents.get(event.agent_no)
    if agent:
        _leave_other_call(controller, agent, call)
        controller.apply_agent(
            agent_events.answered(agent, event.at, call.contact_id, event.queue)
        )


def _leave_other_call(controller: Controller, agent: Agent, call: Call) -> None:
    """A queue's call was taken while the desk had just begun another: that one is let go."""
    other = controller.registry.calls.get(agent.contact_id or "")
    if agent.work != "on_call" or other is None or other.contact_id == call.contact_id:
        return
    party = other.find_guest(agent.agent_no) or other.find_monitor(agent.agent_no)
    if party:
        controller.ask(actions.HangUp(party.leg), other.contact_id)
    elif other.talk and other.talk.agent_no == agent.agent_no:
        asked = replace(other.talk, hang_up_asked=True)
        hang_up = actions.HangUp(asked.agent_leg)
        controller.apply(
            Step(replace(other, talks=(*other.talks[:-1], asked)), actions=(hang_up,))
        )


def on_talk_ended(controller: Controller, event: sw.AgentTalkEnded) -> None:
    """The queue's word. It is late about an agent who has handed the caller on already."""
    call = controller.registry.find_member(event.member_uuid)
    if call is None or not call.talk or call.talk.agent_no != event.agent_no:
        return
    if not call.talk.by_queue or call.state == "orphaned":
        return
    if rejoin.is_loss(call, event.cause):
        _agent_lost(controller, call, event.at)
    else:
        _agent_left(controller, call, event.at, call_machine.end_talk(call, event))


def _agent_lost(controller: Controller, call: Call, at: int) -> None:
    """Told by the queue or by the leg's own end, whichever comes first."""
    orphaned = controller.apply(rejoin.lost(call, at))
    party_handlers.settle(controller, orphaned, at)


def _agent_left(controller: Controller, call: Call, at: int, alone: Step) -> None:
    """The serving agent's leg is gone; `alone` is what it means with nobody else on the line."""
    talk = call.talk
    assert talk is not None
    others = party_events.agent_leg_gone(call, at)
    after = controller.apply(others if others.call != call else alone)
    controller.wrap_up(talk.agent_no, after, talk.seq, at)
    party_handlers.settle(controller, after, at)


def on_hung_up(controller: Controller, event: sw.ChannelHungUp) -> None:
    call = controller.registry.find_call(event.uuid)
    if call is None:
        controller.registry.ended_unknown[event.uuid] = event.at
        return
    _tell_leg(controller, call, event)
    if event.uuid in call.rejoin_legs:
        controller.apply(rejoin.not_rejoined(call, event.uuid))
        return
    if outgoing_handlers.on_hung_up(controller, call, event):
        return
    if menu_handlers.on_leg_lost(controller, call, event.uuid, event.at, event.cause):
        return
    if event.uuid == call.uuid and call.contact_id in controller.registry.flows_running:
        # The flow says in a moment how far the caller came; on_tick does not wait for ever.
        ended = HungUp(event.at, event.cause, event.by_remote)
        controller.registry.hung_up[call.contact_id] = ended
    elif event.uuid == call.uuid:
        close_call(controller, call, event.at, event.cause, event.by_remote)
    elif not party_handlers.on_hung_up(controller, call, event):
        _agent_leg_hung_up(controller, call, event)


def _agent_leg_hung_up(controller: Controller, call: Call, event: sw.ChannelHungUp) -> None:
    """mod_callcenter tells the end of its own talks; of any other, the leg's end is the end."""
    closed = call_machine.close_agent_leg(call, event)
    talk = call.talk
    if talk and talk.agent_leg == event.uuid and call.state == "orphaned":
        return  # told already
    if talk and talk.agent_leg == event.uuid and rejoin.is_loss(call, event.cause):
        _agent_lost(controller, call, event.at)
        return
    if talk is None or talk.agent_leg != event.uuid or talk.by_queue:
        controller.apply(closed)
        return
    marked = controller.apply(closed)
    ended_by = marked.talks[-1].ended_by or "customer"
    alone = call_machine.end_talk_now(marked, event.at, ended_by)
    _agent_left(controller, marked, event.at, alone)


def close_call(
    controller: Controller, call: Call, at: int, cause: str, by_remote: bool
) -> None:
    """The customer's channel is gone: everybody else is let go, and agents move on."""
    if call.state == "connecting":
        call = menu_handlers.give_up(controller, call, at, "caller_left")
    offered, talk = call.offer, call.talk
    legs = [party.leg for party in call.parties] + [monitor.leg for monitor in call.monitors]
    legs += call.rejoin_legs
    if talk:  # usually gone with the caller; parked for ever if we had just parted the two
        legs.append(talk.agent_leg)
    call = controller.apply(call_machine.hang_up(call, at, cause, by_remote))
    for leg in legs:
        controller.ask(actions.HangUp(leg), call.contact_id)
    if offered:
        controller.offer_over(offered.agent_no, call, at, "caller_left")
    if talk:
        controller.wrap_up(talk.agent_no, call, talk.seq, at)
    party_handlers.settle(controller, call, at)


def on_phone_holds(controller: Controller, event: sw.PhoneHolds) -> None:
    call = controller.registry.find_call(event.uuid)
    if call:
        controller.apply(holding.key_pressed(call, event))


def on_recording_started(controller: Controller, event: sw.RecordingStarted) -> None:
    call = controller.registry.find_call(event.uuid)
    if call:
        controller.apply(recording_machine.started(call, event))


def on_recording_stopped(controller: Controller, event: sw.RecordingStopped) -> None:
    call = controller.registry.find_call(event.uuid)
    if call:
        controller.apply(recording_machine.stopped(call, event))


def _tell_leg(controller: Controller, call: Call, event: sw.ChannelHungUp) -> None:
    leg = controller.registry.legs[event.uuid]
    controller.registry.legs_told.add(event.uuid)
    controller.effects.facts.append(
        leg_ended(
            call.contact_id,
            leg.agent_no,
            event.at,
            switch_uuid=event.uuid,
            role=leg.role,
            started_at=event.created_at,
            rang_at=event.rang_at or None,
            answered_at=event.answered_at or None,
            hangup_cause=event.cause,
            sip_code=event.sip_code,
            codec=event.codec,
        )
    )
