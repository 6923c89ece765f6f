"""The engine is pure, bounded, and gives nodes the flow's defaults."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_scripts import engine
from ivr_scripts.actions import (
    AccountAnswered,
    Answer,
    Began,
    BillAnswered,
    Collect,
    Done,
    EnterQueue,
    FetchAccount,
    FetchBill,
    Gone,
    HangUp,
    Identified,
    Identify,
    Keyed,
    MessageTaken,
    Play,
    Played,
    TakeMessage,
)
from ivr_scripts.flow import read_flow
from ivr_scripts.flows import shipped_flow
from ivr_scripts.state import Facts, State
from tests.fakes.scripted_leg import BILL, NOW, THREE_PREMISES

FLOW = read_flow(shipped_flow("water_main"))


def small_flow(nodes: dict[str, Any], **document: Any) -> Any:
    base = {"code": "small", "title": "小流程", "start": "first", "fallback_queue": "general"}
    return read_flow({**base, **document, "nodes": nodes})


def end_of(flow: Any, at: int = NOW, **facts: Any) -> State:
    state, _ = engine.step(engine.begin(flow, Facts(**facts), at), Began(at))
    return state


def test_it_does_not_change_the_state_it_was_given() -> None:
    state = engine.begin(FLOW, Facts(), NOW)
    engine.step(state, Began(NOW))
    assert engine.step(state, Began(NOW)) == engine.step(state, Began(NOW))
    assert state == engine.begin(FLOW, Facts(), NOW)


def test_it_gives_nodes_the_defaults_of_the_flow() -> None:
    flow = small_flow(
        {
            "first": {"type": "menu", "prompt": ["a"], "keys": {"1": "x"}, "timeout_s": 9},
            "second": {"type": "menu", "prompt": ["a"], "keys": {"1": "x"}},
        },
        defaults={"timeout_s": 7, "tries": 2, "wrong": ["oops"]},
    )
    assert flow.nodes["first"].props["timeout_s"] == 9
    assert flow.nodes["second"].props["timeout_s"] == 7
    assert flow.nodes["second"].props["digit_timeout_s"] == 3
    assert flow.nodes["first"].parts("wrong") == ("oops",)


def test_it_says_nothing_more_after_the_end() -> None:
    state = end_of(small_flow({"first": {"type": "hangup"}}))
    assert state.ended == "hangup"
    assert engine.step(state, Gone(NOW + 1)) == (state, None)


@pytest.mark.parametrize(
    ("hour", "node"), [(7, "closed"), (8, "open"), (17, "open"), (18, "closed")]
)
def test_it_branches_by_the_time_of_the_site(hour: int, node: str) -> None:
    case = {"from": "08:00", "to": "18:00", "days": [1, 2, 3, 4, 5], "exit": "in"}
    exits = {"in": "open", "other": "closed"}
    flow = small_flow(
        {
            "first": {"type": "branch", "on": "time", "cases": [case], "exits": exits},
            "open": {"type": "hangup"},
            "closed": {"type": "hangup"},
        }
    )
    assert end_of(flow, NOW + (hour - 10) * 3_600_000).node == node
    assert end_of(flow, NOW + (hour - 10 + 5 * 24) * 3_600_000).node == "closed"


@pytest.mark.parametrize(("hour", "node"), [(23, "open"), (3, "open"), (12, "closed")])
def test_it_branches_over_midnight(hour: int, node: str) -> None:
    case = {"from": "22:00", "to": "06:00", "exit": "in"}
    flow = small_flow(
        {
            "first": {
                "type": "branch",
                "on": "time",
                "cases": [case],
                "exits": {"in": "open", "other": "closed"},
            },
            "open": {"type": "hangup"},
            "closed": {"type": "hangup"},
        }
    )
    assert end_of(flow, NOW + (hour - 10) * 3_600_000).node == node


@pytest.mark.parametrize(
    ("on", "value", "facts"),
    [
        ("match", "several", {"profile": THREE_PREMISES}),
        ("match", "unavailable", {}),
        ("called", "96001", {"called_number": "96001"}),
    ],
)
def test_it_branches_by_what_is_known(on: str, value: str, facts: dict[str, Any]) -> None:
    exits = {"yes": "goal", "other": "no"}
    cases = [{"is": value, "exit": "yes"}]
    flow = small_flow(
        {
            "first": {"type": "branch", "on": on, "cases": cases, "exits": exits},
            "goal": {"type": "goal", "goal": "known", "exits": {"done": "end"}},
            "end": {"type": "hangup"},
            "no": {"type": "hangup"},
        }
    )
    state = end_of(flow, **facts)
    assert (state.ended, state.facts.goal) == ("goal", "known")


def test_it_collects_digits_without_an_account_check() -> None:
    flow = small_flow(
        {
            "first": {
                "type": "collect",
                "prompt": ["a"],
                "min_digits": 2,
                "max_digits": 4,
                "exits": {"done": "end", "failed": "end"},
            },
            "end": {"type": "hangup"},
        }
    )
    state = end_of(flow)
    state, _ = engine.step(state, Keyed(NOW, "42#"))
    assert state.facts.digits == "42"


def test_it_bounds_the_trail() -> None:
    state = engine.begin(FLOW, Facts(), NOW)
    for at in range(300):
        state = engine._passed(state, NOW + at, f"exit{at}")
    assert len(state.trail) == 200
    assert state.trail[-1].exit == "exit299"


@given(st.text(max_size=600))
def test_it_cleans_what_is_keyed(keyed: str) -> None:
    assert len(engine.cleaned(keyed)) <= 32
    assert set(engine.cleaned(keyed)) <= set("0123456789*#")


def answer_to(action: Any, at: int, keys: str, up: bool) -> Any:
    """What a caller and a CRM answer to an action."""
    if isinstance(action, Answer):
        return Done(at)
    if isinstance(action, Play):
        return Played(at, keys[:1] if action.terminators != "none" else "")
    if isinstance(action, Collect):
        return Keyed(at, keys)
    if isinstance(action, TakeMessage):
        return MessageTaken(at, 3000 if up else 0)
    if isinstance(action, Identify):
        return Identified(at, THREE_PREMISES if up else None)
    if isinstance(action, FetchAccount):
        return AccountAnswered(at, None, available=up)
    assert isinstance(action, FetchBill)
    return BillAnswered(at, BILL if up else None, available=up)


@given(st.lists(st.tuples(st.text("0123456789*#", max_size=12), st.booleans()), max_size=60))
def test_it_always_ends_whatever_the_caller_does(script: list[tuple[str, bool]]) -> None:
    state = engine.begin(FLOW, Facts(), NOW)
    state, action = engine.step(state, Began(NOW))
    rounds = 0
    while not isinstance(action, (EnterQueue, HangUp)):
        keys, up = script[rounds] if rounds < len(script) else ("", True)
        rounds += 1
        state, action = engine.step(state, answer_to(action, NOW + rounds, keys, up))
        assert rounds < FLOW.step_limit + 10
    assert state.ended
