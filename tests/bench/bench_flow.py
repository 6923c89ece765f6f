"""Flow steps per second on one core: the shipped water flow, a caller who hears a bill twice."""

from __future__ import annotations

import time
from typing import Any

from esl_controller.domain.callers import BillSummary, CallerProfile, PremiseBrief
from ivr_scripts import engine
from ivr_scripts.actions import (
    Answer,
    Began,
    BillAnswered,
    Collect,
    Done,
    EnterQueue,
    FetchBill,
    HangUp,
    Identified,
    Identify,
    Keyed,
    Played,
)
from ivr_scripts.flows import shipped_flow
from ivr_scripts.state import Facts
from ivr_scripts.validation import load_flow
from tests.bench.table import Result, table

AT = 1_795_399_200_000
PREMISE = PremiseBrief("P1", "", "", "", "", "", "1002003401", 0, "owner", "high")
PROFILE = CallerProfile(match_kind="one", premises=(PREMISE,))
BILL = BillSummary(
    "1002003401", "P1", "2026-10", "18", "吨", "1234", 12345, "2026-12-15", 0, 0, False, 0
)


def one_call(flow: Any, keys: tuple[str, ...] = ("1", "1", "9", "0")) -> int:
    """Events that one call took."""
    state = engine.begin(flow, Facts(), AT)
    event: Any = Began(AT)
    left = list(keys)
    steps = 0
    while True:
        state, action = engine.step(state, event)
        steps += 1
        if isinstance(action, (EnterQueue, HangUp)):
            return steps
        if isinstance(action, Answer):
            event = Done(AT + steps)
        elif isinstance(action, Identify):
            event = Identified(AT + steps, PROFILE)
        elif isinstance(action, FetchBill):
            event = BillAnswered(AT + steps, BILL)
        elif isinstance(action, Collect):
            event = Keyed(AT + steps, left.pop(0))
        else:
            event = Played(AT + steps)


def measure(seconds: float = 2.0) -> float:
    """Steps per second."""
    flow = load_flow(shipped_flow("water_main"))
    one_call(flow)
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(50):
            steps += one_call(flow)
    return steps / (time.perf_counter() - start)


def results() -> list[Result]:
    """Rows of the table."""
    return [Result("flow steps", measure() / 1000, "k steps/s/core")]


if __name__ == "__main__":
    print(table(results()))
