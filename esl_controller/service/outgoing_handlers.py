"""Calls that an agent places: first the agent's own phone, then the other side."""

from __future__ import annotations

from typing import Any

from esl_controller.domain import actions, agent_events, call_machine
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.errors import CommandRefused
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact, leg_ended
from esl_controller.domain.ids import contact_id_of
from esl_controller.domain.parties import Target
from esl_controller.service.controller import Controller
from esl_controller.service.party_handlers import resolve

RING_S = 45


def dial(controller: Controller, agent: Agent, asked: Any, now: int) -> None:
    """Raises CommandRefused. The customer's leg gets its UUID now, so the contact exists."""
    if agent.presence == "signed_out" or agent.work not in ("ready", "not_ready"):
        raise CommandRefused("not_now", "finish what you are doing first")
    if agent.phone != "idle":
        raise CommandRefused("phone_unregistered", "your phone is not registered")
    target = resolve(controller, agent, asked.body)
    if target.kind == "queue":
        target = _ready_of_group(controller, agent, target.value)
    if target.kind not in ("agent", "outside"):
        raise CommandRefused("bad_target", "choose an agent, a group or a number")
    uuid, leg = controller.new_leg(), controller.new_leg()
    number = target.value
    call = Call(
        contact_id=contact_id_of(uuid),
        uuid=uuid,
        caller_number=number,
        e164=number if target.kind == "outside" else None,
        called_number=controller.own_number(),
        started_at=now,
        direction="outbound" if target.kind == "outside" else "internal",
        state="dialling",
        talks=(Talk(1, agent.agent_no, "", leg, now, role="outbound"),),
        segment_count=1,
        dialled=target,
    )
    told = fact(
        call,
        "contact.started",
        now,
        agent.agent_no,
        direction=call.direction,
        caller_number=number,
        e164=call.e164,
        called_number=call.called_number,
        switch_uuid=uuid,
        is_test=False,
    )
    own = actions.Dial(
        leg,
        Target("agent", agent.agent_no, agent.extension),
        number,
        20,
        call.contact_id,
        auto_answer=True,
    )
    controller.apply(Step(call, (told,), (own,)), agent.agent_no, asked.id)
    controller.apply_agent(
        agent_events.called_in(agent, now, call.contact_id, "serving", "ringing")
    )


def _ready_of_group(controller: Controller, caller: Agent, queue: str) -> Target:
    """Who of a group is called: as with its callers, whoever has been ready for longest."""
    config, agents = controller.queue(queue), controller.registry.agents
    members = config.members if config else ()
    found = [agents[member.agent_no] for member in members if member.agent_no in agents]
    ready = [a for a in found if a.state == "ready" and a.phone == "idle" and a != caller]
    if not ready:
        raise CommandRefused("no_agent_ready", "nobody of that group is ready")
    chosen = min(ready, key=lambda a: a.since)
    return Target("agent", chosen.agent_no, chosen.extension)


def on_answered(controller: Controller, call: Call, event: sw.ChannelAnswered) -> None:
    """The agent's phone is up: call the other side. The other side is up: they talk."""
    talk = call.talk
    if call.state != "dialling" or talk is None or call.dialled is None:
        return
    caller = controller.registry.agents.get(talk.agent_no)
    if event.uuid == talk.agent_leg and caller and caller.phone == "busy":
        return  # told twice: the other side is being called already
    if talk.hang_up_asked:  # before the switch had a channel that could be hung up
        failed(controller, call, "ORIGINATOR_CANCEL", event.at)
    elif event.uuid == talk.agent_leg and _taken_meanwhile(controller, call):
        failed(controller, call, "USER_BUSY", event.at)
    elif event.uuid == talk.agent_leg:
        internal = call.dialled.kind == "agent"
        shown = talk.agent_no if internal else call.called_number
        out = actions.Dial(call.uuid, call.dialled, shown, RING_S, call.contact_id)
        controller.apply(
            Step(call, actions=(actions.Ringback(talk.agent_leg), out)), talk.agent_no
        )
        agent = controller.registry.agents.get(talk.agent_no)
        if agent:
            controller.apply_agent(
                agent_events.on_the_line(agent, event.at, call.contact_id, "serving")
            )
        _rings(controller, call, event.at)
    elif event.uuid == call.uuid:
        _connect(controller, call, talk, event.at)


def _colleague(controller: Controller, call: Call) -> Agent | None:
    """The agent to be called, if it is one."""
    other = call.dialled.value if call.dialled and call.dialled.kind == "agent" else ""
    return controller.registry.agents.get(other)


def _taken_meanwhile(controller: Controller, call: Call) -> bool:
    """Whether the agent to be called has got another call since the desk asked for this one."""
    agent = _colleague(controller, call)
    if agent is None:
        return False
    return agent.presence == "signed_out" or agent.work not in ("ready", "not_ready")


def _rings(controller: Controller, call: Call, at: int) -> None:
    """The desk of the agent who is called rings with the phone, not before: until then there is
    nothing to reject."""
    agent = _colleague(controller, call)
    if agent:
        controller.apply_agent(
            agent_events.called_in(agent, at, call.contact_id, "guest", "ringing")
        )


def _connect(controller: Controller, call: Call, talk: Talk, at: int) -> None:
    begun = replace(talk, started_at=at)
    talking = replace(call, state="talking", talks=(begun,))
    told = call_machine.talk_started(call, begun, None)
    bridge = actions.Bridge(call.uuid, talk.agent_leg)
    controller.apply(Step(talking, (told,), (bridge,)))
    guest = _colleague(controller, call)
    if guest:
        controller.apply_agent(
            agent_events.on_the_line(guest, at, call.contact_id, "guest")
        )


def on_hung_up(controller: Controller, call: Call, event: sw.ChannelHungUp) -> bool:
    """True when the call was still being placed: it ends, and the agent is told why."""
    talk = call.talk
    if call.state != "dialling" or talk is None:
        return False
    failed(controller, call, event.refusal, event.at, event.uuid)
    return True


def failed(
    controller: Controller, call: Call, cause: str, at: int, leg: str | None = None
) -> None:
    """The call does not come about. `leg` is the one that was not taken: the agent's own phone
    or the other side's."""
    talk = call.talks[0]
    caller = controller.registry.agents.get(talk.agent_no)
    own_rings = caller is not None and caller.phone == "ringing"
    never = replace(call, talks=(), state="closed", ended_at=at, ended_by="system")
    told = fact(
        call,
        "contact.ended",
        at,
        talk.agent_no,
        started_at=call.started_at,
        ended_at=at,
        hangup_cause=cause,
        ended_by="system",
        ivr_ms=0,
        wait_ms=0,
        talk_ms=0,
        hold_ms=0,
        outcome="not_reached",
    )
    asked = (actions.HangUp(talk.agent_leg), actions.HangUp(call.uuid))
    facts = (_never_placed(call, cause, at), told) if own_rings else (told,)
    controller.apply(Step(never, facts, asked))
    result = call_machine.OFFER_RESULTS.get(cause, "unreachable")
    given_up = talk.hang_up_asked or cause == "NORMAL_CLEARING"
    missed = agent_events.not_joined(at, "caller_left" if given_up else result, talk.agent_no)
    for agent in list(controller.registry.agents.values()):
        if agent.contact_id == call.contact_id and agent.work == "on_call":
            released = replace(agent, role="guest")
            of_other = None if agent.agent_no == talk.agent_no else missed
            controller.apply_agent(
                agent_events.left_the_line(released, at, call.contact_id, of_other)
            )
    if cause != "NORMAL_CLEARING" and not talk.hang_up_asked:
        who = "own_phone" if own_rings and leg == talk.agent_leg else "dial"
        controller.tell(talk.agent_no, f"{who}_{result}", f"not reached: {cause}", at)


def _never_placed(call: Call, cause: str, at: int) -> Fact:
    """The customer's leg, which the contact has from the beginning: the switch never had it."""
    return leg_ended(
        call.contact_id,
        None,
        at,
        switch_uuid=call.uuid,
        role="customer",
        started_at=call.started_at,
        hangup_cause=cause,
    )
