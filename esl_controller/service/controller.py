"""The owner of all live state: one item in, effects out. Nothing here blocks or sends.

The tables at the end are the contents of the whole controller: which function handles what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from esl_controller.domain import actions, agent_events, call_machine, numbers
from esl_controller.domain import switch_events as sw
from esl_controller.domain.actions import Action
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import AgentStep
from esl_controller.domain.call import Call
from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.facts import Fact
from esl_controller.domain.ids import contact_id_of
from esl_controller.service.items import Asked, Effects, Tick
from esl_controller.service.registry import Registry

DEFAULT_SHORT_ABANDON_S = 5
DEFAULT_WRAP_UP_S = 45
PRESENCE_LOST_MS = 15_000


class Controller:
    """Not thread-safe: only the loop's greenlet may call it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.effects = Effects.none()

    # --- applying steps ---------------------------------------------------------------------

    def apply(self, step: Step, agent_no: str | None = None, command_id: str | None = None) -> Call:
        """Keep the changed call and collect what the step tells and asks."""
        call = step.call
        before = self.registry.calls.get(call.contact_id)
        self.registry.put_call(call)
        if call != before:
            self.effects.calls.add(call.contact_id)
            for seen in (before, call):
                if seen and seen.visits:
                    self.effects.queues.add(seen.visits[-1].queue)
        self.effects.facts += step.facts
        for action in step.actions:
            self.ask(action, call.contact_id, agent_no, command_id)
        return call

    def apply_agent(self, step: AgentStep, command_id: str | None = None) -> Agent:
        agent = step.agent
        if agent != self.registry.agents.get(agent.agent_no):
            self.registry.agents[agent.agent_no] = agent
            self.effects.agents.add(agent.agent_no)
            self.effects.queues |= self.registry.queues_of(agent.agent_no)
        self.effects.facts += step.facts
        for action in step.actions:
            self.ask(action, agent.agent_no, agent.agent_no, command_id)
        return agent

    def ask(
        self, action: Action, lane: str, agent_no: str | None, command_id: str | None
    ) -> None:
        self.effects.actions.append(Asked(action, lane, agent_no, command_id))

    def take_effects(self) -> Effects:
        effects, self.effects = self.effects, Effects.none()
        return effects

    # --- calls ------------------------------------------------------------------------------

    def open_call(self, uuid: str, caller_number: str, called_number: str, at: int) -> Call:
        """The call of a customer's channel, made when it is new."""
        known = self.registry.find_member(uuid)
        if known:
            return known
        shown = numbers.clean_text(caller_number)
        call = Call(
            contact_id=contact_id_of(uuid),
            uuid=uuid,
            caller_number=shown,
            e164=numbers.normalise(caller_number),
            called_number=numbers.clean_text(called_number),
            started_at=at,
        )
        started = fact(
            call,
            "contact.started",
            at,
            direction="inbound",
            caller_number=call.caller_number,
            e164=call.e164,
            called_number=call.called_number,
            switch_uuid=uuid,
            is_test=False,
        )
        return self.apply(Step(call, (started,)))

    def on_channel_created(self, event: sw.ChannelCreated) -> None:
        if event.inbound and event.context == "callers":
            self.open_call(event.uuid, event.caller_number, event.called_number, event.at)

    def on_agent_leg(self, event: sw.AgentLegCreated) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call:
            self.apply(call_machine.bind_agent_leg(call, event))

    def on_queue_joined(self, event: sw.QueueJoined) -> None:
        call = self.open_call(event.member_uuid, event.caller_number, "", event.at)
        ring_s = self._ring_s(event.queue)
        self.apply(call_machine.join_queue(replace(call, ring_s=ring_s), event))

    def on_queue_left(self, event: sw.QueueLeft) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call is None:
            return
        offered = call.offer
        config = self._queue(event.queue)
        short = config.short_abandon_s if config else DEFAULT_SHORT_ABANDON_S
        call = self.apply(call_machine.leave_queue(call, event, short))
        if offered and not call.offer:
            result = "caller_left" if event.hung_up else "cancelled"
            self._offer_over(offered.agent_no, call, event.at, result)

    def on_offered(self, event: sw.AgentOffered) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call is None:
            call = self.open_call(event.member_uuid, "", "", event.at)
        call = self.apply(call_machine.offer(call, event))
        agent = self.registry.agents.get(event.agent_no)
        if agent and call.offer:
            self.apply_agent(
                agent_events.offered(agent, event.at, call.contact_id, event.queue)
            )

    def on_offer_failed(self, event: sw.AgentOfferFailed) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call is None:
            return
        result = call_machine.OFFER_RESULTS.get(event.cause, "unreachable")
        call = self.apply(call_machine.fail_offer(call, event))
        self._offer_over(event.agent_no, call, event.at, result)

    def _offer_over(self, agent_no: str, call: Call, at: int, result: str) -> None:
        agent = self.registry.agents.get(agent_no)
        if agent:
            masked = numbers.mask(call.e164 or call.caller_number)
            self.apply_agent(
                agent_events.offer_failed(agent, at, call.contact_id, result, masked)
            )

    def on_answered(self, event: sw.AgentAnswered) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call is None:
            return
        record = self.registry.snapshot is None or self.registry.snapshot.recording_mode == "always"
        self.apply(call_machine.answer(call, event, record))
        agent = self.registry.agents.get(event.agent_no)
        if agent:
            self.apply_agent(
                agent_events.answered(agent, event.at, call.contact_id, event.queue)
            )

    def on_talk_ended(self, event: sw.AgentTalkEnded) -> None:
        call = self.registry.find_member(event.member_uuid)
        if call is None or not call.talk or call.talk.agent_no != event.agent_no:
            return
        self.apply(call_machine.end_talk(call, event))
        self._wrap_up(call.talk.agent_no, call.contact_id, call.talk.seq, event.at)

    def _wrap_up(self, agent_no: str, contact_id: str, talk_seq: int, at: int) -> None:
        agent = self.registry.agents.get(agent_no)
        if agent:
            config = self._queue(agent.queue or "")
            wrap_up_s = config.wrap_up_s if config else agent.wrap_up_s or DEFAULT_WRAP_UP_S
            self.apply_agent(
                agent_events.talk_ended(agent, at, contact_id, talk_seq, wrap_up_s)
            )

    def on_hung_up(self, event: sw.ChannelHungUp) -> None:
        call = self.registry.find_call(event.uuid)
        if call is None:
            return
        if event.uuid == call.uuid:
            self._tell_leg(call, event, "customer", None)
            self.close_call(call, event.at, event.cause, event.by_remote)
            return
        agent_no = self._agent_of_leg(call, event.uuid)
        self._tell_leg(call, event, "agent", agent_no)
        self.apply(call_machine.close_agent_leg(call, event))

    def close_call(self, call: Call, at: int, cause: str, by_remote: bool) -> None:
        """The customer's channel is gone; agents bound to the call move on."""
        offered, talk = call.offer, call.talk
        call = self.apply(call_machine.hang_up(call, at, cause, by_remote))
        if offered:
            self._offer_over(offered.agent_no, call, at, "caller_left")
        if talk:
            self._wrap_up(talk.agent_no, call.contact_id, talk.seq, at)

    def _agent_of_leg(self, call: Call, leg: str) -> str | None:
        if call.offer and call.offer.leg == leg:
            return call.offer.agent_no
        talk = next((talk for talk in call.talks if talk.agent_leg == leg), None)
        return talk.agent_no if talk else None

    def _tell_leg(
        self, call: Call, event: sw.ChannelHungUp, role: str, agent_no: str | None
    ) -> None:
        body = {
            "switch_uuid": event.uuid,
            "role": role,
            "agent_no": agent_no,
            "started_at": event.created_at,
            "rang_at": event.rang_at or None,
            "answered_at": event.answered_at or None,
            "ended_at": event.at,
            "hangup_cause": event.cause,
            "sip_code": event.sip_code,
            "codec": event.codec,
        }
        self.effects.facts.append(Fact("leg.ended", event.at, call.contact_id, agent_no, body))

    def on_recording_started(self, event: sw.RecordingStarted) -> None:
        call = self.registry.find_call(event.uuid)
        if call:
            self.apply(call_machine.start_recording(call, event))

    def on_recording_stopped(self, event: sw.RecordingStopped) -> None:
        call = self.registry.find_call(event.uuid)
        if call:
            self.apply(call_machine.stop_recording(call, event))

    # --- agents -----------------------------------------------------------------------------

    def on_phone_registered(self, event: sw.PhoneRegistered) -> None:
        self.registry.registered.add(event.extension)
        agent = self._agent_at(event.extension)
        if agent:
            self.apply_agent(agent_events.phone_registered(agent, event.at))

    def on_phone_unregistered(self, event: sw.PhoneUnregistered) -> None:
        self.registry.registered.discard(event.extension)
        agent = self._agent_at(event.extension)
        if agent:
            self.apply_agent(agent_events.phone_unregistered(agent, event.at))

    def on_status_changed(self, event: sw.AgentStatusChanged) -> None:
        """The switch's own idea of the gate. `On Break` by itself means a missed offer, which
        is told by the offer's failure; anything else that differs is put right."""
        agent = self.registry.agents.get(event.agent_no)
        if agent and event.status == "Available" and agent.switch_status != "Available":
            wanted = actions.SetAgentStatus(agent.agent_no, agent.switch_status)
            self.ask(wanted, agent.agent_no, agent.agent_no, None)

    def on_tick(self, tick: Tick) -> None:
        for agent in list(self.registry.agents.values()):
            if tick.desks is not None and agent.presence != "signed_out":
                seen = tick.at - tick.desks.get(agent.agent_no, agent.since) < PRESENCE_LOST_MS
                agent = self.apply_agent(agent_events.desk_seen(agent, tick.at, seen))
            self.apply_agent(agent_events.tick(agent, tick.at))
        self.effects.calls |= set(self.registry.forget_old(tick.at))

    # --- small look-ups ---------------------------------------------------------------------

    def _agent_at(self, extension: str) -> Agent | None:
        return self.registry.agents.get(self.registry.agent_by_extension.get(extension, ""))

    def _queue(self, code: str) -> Any:
        return self.registry.snapshot.find_queue(code) if self.registry.snapshot else None

    def _ring_s(self, code: str) -> int:
        config = self._queue(code)
        return config.ring_s if config else Call.ring_s


SWITCH_HANDLERS: Mapping[type, Callable[[Controller, Any], None]] = {
    sw.ChannelCreated: Controller.on_channel_created,
    sw.AgentLegCreated: Controller.on_agent_leg,
    sw.ChannelHungUp: Controller.on_hung_up,
    sw.QueueJoined: Controller.on_queue_joined,
    sw.QueueLeft: Controller.on_queue_left,
    sw.AgentOffered: Controller.on_offered,
    sw.AgentOfferFailed: Controller.on_offer_failed,
    sw.AgentAnswered: Controller.on_answered,
    sw.AgentTalkEnded: Controller.on_talk_ended,
    sw.AgentStatusChanged: Controller.on_status_changed,
    sw.PhoneRegistered: Controller.on_phone_registered,
    sw.PhoneUnregistered: Controller.on_phone_unregistered,
    sw.RecordingStarted: Controller.on_recording_started,
    sw.RecordingStopped: Controller.on_recording_stopped,
}
