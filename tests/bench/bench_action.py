"""From a desk's button to the command at the switch, beside a bare command from Python.

The path is the real one: HTTP to the web process, the command stream, the controller's loop, the
ESL link. The button is the state menu (ready, break), which sets the agent's status on the switch.
"""

from __future__ import annotations

import numpy as np

from tests.bench.bench_pop import running_ground
from tests.bench.table import Result, table

DESKS, ROUNDS, BARE = 100, 3, 200
GOAL_MS = 20.0


def measure() -> tuple[list[float], list[float]]:
    """Milliseconds of ours and of the bare command."""
    ours: list[float] = []
    with running_ground(DESKS) as ground:
        ground.seat(DESKS)
        ground.press("not_ready")  # warm
        ground.press("ready")
        for _ in range(ROUNDS):
            ours += ground.press("not_ready") + ground.press("ready")
        return ours, ground.bare(BARE)


def results() -> list[Result]:
    """Rows of the table. The goal is a difference: p99 at most 20 ms above the bare command."""
    ours, bare = measure()
    rows = []
    for percent in (50, 99):
        mine, floor = (float(np.percentile(times, percent)) for times in (ours, bare))
        most = (floor + GOAL_MS) / floor if percent == 99 else None
        name = f"button to switch, {DESKS} desks, p{percent}"
        rows.append(Result(name, mine, "ms", "bare ESL command", floor, at_most=most))
    return rows


if __name__ == "__main__":
    print(table(results()))
