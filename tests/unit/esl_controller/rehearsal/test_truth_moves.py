"""Callers passed on: the very scenarios that were recorded, played on the stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcripts.scenarios import SCENARIOS
from tests.transcripts.scenarios_moves import MOVES
from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.conftest import AddAgent
from tests.unit.esl_controller.rehearsal.playing import RehearsalStage
from tests.unit.esl_controller.rehearsal.truth import (
    assert_true_to,
    recorded,
    sent,
    since,
)

pytestmark = pytest.mark.usefixtures("nobody")

#: What came before (the apology of a dialplan without a controller) is compared elsewhere.
BEGINS = "CHANNEL_EXECUTE callcenter"


@pytest.mark.parametrize("name", [play.__name__ for play in MOVES])
def test_it_tells_what_the_real_switch_told(
    esl: Connection, add_agent: AddAgent, tmp_path: Path, name: str
) -> None:
    add_agent("1001")
    add_agent("1002", status="On Break")
    stage = RehearsalStage(esl, tmp_path)
    esl.events.clear()
    SCENARIOS[name](stage)
    real, ours = recorded(name), sent(esl.events)
    if any(row.what == BEGINS for row in real):
        real, ours = since(real, BEGINS), since(ours, BEGINS)
    assert_true_to(real, ours)
