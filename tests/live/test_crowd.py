"""A whole floor at once: 20 agents, 40 callers and two supervisors do anything, on one stack.

Too long for the list: `make test-soak` walks it (CROWD_ACTIONS, CROWD_SEED).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import invariants
from tests.live.crowd_site import agent_numbers
from tests.live.scene import Scene
from tests.live.stack import Stack
from tests.live.walk import Walk, crowd, invent
from tests.until import until

AGENTS, CALLERS = 20, 40
ACTIONS = int(os.environ.get("CROWD_ACTIONS", "0"))
SEED = int(os.environ.get("CROWD_SEED", "1"))
#: Together about ten actions a second: a floor of twenty is seldom that hasty.
PAUSES_S = (0.0, 0.05, 0.1, 0.2)

pytestmark = [
    pytest.mark.skipif(not ACTIONS, reason="run by make test-soak"),
    pytest.mark.timeout(300 + ACTIONS),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own with twenty agents."""
    folder = Path(tmp_path_factory.mktemp("floor"))
    running = Stack(folder, os.environ.get("SWITCH", "freeswitch"), rtp_ports=800, breakable=True)
    try:
        running.start()
        subprocess.run(
            [sys.executable, "-m", "tests.live.crowd_site", str(AGENTS)],
            env=running.values, check=True, timeout=120,
        )  # fmt: skip
        last = agent_numbers(AGENTS)[-1]
        until(lambda: running.agent_view(last), 40, what="the controller knows all agents")
        yield running
    finally:
        running.stop()


def test_given_a_floor_of_people_who_do_anything_then_nothing_is_left_over(scene: Scene) -> None:
    cast = crowd(agent_numbers(AGENTS), CALLERS)
    walk = Walk(scene, cast)
    place, began = invariants.newest_event(scene.stack), time.monotonic()
    walk.goes(invent(SEED, ACTIONS, cast, PAUSES_S))
    took = time.monotonic() - began
    calls = len(invariants.contacts_since(scene.stack, place))
    print(
        f"{ACTIONS} actions of {AGENTS} agents and {CALLERS} callers in {took:.0f} s,"
        f" {len(walk.codes)} commands; {calls} calls are on record. CROWD_SEED={SEED}"
    )
