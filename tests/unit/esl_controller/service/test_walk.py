"""Anybody does anything at any time, on a model of the switch: nothing is stuck or left over.

CLEARLINE_WALK=n walks n histories instead of the usual few.
"""

from __future__ import annotations

import itertools
import os
import random
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from esl_controller.domain.agent_commands import AGENT_COMMANDS
from esl_controller.domain.ids import contact_id_of
from esl_controller.domain.snapshot import Snapshot
from esl_controller.service import views
from esl_controller.service.command_handlers import OTHERS, on_action_failed
from esl_controller.service.items import (
    ActionFailed,
    Asked,
    ConnectAsked,
    ConnectCancelled,
    ConnectReady,
)
from tests.unit.esl_controller.service.hotline import T0, Hotline, snapshot_json
from tests.unit.esl_controller.service.model_switch import ModelSwitch, Refused
from tests.unit.esl_controller.service.walk_rules import broken_rules, leftovers

AGENTS = ("1001", "1002", "1003", "2001")
TIERS = {"general": ["1001", "1002"], "billing": ["1002", "1003"]}
COMMANDS = sorted({*AGENT_COMMANDS, *OTHERS})
STEPS = 60

who = st.sampled_from(AGENTS)
some = st.integers(0, 30)
#: How much of what is on its way is carried out before the next thing happens; None is all.
haste = st.sampled_from([None, None, None, 0, 1, 2, 5])


def snapshot() -> Snapshot:
    raw = snapshot_json()
    plain = raw["agents"][0]
    raw["agents"] = [{**plain, "agent_no": number, "extension": number} for number in AGENTS]
    queue = raw["queues"][0]
    raw["queues"] = [
        {
            **queue,
            "code": code,
            "members": [{"agent_no": one, "level": 1, "position": 1} for one in members],
        }
        for code, members in TIERS.items()
    ]
    return Snapshot.from_json(raw)


class Walk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.hotline = Hotline()
        self.registry = self.hotline.registry
        self.registry.use(snapshot())
        legs = itertools.count(1)
        self.hotline.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(legs):012d}"
        self.lanes: dict[str, list[Asked]] = {}
        self.taken = 0
        self.twice = 0
        self.answers: list[list[str]] = []  # what each question of a menu was answered

    @initialize(seed=st.integers(0, 2**16), ready=st.integers(0, 4))
    def begin(self, seed: int, ready: int) -> None:
        self.dice = random.Random(seed)
        self.switch = ModelSwitch(T0, TIERS, self.dice)
        for number in AGENTS:
            self.switch.register(number, True)
        self.go(None)
        for number in AGENTS[:ready]:
            self.press(number, "sign_in", {}, None)
            self.press(number, "ready", {}, None)

    # --- the way between controller and switch ------------------------------------------------

    def go(self, amount: int | None) -> None:
        """Carry out some of what is asked and deliver some of what was told, or all of it."""
        while amount is None or amount > 0:
            self.collect()
            lanes = sorted(self.lanes)
            choices = [*lanes, *(["wire"] if self.switch.events else [])]
            choices += ["failed"] if self.switch.failed else []
            if not choices:
                return
            self.one(self.dice.choice(choices))
            amount = None if amount is None else amount - 1

    def one(self, choice: str) -> None:
        switch = self.switch
        if choice == "wire":
            event = switch.events.pop(0)
            for _ in range(2 if self.twice else 1):
                self.hotline.event(event)
            self.twice = max(0, self.twice - 1)
            return
        if choice == "failed":
            action, message = switch.failed.pop(0)
            self.fail(Asked(action, action.leg), message)
            return
        lane = self.lanes[choice]
        asked = lane.pop(0)
        if not lane:
            del self.lanes[choice]
        try:
            switch.carry_out(asked.action)
        except Refused as refusal:
            self.fail(asked, str(refusal))

    def fail(self, asked: Asked, message: str) -> None:
        failed = ActionFailed(
            asked.action, asked.lane, "switch_refused", message, self.switch.now,
            asked.agent_no, asked.command_id,
        )  # fmt: skip
        on_action_failed(self.hotline.controller, failed)
        self.hotline.event()

    def collect(self) -> None:
        for effects in self.hotline.seen[self.taken :]:
            for asked in effects.actions:
                self.lanes.setdefault(asked.lane, []).append(asked)
        self.taken = len(self.hotline.seen)

    def press(self, number: str, name: str, body: dict[str, Any], amount: int | None) -> None:
        self.switch.now += 20
        self.hotline.command(name, number, self.switch.now, **body)
        self.go(amount)

    # --- what people do -----------------------------------------------------------------------

    @rule(code=st.sampled_from([*TIERS, ""]), amount=haste)
    def a_caller_arrives(self, code: str, amount: int | None) -> None:
        leg = self.switch.arrive("13812340021")
        if code:
            self.switch.queue(leg, code)
        self.go(amount)

    @rule(n=some, other=who, amount=haste)
    def a_menu_asks_for_somebody(self, n: int, other: str, amount: int | None) -> None:
        callers = [channel for channel in self.legs() if channel.doing == "flow"]
        if callers:
            contact_id = contact_id_of(callers[n % len(callers)].uuid)
            kind, value = [("agent", other), ("agent", other), ("outside", "13800000001")][n % 3]
            asked = len(self.answers)
            self.answers.append([])
            self.hotline.flow(
                ConnectAsked(
                    contact_id, kind, value, 20, self.switch.now, self.answers[asked].append
                )
            )
            self.go(amount)
            self.hotline.flow(ConnectReady(contact_id, self.switch.now))
            self.go(amount)

    @rule(n=some, amount=haste)
    def a_menu_waits_no_longer(self, n: int, amount: int | None) -> None:
        callers = [channel for channel in self.legs() if channel.doing == "flow"]
        if callers:
            contact_id = contact_id_of(callers[n % len(callers)].uuid)
            self.hotline.flow(ConnectCancelled(contact_id, self.switch.now))
            self.go(amount)

    @rule(n=some, amount=haste)
    def a_caller_hangs_up(self, n: int, amount: int | None) -> None:
        self.leg_ends([c for c in self.legs() if c.kind == "caller"], n, "NORMAL_CLEARING", amount)

    @rule(n=some, amount=haste)
    def somebody_picks_up(self, n: int, amount: int | None) -> None:
        ringing = [channel for channel in self.legs() if not channel.up]
        if ringing:
            self.switch.pick_up(ringing[n % len(ringing)].uuid)
            self.go(amount)

    @rule(
        n=some,
        cause=st.sampled_from(["NO_ANSWER", "CALL_REJECTED", "USER_BUSY", "NO_USER_RESPONSE"]),
        amount=haste,
    )
    def somebody_does_not(self, n: int, cause: str, amount: int | None) -> None:
        self.leg_ends([channel for channel in self.legs() if not channel.up], n, cause, amount)

    @rule(n=some, lost=st.booleans(), amount=haste)
    def somebody_hangs_up_or_is_lost(self, n: int, lost: bool, amount: int | None) -> None:
        legs = [c for c in self.legs() if c.up and c.kind != "caller"]
        self.leg_ends(legs, n, "MEDIA_TIMEOUT" if lost else "NORMAL_CLEARING", amount)

    def legs(self) -> list[Any]:
        return list(self.switch.channels.values())

    def leg_ends(self, legs: list[Any], n: int, cause: str, amount: int | None) -> None:
        if legs:
            by_remote = cause != "MEDIA_TIMEOUT"
            self.switch.end(legs[n % len(legs)].uuid, cause, by_remote)
            self.go(amount)

    @rule(number=who, on=st.booleans(), amount=haste)
    def a_phone_comes_or_goes(self, number: str, on: bool, amount: int | None) -> None:
        self.switch.register(number, on)
        self.go(amount)

    @rule(
        number=who, name=st.sampled_from(COMMANDS), other=who, n=some, twice=st.booleans(),
        amount=haste,
    )  # fmt: skip
    def a_desk_asks_for_anything(
        self, number: str, name: str, other: str, n: int, twice: bool, amount: int | None
    ) -> None:
        for _ in range(1 + twice):
            self.press(number, name, self.body_of(other, n), amount)

    @rule(number=who, n=some, other=who, twice=st.booleans(), amount=haste)
    def a_desk_presses_a_button_it_has(
        self, number: str, n: int, other: str, twice: bool, amount: int | None
    ) -> None:
        agent = self.registry.agents[number]
        call = self.registry.calls.get(agent.contact_id or "")
        names = sorted({*agent.allowed, *(call.allowed if call else ())})
        for _ in range(1 + twice):
            if names:
                self.press(number, names[n % len(names)], self.body_of(other, n), amount)

    @rule(
        number=who,
        other=who,
        mode=st.sampled_from(["monitor", "whisper", "barge_in", "take_over", "stop_monitor"]),
        amount=haste,
    )
    def a_supervisor_listens(
        self, number: str, other: str, mode: str, amount: int | None
    ) -> None:
        self.press(number, mode, {"target": other}, amount)

    @rule(number=who, amount=haste)
    def somebody_wants_calls(self, number: str, amount: int | None) -> None:
        for name in ("sign_in", "ready"):
            self.press(number, name, {}, amount)

    def body_of(self, other: str, n: int) -> dict[str, Any]:
        kinds = [("agent", other), ("outside", "13800000001"), ("queue", "general"),
                 ("flow", "water_main"), ("agent", other), ("moon", "${x}")]  # fmt: skip
        kind, value = kinds[n % len(kinds)]
        placed = [c.uuid for c in self.legs() if c.kind != "caller"]
        leg = placed[n % len(placed)] if placed else "nobody"
        reason = "rest" if n % 2 else ""
        return {"kind": kind, "value": value, "leg": leg, "target": other, "digits": "1",
                "reason": reason}  # fmt: skip

    @rule(seconds=st.sampled_from([1, 21, 50, 120]), amount=haste)
    def time_passes(self, seconds: int, amount: int | None) -> None:
        self.switch.pass_time(seconds * 1000)
        desks = {number: self.switch.now for number in AGENTS}
        self.hotline.tick(self.switch.now, desks)
        self.go(amount)

    @rule(times=st.integers(1, 3))
    def the_next_events_come_twice(self, times: int) -> None:
        self.twice = times

    @precondition(lambda self: hasattr(self, "switch"))
    @rule()
    def everything_on_its_way_arrives(self) -> None:
        self.go(None)

    # --- what must hold -----------------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        if not hasattr(self, "switch"):
            return
        for agent in self.registry.agents.values():
            views.desk(self.registry, agent, self.switch.now)
        self.collect()
        if not (self.lanes or self.switch.events or self.switch.failed):
            wrong = broken_rules(self.registry, self.switch, self.hotline.told())
            assert not wrong, wrong

    def teardown(self) -> None:
        if not hasattr(self, "switch"):
            return
        self.go(None)
        for channel in self.legs():
            if channel.kind == "caller":
                self.switch.end(channel.uuid, by_remote=True)
        self.go(None)
        for call in list(self.registry.calls.values()):
            if call.direction != "inbound" and not call.ended_at:
                self.switch.end(call.talks[0].agent_leg, by_remote=True)
                self.switch.end(call.uuid, by_remote=True)
        self.go(None)
        self.switch.now += 200_000
        self.hotline.tick(self.switch.now)
        self.go(None)
        wrong = leftovers(self.registry, self.switch, self.hotline.told())
        wrong += [f"a menu was answered {told}" for told in self.answers if len(told) != 1]
        assert not wrong, wrong


WALKS = int(os.environ.get("CLEARLINE_WALK", "120"))

TestWalk = Walk.TestCase
TestWalk.settings = settings(
    deadline=None,
    max_examples=WALKS,
    stateful_step_count=STEPS,
    derandomize="CLEARLINE_WALK" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
TestWalk = pytest.mark.timeout(0 if "CLEARLINE_WALK" in os.environ else 120)(TestWalk)
