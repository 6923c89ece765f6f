"""The flow engine: a pure function from a state and an event to a state and an action."""

from __future__ import annotations

from dataclasses import replace

from esl_controller.ports import FlowStep
from ivr_scripts.actions import (
    Action,
    Began,
    Connected,
    EnterFlow,
    EnterQueue,
    Event,
    Gone,
    HangUp,
    Keyed,
    MessageTaken,
)
from ivr_scripts.flow import Flow
from ivr_scripts.nodes import NODE_TYPES
from ivr_scripts.state import TRAIL_LIMIT, Facts, Leave, Move, State, Stay, View

MAX_KEYED = 32
_KEYS = frozenset("0123456789*#")


def begin(flow: Flow, facts: Facts, at: int) -> State:
    """The state of a caller who has just arrived here; its first event is `Began`."""
    return State(flow=flow, facts=facts, node=flow.start, entered_at=at, node_at=at)


def step(state: State, event: Event) -> tuple[State, Action | None]:
    """What to do next. None when the flow is over; a final action ends it too.

    A flow that takes too many steps or too long ends in its fallback queue: a caller is never
    kept in a loop, whatever the document says.
    """
    if state.ended:
        return state, None
    if isinstance(event, Gone):
        return _end(state, event.at, "hangup", "goal" if state.facts.goal else "hangup"), None
    if isinstance(event, Connected):
        return _end(state, event.at, "connected", "transfer"), None
    if event.at - state.entered_at > state.flow.limit_ms:
        return _overrun(state, event.at, "timeout")
    if isinstance(event, Keyed):
        event = Keyed(event.at, cleaned(event.digits))
    if isinstance(event, MessageTaken):
        state = replace(state, facts=replace(state.facts, messages=state.facts.messages + 1))
    module = NODE_TYPES[state.flow.nodes[state.node].type]
    view = _view(state, event.at)
    move = module.begin(view) if isinstance(event, Began) else module.hear(view, event)
    return _follow(state, move, event.at)


def cleaned(digits: str) -> str:
    """Only keys that a telephone has, and not more of them than anything could ask for."""
    return "".join(key for key in digits[: 4 * MAX_KEYED] if key in _KEYS)[:MAX_KEYED]


def masked(keyed: str) -> str:
    """Keys for the trail: of more than four only the last four stay readable."""
    return keyed if len(keyed) <= 4 else "*" * (len(keyed) - 4) + keyed[-4:]


def _follow(state: State, move: Move, at: int) -> tuple[State, Action | None]:
    steps = state.steps + 1
    while isinstance(move, Leave):
        state = _leave(state, move, at)
        steps += 1
        if steps > state.flow.step_limit:
            return _overrun(state, at, "error")
        move = NODE_TYPES[state.flow.nodes[state.node].type].begin(_view(state, at))
    if steps > state.flow.step_limit:
        return _overrun(state, at, "error")
    return _stay(replace(state, steps=steps), move, at)


def _stay(state: State, move: Stay, at: int) -> tuple[State, Action]:
    action = move.action
    state = replace(
        state,
        facts=move.facts or state.facts,
        phase=move.phase,
        tries=move.tries,
        note=move.note,
    )
    if isinstance(action, EnterQueue):
        return replace(_end(state, at, "queue", "queue"), queue=action.queue), action
    if isinstance(action, EnterFlow):
        return _end(state, at, "transfer", "transfer"), action
    if isinstance(action, HangUp):
        return _end(state, at, "hangup", "goal" if state.facts.goal else "hangup"), action
    return state, action


def _leave(state: State, move: Leave, at: int) -> State:
    flow = state.flow
    return replace(
        _passed(state, at, move.exit, move.keyed),
        facts=move.facts or state.facts,
        node=flow.nodes[state.node].exits[move.exit],
        node_at=at,
        phase="",
        tries=0,
        note="",
        ahead=move.ahead,
    )


def _end(state: State, at: int, exit_name: str, kind: str) -> State:
    return replace(_passed(state, at, exit_name), ended=kind)


def _overrun(state: State, at: int, kind: str) -> tuple[State, Action]:
    queue = state.flow.fallback_queue
    return replace(_end(state, at, kind, kind), queue=queue), EnterQueue(queue, queue)


def _passed(state: State, at: int, exit_name: str, keyed: str = "") -> State:
    """The trail with this node added; beyond its limit the newest entries win the last places."""
    node = state.flow.nodes[state.node]
    passed = FlowStep(
        node=node.id,
        title=node.title,
        exit=exit_name,
        at=state.node_at,
        ms=max(at - state.node_at, 0),
        keyed=masked(keyed),
    )
    return replace(state, trail=(*state.trail[: TRAIL_LIMIT - 1], passed))


def _view(state: State, at: int) -> View:
    return View(
        node=state.flow.nodes[state.node],
        facts=state.facts,
        now=state.flow.local(at),
        phase=state.phase,
        tries=state.tries,
        note=state.note,
        ahead=state.ahead,
    )
