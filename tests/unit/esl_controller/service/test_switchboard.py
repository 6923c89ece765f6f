"""The flow asks the loop for somebody and always gets on."""

from __future__ import annotations

from typing import Any

import pytest

from esl_controller.adapters.memory import ManualClock, MemoryLeg
from esl_controller.domain.errors import LegGone, SwitchUnavailable
from esl_controller.service import switchboard
from esl_controller.service.items import ConnectAsked, ConnectCancelled, ConnectReady
from esl_controller.service.switchboard import LoopSwitchboard


class Loop:
    """Answers a question at once, when the caller hears the ringing, when it is given up, or
    never."""

    def __init__(self, at_once: str = "", rung: str = "", last_word: str = "") -> None:
        self.words = {ConnectAsked: at_once, ConnectReady: rung, ConnectCancelled: last_word}
        self.items: list[Any] = []

    def put(self, item: Any) -> None:
        self.items.append(item)
        if word := self.words[type(item)]:
            self.items[0].answer(word)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switchboard, "AT_ONCE_S", 0.01)
    monkeypatch.setattr(switchboard, "PATIENCE_S", 0.01)
    monkeypatch.setattr(switchboard, "LAST_WORD_S", 0.01)


def connect(loop: Loop, leg: MemoryLeg) -> str:
    return LoopSwitchboard(loop.put, ManualClock()).connect(leg, "agent", "1004", 0)


def test_given_somebody_who_cannot_be_called_then_no_ring_is_heard():
    leg = MemoryLeg()
    assert connect(Loop(at_once="busy"), leg) == "busy"
    assert leg.done == []


def test_given_the_two_are_connected_then_the_leg_is_not_touched_any_more():
    leg = MemoryLeg()
    assert connect(Loop(rung="connected"), leg) == "connected"
    assert [step[0] for step in leg.done] == ["start_ringing", "ring_until"]


def test_given_nobody_was_reached_then_the_ringing_stops():
    leg = MemoryLeg()
    assert connect(Loop(rung="busy"), leg) == "busy"
    assert [step[0] for step in leg.done] == ["start_ringing", "ring_until", "stop_ringing"]


@pytest.mark.parametrize("word", ["no_answer", "connected"])
def test_given_no_answer_in_time_then_it_gives_up_and_takes_the_last_word(word):
    loop = Loop(last_word=word)
    assert connect(loop, MemoryLeg()) == word
    assert [type(item) for item in loop.items] == [ConnectAsked, ConnectReady, ConnectCancelled]


def test_given_a_loop_without_a_word_then_nobody_guesses_who_has_the_caller():
    with pytest.raises(SwitchUnavailable):
        connect(Loop(), MemoryLeg())


def test_given_the_caller_leaves_then_the_flow_learns_it():
    with pytest.raises(LegGone):
        connect(Loop(), MemoryLeg(leaves_at=0))
