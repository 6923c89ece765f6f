"""Random walks: callers, agents and a supervisor do whatever they are allowed, at any moment.

A walk is a list of steps that can be written down and done again. A step that is not possible at
its moment is passed over, so any part of a walk is a walk too, and a failing one can be shrunk.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.live import invariants, records
from tests.live.scene import Scene
from tests.until import until

Step = tuple[str, ...]  # who, number, what, and what more the action needs

PLACES = (
    ("queue", "repair"),
    ("outside", "02188880001"),
    ("outside", "02188880486"),
    ("outside", "02188880480"),
)


@dataclass(frozen=True)
class Cast:
    """Who walks: agents' and supervisors' numbers, callers' telephone numbers."""

    agents: tuple[str, ...]
    supervisors: tuple[str, ...]
    callers: tuple[str, ...]

    @property
    def desks(self) -> tuple[str, ...]:
        return self.agents + self.supervisors

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        return (*(("agent", number) for number in self.agents[:4]), *PLACES)


SMALL = Cast(("1004", "1005"), ("2001",), ("19900000002", "13600000427", "17700000009"))


def crowd(agents: tuple[str, ...], callers: int) -> Cast:
    """These agents, both supervisors of the demonstration, and so many callers."""
    numbers = tuple(f"177000{place:05d}" for place in range(callers))
    return Cast(agents, ("2001", "2002"), numbers)


REACHING = ("transfer", "consult", "invite", "dial")
BOARD = ("monitor", "whisper", "barge_in", "stop_monitor", "take_over", "forced_release")
ON_CALL = (
    "hold", "resume", "mute", "unmute", "pause_recording", "resume_recording", "hang_up",
    "swap", "merge", "complete_transfer", "cancel_consult", "drop_party", "mute_party",
    "end_conference", "ask_help",
)  # fmt: skip
OWN = (
    "ready", "not_ready", "finish_wrap_up", "extend_wrap_up", "sign_out", "sign_in",
    "withdraw_help",
)  # fmt: skip
PAUSES_S = (0.0, 0.05, 0.3, 1.0)


def invent(
    seed: int, length: int, cast: Cast = SMALL, pauses_s: tuple[float, ...] = PAUSES_S
) -> list[Step]:
    """A walk from a seed. Things that move a call along are chosen more often."""
    dice = random.Random(seed)
    agent = lambda: dice.choice(cast.agents)  # noqa: E731
    caller = lambda: dice.choice(cast.callers)  # noqa: E731
    kinds: list[Callable[[], Step]] = [
        *[lambda: ("caller", caller(), "dial")] * 4,
        *[lambda: ("caller", caller(), "tap")] * 4,
        lambda: ("caller", caller(), "hang_up"),
        *[lambda: ("phone", agent(), "answer")] * 6,
        lambda: ("phone", agent(), dice.choice(("reject", "hang_up"))),
        *[lambda: ("desk", agent(), dice.choice(ON_CALL))] * 6,
        *[lambda: ("desk", agent(), dice.choice(REACHING), *dice.choice(cast.targets))] * 5,
        *[lambda: ("desk", agent(), dice.choice(OWN))] * 2,
        *[
            lambda: ("board", dice.choice(cast.supervisors), dice.choice(BOARD), agent())
        ] * 3,
    ]
    return [(*dice.choice(kinds)(), str(dice.choice(pauses_s))) for _ in range(length)]


class Walk:
    """Does steps on a scene. `codes` are what the web answered to the commands."""

    def __init__(self, scene: Scene, cast: Cast = SMALL) -> None:
        self.scene, self.cast = scene, cast
        self.codes: list[int] = []
        self._callers: dict[str, Any] = {}
        if scene.real:
            scene.outside()

    def goes(self, steps: list[Step]) -> None:
        """AssertionError when something is wrong during the walk or left after it."""
        for agent_no in self.cast.desks:
            self.scene.agent(agent_no)
        place = invariants.newest_event(self.scene.stack)
        for who, number, what, *more, pause in steps:
            self._step(who, number, what, more)
            time.sleep(float(pause))  # a person's pace, not a proof
        self.ends()
        assert all(code < 500 for code in self.codes), f"the web failed: {self.codes}"
        invariants.nothing_is_left(self.scene.stack, within=60)
        invariants.board_is_empty(self.scene.stack)
        own = invariants.contacts_since(self.scene.stack, place)
        records.records_are_complete(self.scene.stack, own)

    def ends(self) -> None:
        """Everybody outside the hotline hangs up, then the agents do, until it is quiet."""

        def quiet() -> bool:
            for caller in self._callers.values():
                caller.leaves_call()
            for agent_no in self.cast.desks:
                self.scene.phone(agent_no).hangs_up()
            return self.scene.stack.channels() == 0

        until(quiet, 40, 0.3, what="everybody has hung up, and no channel is left")
        self._callers.clear()

    def _step(self, who: str, number: str, what: str, more: list[str]) -> None:
        if who == "caller":
            self._caller(number, what)
        elif who == "phone":
            self._phone(number, what)
        elif who == "board":
            self.codes.append(self.scene.stack.desk(number).orders_call(what, more[0]))
        else:
            self._desk(number, what, more)

    def _caller(self, number: str, what: str) -> None:
        caller = self._callers.get(number)
        if what == "dial":
            if caller is None:
                self._callers[number] = self.scene.caller(number)
                self._callers[number].dials()
        elif caller is not None:
            if what == "tap":
                caller.taps("0")
            else:
                self.scene.goes_home(caller)
                del self._callers[number]

    def _phone(self, number: str, what: str) -> None:
        phone = self.scene.phone(number)
        try:
            {"answer": phone.answers, "reject": phone.rejects, "hang_up": phone.hangs_up}[what]()
        except AssertionError:
            return  # it does not ring, or has no call

    def _desk(self, number: str, what: str, more: list[str]) -> None:
        desk = self.scene.stack.desk(number)
        body: dict[str, Any] = {}
        if more:
            body = {"kind": more[0], "value": more[1]}
        elif what == "not_ready":
            body = {"reason": "rest"}
        elif what in ("drop_party", "mute_party"):
            members = desk.call.get("members") or []
            if not members:
                return
            body = {"leg": members[0]["leg"]}
        self.codes.append(desk.tries(what, **body))


def shrink(
    steps: list[Step], fails: Callable[[list[Step]], bool], limit_s: float
) -> list[Step]:
    """The shortest walk found that still fails: leave out halves, quarters … single steps."""
    end = time.monotonic() + limit_s
    size = max(1, len(steps) // 2)
    while size and time.monotonic() < end:
        place, smaller = 0, False
        while place < len(steps) and time.monotonic() < end:
            rest = steps[:place] + steps[place + size :]
            if rest and fails(rest):
                steps, smaller = rest, True
            else:
                place += size
        if not smaller or size > 1:
            size //= 2
    return steps
