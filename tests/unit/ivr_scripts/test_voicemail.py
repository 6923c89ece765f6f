"""Leaving a message from the menu: kept, too short, hung up meanwhile, no room on the disk."""

from __future__ import annotations

import pytest

from tests.fakes.scripted_leg import ONE_PREMISE, Leg
from tests.unit.ivr_scripts.test_water_flow import call


def test_it_takes_a_message_for_the_group_and_says_thanks() -> None:
    done = call(["3"])
    (message,) = done.listener.messages
    assert (message.queue, message.agent_no, message.ms, message.n) == ("general", None, 3000, 901)
    assert message.storage_key == f"2026/11/23/{Leg.contact_id}-901.wav"
    assert done.book.said[-2:] == ["message.thanks", "goodbye"]
    assert (done.ended.exit_kind, done.ended.goal_code) == ("goal", "message_left")


def test_it_beeps_before_it_listens() -> None:
    done = call(["3"])
    at = done.book.said.index("message.ask")
    assert done.book.said[at + 1] == "beep"
    assert done.leg.commands.index("record") > done.leg.commands.index("play")


@pytest.mark.parametrize("trouble", [{"says_ms": 999}, {"no_disk": True}])
def test_given_nothing_was_kept_then_it_says_so_and_offers_a_person(trouble) -> None:
    done = call(["3", "0"], **trouble)
    assert done.listener.messages == []
    assert "message.empty" in done.book.said
    assert done.leg.queue == "general"


def test_given_a_second_try_then_it_is_another_file() -> None:
    done = call(["3", "9", "3"], says_ms=0)
    assert [key[-7:] for key in done.leg.recorded] == ["901.wav", "902.wav"]


def test_given_a_caller_who_hangs_up_after_speaking_then_the_message_counts() -> None:
    commands = call(["3"]).leg.commands
    done = call(["3"], profile=ONE_PREMISE, hangs_up_at=commands.index("record") + 1)
    assert len(done.listener.messages) == 1
    assert (done.ended.exit_kind, done.ended.goal_code) == ("goal", "message_left")


def test_given_a_caller_who_is_gone_before_the_beep_then_there_is_no_message() -> None:
    commands = call(["3"]).leg.commands
    done = call(["3"], hangs_up_at=commands.index("record"))
    assert done.listener.messages == []
    assert done.ended.exit_kind == "hangup"
