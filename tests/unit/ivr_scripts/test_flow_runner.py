"""The runner keeps its promises when the world or our own code fails."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ivr_scripts.flow import read_flow
from ivr_scripts.flows import shipped_flow
from ivr_scripts.runner import Runner
from tests.fakes.scripted_leg import ONE_PREMISE, Book, Clock, Crm, Leg, Listener

FLOW = read_flow(shipped_flow("water_main"), 1)


def run(leg: Leg, flow: Any = FLOW, book: Any = None, **options: Any) -> Listener:
    listener = Listener()
    crm = options.pop("crm", Crm(ONE_PREMISE))
    Runner(crm, book or Book(), Clock(), **options).run(leg, flow, listener)
    return listener


def test_given_a_refused_queue_then_the_fallback_takes_the_caller() -> None:
    leg = Leg(["2"], refused_queues=["repair"])
    (ended,) = run(leg).ended
    assert leg.queue == "general"
    assert (ended.exit_kind, ended.queue) == ("queue", "general")


def test_given_an_unknown_queue_then_it_is_not_even_tried() -> None:
    leg = Leg(["2"])
    run(leg, queues=("general",))
    assert "queue:repair" not in leg.commands and leg.queue == "general"


def test_given_no_queue_at_all_then_it_ends_with_an_error() -> None:
    leg = Leg(["2"], refused_queues=["repair", "general"])
    (ended,) = run(leg).ended
    assert ended.exit_kind == "error"


class BrokenCrm(Crm):
    def bill(self, account_no: str) -> Any:
        raise RuntimeError("our own mistake")


def test_given_a_mistake_of_ours_then_it_apologises_and_finds_a_queue() -> None:
    leg, book = Leg(["1"]), Book()
    (ended,) = run(leg, book=book, crm=BrokenCrm(ONE_PREMISE)).ended
    assert book.said[-1] == "error.sorry"
    assert (ended.exit_kind, ended.queue, leg.queue) == ("error", "general", "general")


def test_given_a_broken_book_then_the_caller_still_finds_a_queue() -> None:
    class BrokenBook(Book):
        def files(self, parts: Any) -> list[str]:
            raise OSError("disk gone")

    leg = Leg(["1"])
    (ended,) = run(leg, book=BrokenBook()).ended
    assert (ended.exit_kind, leg.queue) == ("error", "general")


@pytest.mark.parametrize("gone_at", range(4))
def test_given_a_mistake_and_a_hang_up_then_it_still_reports_once(gone_at: int) -> None:
    leg = Leg(["1"], hangs_up_at=4 + gone_at)
    assert len(run(leg, crm=BrokenCrm(ONE_PREMISE)).ended) == 1


def test_given_a_call_that_lasts_too_long_then_it_goes_to_the_queue() -> None:
    document = copy.deepcopy(shipped_flow("water_main"))
    document["limit_min"] = 0.1
    leg = Leg(["*"] * 20)
    (ended,) = run(leg, read_flow(document)).ended
    assert (ended.exit_kind, ended.queue, leg.queue) == ("timeout", "general", "general")


def test_given_a_document_that_turns_in_a_circle_then_the_step_limit_ends_it() -> None:
    document = copy.deepcopy(shipped_flow("water_main"))
    nodes = document["nodes"]
    nodes["identify"]["exits"] = dict.fromkeys(nodes["identify"]["exits"], "answer")
    leg = Leg()
    (ended,) = run(leg, read_flow(document)).ended
    assert (ended.exit_kind, leg.queue) == ("error", "general")
    assert len(ended.trail) <= 200


def test_it_keeps_a_key_pressed_during_the_greeting_for_the_menu() -> None:
    class Hasty(Leg):
        def play(self, files: Any, *, terminators: str = "none") -> str:
            super().play(files, terminators=terminators)
            return "2" if "2" in terminators else ""

    leg = Hasty()
    (ended,) = run(leg).ended
    assert leg.queue == "repair" and "collect" not in leg.commands
    assert ended.trail[1].keyed == "2"
