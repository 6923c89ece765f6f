"""A ticket's steps cannot be changed afterwards without a trace."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_web.areas.tickets.chain import FIRST, first_break, step_hash

START = datetime(2026, 11, 24, 1, 46, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    seq: int
    action: str
    from_status: str
    to_status: str
    at: datetime
    actor_id: int | None
    note: str
    data: dict[str, Any] | None
    prev_hash: str
    hash: str


def chain(number: str, *actions: tuple[str, str]) -> list[Said]:
    steps: list[Said] = []
    before, state = FIRST, ""
    for seq, (action, after) in enumerate(actions, 1):
        at = START + timedelta(minutes=seq)
        said = step_hash(before, number, seq, action, state, after, at, 7, "说明", {"to": "城东"})
        steps.append(Said(seq, action, state, after, at, 7, "说明", {"to": "城东"}, before, said))
        before, state = said, after
    return steps


PATH = (("open", "open"), ("dispatch", "dispatched"), ("accept", "accepted"))
STEPS = chain("GD261124-00001", *PATH)


def test_an_untouched_history_is_whole():
    assert first_break("GD261124-00001", STEPS) is None
    assert first_break("GD261124-00001", []) is None


@pytest.mark.parametrize(
    "change",
    [
        {"note": "别的"},
        {"actor_id": 8},
        {"at": START},
        {"to_status": "closed"},
        {"data": None},
        {"hash": "1" * 64},
        {"prev_hash": "1" * 64},
    ],
)
def test_it_names_the_step_that_was_changed(change):
    touched = [STEPS[0], replace(STEPS[1], **change), STEPS[2]]
    assert first_break("GD261124-00001", touched) == 2


def test_it_sees_a_step_that_was_taken_out():
    assert first_break("GD261124-00001", [STEPS[0], STEPS[2]]) == 3


def test_steps_of_another_ticket_do_not_fit():
    assert first_break("GD261124-00002", STEPS) == 1
