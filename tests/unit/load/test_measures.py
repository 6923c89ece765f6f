"""What a load run reads from the product's events."""

from __future__ import annotations

import json

import pytest

from esl_controller.contract import keys
from tests.load import measures

BEGAN = 1_000.0


class Stream:
    """A stream that holds these events."""

    def __init__(self, *events: dict) -> None:
        self._events = events

    def xrange(self, name: str) -> list:
        return [(str(n), {keys.ENTRY_FIELD: json.dumps(e)}) for n, e in enumerate(self._events)]


def event(kind: str, at: int, **body: object) -> dict:
    return {"type": kind, "at": 1_000_000 + at, "contact_id": "C1", "body": body}


def test_it_measures_a_call_from_the_queue_to_the_desk():
    told = measures.read(
        Stream(
            event("contact.started", 0),
            event("queue.joined", 100, entered_at=1_000_100),
            event("agent.offered", 150, offered_at=1_000_150),
            event("desk.updated", 160, agent={"state": "offered"}),
            event("talk.started", 900),
            event("contact.ended", 2000, outcome="answered"),
        ),
        {"C1": 1_000.170},
        BEGAN,
    )
    assert (told.started, told.talks, told.served) == (1, 1, 1)
    assert (told.offer_ms, told.told_ms) == ([50], [10])
    assert told.pop_ms == pytest.approx([20])
    assert told.open_at == [(0.0, 1), (2.0, 0)]


def test_it_leaves_out_what_was_before_the_run():
    told = measures.read(Stream(event("contact.started", -5)), {}, BEGAN)
    assert (told.started, told.open_at) == (0, [])


def test_given_an_offer_that_reached_no_desk_then_it_has_no_pop_time():
    told = measures.read(
        Stream(
            event("queue.joined", 100, entered_at=1_000_100),
            event("agent.offered", 150, offered_at=1_000_150),
        ),
        {},
        BEGAN,
    )
    assert (told.offer_ms, told.pop_ms) == ([50], [])
