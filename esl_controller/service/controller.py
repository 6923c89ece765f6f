"""The keeper of all live state: handlers decide, this keeps what they decided and collects what
is to be told and asked. Nothing here blocks or sends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, tzinfo

from esl_controller.domain import agent_events, call_machine, recording_machine
from esl_controller.domain.actions import Action, BearSilence, Dial, Listen, SetAgentStatus
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import AgentStep
from esl_controller.domain.call import Call
from esl_controller.domain.call_machine import Step
from esl_controller.domain.facts import Fact
from esl_controller.domain.recording_rules import RecordingPolicy, TalkMeant, mode_for
from esl_controller.domain.snapshot import QueueConfig
from esl_controller.service.items import Asked, Effects
from esl_controller.service.registry import Registry

DEFAULT_WRAP_UP_S = 45
OPEN = "Available"


class Controller:
    """Not thread-safe: only the loop's greenlet may call it. `new_leg` makes the UUID of a
    channel that is about to be placed; `barred_prefixes` begin the numbers that nobody may call;
    `zone` and `area_code` are the site's."""

    def __init__(
        self,
        registry: Registry,
        new_leg: Callable[[], str] | None = None,
        barred_prefixes: tuple[str, ...] = (),
        zone: tzinfo = UTC,
        area_code: str = "",
    ) -> None:
        self.registry = registry
        self.barred_prefixes = barred_prefixes
        self.zone = zone
        self.area_code = area_code
        self.effects = Effects.none()
        self.new_leg = new_leg or (lambda: str(uuid.uuid4()))

    # --- keeping and collecting ---------------------------------------------------------------

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
        return self._recorded(before, call)

    def _recorded(self, before: Call | None, call: Call) -> Call:
        """Let the recording follow whoever serves now."""
        if recording_machine.talk_began(before, call):
            assert call.talk is not None
            began, rule = call.talk.started_at, self.recording_mode(call)
            return self.apply(recording_machine.follow_rule(call, began, rule, self.zone))
        left = recording_machine.leave_unserved(call)
        return self.apply(left) if left.actions else call

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
        self, action: Action, lane: str, agent_no: str | None = None, command_id: str | None = None
    ) -> None:
        if isinstance(action, (Dial, Listen, BearSilence)):
            lane = action.leg  # this takes long; nothing else may wait for it
        self.effects.actions.append(Asked(action, lane, agent_no, command_id))

    def tell(self, agent_no: str | None, code: str, message: str, at: int) -> None:
        """Say to a desk why something that was asked for did not come about."""
        body = {"command_id": None, "code": code, "message": message}
        self.effects.facts.append(Fact("command.refused", at, None, agent_no, body))

    def take_effects(self) -> Effects:
        effects, self.effects = self.effects, Effects.none()
        return effects

    # --- what several handlers need -----------------------------------------------------------

    def open_call(self, uuid: str, caller_number: str, called_number: str, at: int) -> Call:
        """The call of a customer's channel, made when it is new."""
        known = self.registry.find_member(uuid)
        if known:
            return known
        begun = call_machine.begin(uuid, caller_number, called_number, at, self.area_code)
        return self.apply(begun)

    def wrap_up(self, agent_no: str, call: Call, talk_seq: int, at: int) -> None:
        """The agent's part of the conversation is over."""
        agent = self.registry.agents.get(agent_no)
        if agent:
            config = self.queue(agent.queue or "")
            wrap_up_s = config.wrap_up_s if config else agent.wrap_up_s or DEFAULT_WRAP_UP_S
            self.apply_agent(
                agent_events.talk_ended(agent, at, call.contact_id, talk_seq, wrap_up_s)
            )

    def offer_over(self, agent_no: str, call: Call, at: int, result: str) -> None:
        """An agent's phone does not ring for the call any more."""
        agent = self.registry.agents.get(agent_no)
        if agent:
            masked = call.masked
            step = agent_events.offer_failed(agent, at, call.contact_id, result, masked)
            after = self.apply_agent(step)
            # A caller who left in the instant of the answer counts as the agent's miss with the
            # switch, which closes the gate while the offer still stands here.
            if not step.actions:
                self.mind_the_gate(after)

    def mind_the_gate(self, agent: Agent) -> None:
        """Set the switch's gate right where its last word is not what we hold."""
        wanted = agent.switch_status
        told = self.registry.status_told.get(agent.agent_no, wanted)
        if (told == OPEN) != (wanted == OPEN):
            self.ask(SetAgentStatus(agent.agent_no, wanted), agent.agent_no, agent.agent_no)

    def agent_at(self, extension: str) -> Agent | None:
        return self.registry.agents.get(self.registry.agent_by_extension.get(extension, ""))

    def queue(self, code: str) -> QueueConfig | None:
        return self.registry.snapshot.find_queue(code) if self.registry.snapshot else None

    def recording_mode(self, call: Call) -> str:
        """always, never or on_demand: the rule for the talk that goes on. Recording is the
        default where no snapshot says otherwise."""
        talk, snapshot = call.talk, self.registry.snapshot
        policy = snapshot.recording if snapshot else RecordingPolicy()
        if talk is None:
            return "never"
        agent = self.registry.agents.get(talk.agent_no)
        extension = agent.extension if agent else ""
        meant = TalkMeant(extension, talk.agent_no, talk.queue or "", call.direction)
        return mode_for(policy, meant)

    def own_number(self) -> str:
        """The number that people called by us see."""
        snapshot = self.registry.snapshot
        return snapshot.called_numbers[0].number if snapshot and snapshot.called_numbers else ""
