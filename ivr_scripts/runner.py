"""Drive one caller's leg through a flow, and through those that it leads to.

Whatever happens (the caller hangs up, the CRM is down, a queue is refused, our own mistake), the
listener hears `on_ended` exactly once for each flow, and the caller ends in a queue, with somebody
or after a goodbye, never in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from esl_controller.domain.errors import CrmUnavailable, DomainError, LegGone
from esl_controller.ports import (
    CallLeg,
    Clock,
    Crm,
    FlowEnded,
    FlowListener,
    MessageLeft,
    PromptBook,
    Switchboard,
)
from ivr_scripts import engine
from ivr_scripts.actions import (
    AccountAnswered,
    Action,
    Answer,
    Began,
    BillAnswered,
    Collect,
    Connect,
    Connected,
    Done,
    EnterFlow,
    EnterQueue,
    Event,
    FetchAccount,
    FetchBill,
    Gone,
    HangUp,
    Identified,
    Identify,
    Keyed,
    MessageTaken,
    NotConnected,
    Play,
    Played,
    TakeMessage,
)
from ivr_scripts.flow import Flow
from ivr_scripts.speech.parts import Parts
from ivr_scripts.state import Facts, State

SORRY: Parts = ("error.sorry",)
LEAST_MS = 1000
MAX_FLOWS = 5  # that lead into each other by themselves
FIRST_MESSAGE = 901  # numbers of messages among a contact's recordings, away from those of talks

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Runner:
    """What a flow needs of the world. `queues` are the codes that exist; None skips that check.
    `find_flow` gives another flow by its code, None for one that cannot run."""

    crm: Crm
    book: PromptBook
    clock: Clock
    queues: Container[str] | None = None
    switchboard: Switchboard | None = None
    find_flow: Callable[[str], Flow | None] = lambda code: None

    def run(
        self, leg: CallLeg, flow: Flow, listener: FlowListener, known: Facts | None = None
    ) -> FlowEnded:
        """Runs, through further flows if they are asked for, until the caller is in a queue, with
        somebody, or gone. Never raises for what a call can bring. `known` is what earlier flows
        of the same call have learnt."""
        facts = replace(
            known.handed_on() if known else Facts(),
            caller_number=leg.caller_number,
            called_number=leg.called_number,
        )
        for left in reversed(range(MAX_FLOWS)):
            listener.on_started(flow.code, flow.version, flow.fallback_queue)
            state = engine.begin(flow, facts, self.clock.now_ms())
            state, onward = self._walk(leg, state, listener, may_go_on=left > 0)
            ended = FlowEnded(
                flow_code=flow.code,
                flow_version=flow.version,
                entered_at=state.entered_at,
                left_at=self.clock.now_ms(),
                exit_kind=state.ended or "error",
                goal_code=state.facts.goal,
                last_node=state.node,
                trail=state.trail,
                queue=state.queue,
            )
            listener.on_ended(ended)
            if onward is None:
                break
            flow, facts = onward, state.facts.handed_on()
        return ended

    def _walk(
        self, leg: CallLeg, state: State, listener: FlowListener, may_go_on: bool
    ) -> tuple[State, Flow | None]:
        """The end of one flow, and the one that goes on with the caller."""
        event: Event = Began(state.entered_at)
        try:
            while True:
                before = state
                state, action = engine.step(state, event)
                self._tell(before, state, listener)
                if action is None:
                    return state, None
                if isinstance(action, EnterFlow):
                    return self._enter_flow(leg, state, action, may_go_on)
                if isinstance(action, EnterQueue):
                    return self._enter_queue(leg, state, action), None
                if isinstance(action, HangUp):
                    self._say(leg, action.parts)
                    leg.hang_up(action.cause)
                    return state, None
                if isinstance(action, TakeMessage):
                    event = self._take_message(leg, state, action, listener)
                else:
                    event = self._perform(leg, action)
                if isinstance(event, Identified) and event.profile is not None:
                    listener.on_identified(event.profile)
        except LegGone:
            return self._gone(state, listener), None
        except Exception:
            log.exception("call %s: flow failed in node %s", leg.contact_id, state.node)
            return self._rescue(leg, state), None

    def _enter_flow(
        self, leg: CallLeg, state: State, action: EnterFlow, may_go_on: bool
    ) -> tuple[State, Flow | None]:
        """A flow that cannot run, or one too many, is a mistake of the documents: the queue."""
        onward = self.find_flow(action.flow) if may_go_on else None
        if onward is None:
            log.error("call %s: flow %s does not go on", leg.contact_id, action.flow)
            queue = state.flow.fallback_queue
            failed = replace(state, ended="error")
            return self._enter_queue(leg, failed, EnterQueue(queue, queue, action.parts)), None
        self._say(leg, action.parts)
        return state, onward

    def _perform(self, leg: CallLeg, action: Action) -> Event:
        """Do it and say what happened. Raises LegGone."""
        now = self.clock.now_ms
        if isinstance(action, Answer):
            leg.answer()
            return Done(now())
        if isinstance(action, Play):
            key = leg.play(self.book.files(action.parts), terminators=action.terminators)
            return Played(now(), engine.cleaned(key)[:1])
        if isinstance(action, Collect):
            digits = leg.collect(
                self.book.files(action.parts),
                min_digits=action.min_digits,
                max_digits=action.max_digits,
                timeout_s=action.timeout_s,
                digit_timeout_s=action.digit_timeout_s,
                terminators=action.terminators,
            )
            return Keyed(now(), digits)
        if isinstance(action, Connect):
            return self._connect(leg, action)
        return self._enquire(leg, action)

    def _connect(self, leg: CallLeg, action: Connect) -> Event:
        self._say(leg, action.parts)
        if self.switchboard is None:
            return NotConnected(self.clock.now_ms(), "unreachable")
        result = self.switchboard.connect(leg, action.kind, action.value, action.ring_s)
        now = self.clock.now_ms()
        return Connected(now) if result == "connected" else NotConnected(now, result)

    def _take_message(
        self, leg: CallLeg, state: State, action: TakeMessage, listener: FlowListener
    ) -> Event:
        """Record and report. A message that can't be recorded is an empty one: the flow goes on."""
        began = self.clock.now_ms()
        n = FIRST_MESSAGE + state.facts.messages
        day = state.flow.local(began).strftime("%Y/%m/%d")
        key = f"{day}/{leg.contact_id}-{n}.wav"
        try:
            ms = leg.record(
                key, limit_s=action.limit_s, silence_s=action.silence_s, least_ms=LEAST_MS
            )
        except LegGone:
            raise
        except (DomainError, OSError) as error:
            log.error("call %s: no message could be taken: %s", leg.contact_id, error)
            ms = 0
        if ms:
            message = MessageLeft(n, key, began, ms, action.queue, action.agent_no)
            listener.on_message(message)
        return MessageTaken(self.clock.now_ms(), ms)

    def _enquire(self, leg: CallLeg, action: Action) -> Event:
        """Ask the CRM; its silence is an answer too."""
        now = self.clock.now_ms
        if isinstance(action, Identify):
            try:
                profile = self.crm.identify(
                    leg.caller_number, leg.called_number, leg.contact_id
                )
            except CrmUnavailable:
                log.warning("call %s: CRM unavailable, caller unknown", leg.contact_id)
                return Identified(now(), None)
            return Identified(now(), profile)
        if isinstance(action, FetchAccount):
            try:
                return AccountAnswered(now(), self.crm.account(action.account_no))
            except CrmUnavailable:
                return AccountAnswered(now(), None, available=False)
        assert isinstance(action, FetchBill)
        try:
            return BillAnswered(now(), self.crm.bill(action.account_no))
        except CrmUnavailable:
            return BillAnswered(now(), None, available=False)

    def _enter_queue(self, leg: CallLeg, state: State, action: EnterQueue) -> State:
        """The wanted queue, else its fallback, else the flow's; the last refusal is raised."""
        self._say(leg, action.parts)
        wanted = [action.queue, action.fallback, state.flow.fallback_queue]
        known = [code for code in wanted if self.queues is None or code in self.queues]
        tried: list[str] = []
        for code in known or wanted[-1:]:
            if code in tried:
                continue
            tried.append(code)
            try:
                leg.enter_queue(code)
                return replace(state, queue=code)
            except LegGone:
                raise
            except DomainError as refusal:
                log.error("call %s: queue %s refused: %s", leg.contact_id, code, refusal)
        raise DomainError(f"no queue took the call: {tried}")

    def _say(self, leg: CallLeg, parts: Parts) -> None:
        if parts:
            leg.play(self.book.files(parts))

    def _rescue(self, leg: CallLeg, state: State) -> State:
        """After a mistake of ours: apologise, then the fallback queue; hang up only if that fails.

        The dialplan behind the socket catches a leg that can't even be hung up.
        """
        failed = replace(state, ended="error", queue=None)
        try:
            self._say(leg, SORRY)
        except LegGone:
            return failed
        except Exception:
            log.exception("call %s: not even an apology", leg.contact_id)
        try:
            leg.enter_queue(state.flow.fallback_queue)
            return replace(failed, queue=state.flow.fallback_queue)
        except LegGone:
            return failed
        except Exception:
            log.exception("call %s: no way into the fallback queue", leg.contact_id)
            return failed

    def _gone(self, state: State, listener: FlowListener) -> State:
        """The caller hung up. On the way into a queue they have not been in it: not `queue`."""
        if state.ended:
            kind = "goal" if state.facts.goal else "hangup"
            return replace(state, ended=kind, queue=None)
        after, _ = engine.step(state, Gone(self.clock.now_ms()))
        self._tell(state, after, listener)
        return after

    def _tell(self, before: State, after: State, listener: FlowListener) -> None:
        """Steps passed, and an account newly chosen."""
        for passed in after.trail[len(before.trail) :]:
            listener.on_step(passed)
        if after.facts.account_no and after.facts.account_no != before.facts.account_no:
            listener.on_account(after.facts.account_no, after.facts.premise_id)
