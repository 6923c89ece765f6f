"""Anything that is allowed, in any order: nothing may be left over.

`make test-soak` walks longer: WALK_SECONDS, WALK_SEED and SWITCH say how.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.live.scene import Scene
from tests.live.walk import Step, Walk, invent, shrink

SECONDS = float(os.environ.get("WALK_SECONDS", "45"))
SEED = int(os.environ.get("WALK_SEED", "1"))
LENGTH = 40
SHRINK_S = max(90.0, SECONDS / 4)


@pytest.mark.timeout(int(SECONDS + SHRINK_S + 300))
def test_given_people_who_do_anything_then_nothing_is_left_over(scene: Scene) -> None:
    walk = Walk(scene)
    end, seed = time.monotonic() + SECONDS, SEED
    while time.monotonic() < end:
        steps = invent(seed, LENGTH)
        failure = _failure(walk, steps)
        if failure:
            _start_over(scene)
            short = shrink(steps, lambda part: _fails_again(scene, walk, part), SHRINK_S)
            told = "\n".join(f"  {step}" for step in short)
            raise AssertionError(
                f"WALK_SEED={seed}: {failure}\n{len(short)} of {len(steps)} steps do it:\n{told}"
            )
        seed += 1
    scene.tidy()
    print(f"{seed - SEED} walks of {LENGTH} steps, {len(walk.codes)} commands")


def _failure(walk: Walk, steps: list[Step]) -> str:
    try:
        walk.goes(steps)
    except AssertionError as error:
        return str(error) or "assertion failed"
    return ""


def _fails_again(scene: Scene, walk: Walk, steps: list[Step]) -> bool:
    failed = bool(_failure(walk, steps))
    if failed:
        _start_over(scene)
    return failed


def _start_over(scene: Scene) -> None:
    """A clean table for the next try: no channel, and a controller that has looked anew."""
    for row in scene.stack.channel_rows():
        scene.stack.api(f"uuid_kill {row['uuid']}")
    scene.stack.kill("controller")
    scene.stack.redis.delete("controller:calls", "live:calls", "controller:agents")
    scene.stack.start_program("controller")
    scene.stack.wait_well()
