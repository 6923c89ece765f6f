"""The hold key of the agent's own telephone: the desk shows what the switch does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.marks import freeswitch_only
from tests.live.scene import Scene
from tests.until import until

#: After so much without sound the switch lets a caller's line go.
CALLER_SILENCE_S = 30


def _held(scene: Scene) -> Any:
    """A conversation that the telephone holds: (desk, phone, caller), who hears music."""
    desk, phone, caller = scene.talk()
    phone.holds()
    desk.call_is("held")
    caller.hears_music()
    return desk, phone, caller


def test_given_the_phone_s_own_hold_key_then_the_desk_shows_it_and_the_key_takes_the_caller_back(
    scene: Scene,
) -> None:
    desk, phone, caller = _held(scene)
    assert desk.call["held_at_phone"] and "resume" not in desk.call["allowed"]
    desk.does("resume")
    desk.refused("held_at_phone")
    scene.passes(1)
    phone.takes_back()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    desk.does("resume")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    [talk] = scene.stack.of_contact("talk_segment", contact)
    assert talk["hold_count"] == 2 and talk["hold_ms"] > 1000


def test_given_the_desk_holds_when_the_phone_holds_too_then_the_phone_takes_the_caller_back(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    phone.holds()
    until(lambda: desk.call.get("held_at_phone"), 5, what="the page shows the phone's hold")
    scene.passes(1)
    caller.hears_music()
    phone.takes_back()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert scene.stack.of_contact("talk_segment", contact)[0]["hold_count"] == 1


@freeswitch_only("silence on a line is sound that does not come")
def test_given_a_phone_that_sends_nothing_while_it_holds_then_its_line_is_not_taken_for_dead(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    phone.holds_in_silence()
    desk.call_is("held")
    scene.passes(13)
    caller.hears_music()
    phone.takes_back_aloud()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    scene.phone_vanishes("1004")
    desk.call_is("orphaned", within=40)
    caller.hangs_up()
    scene.ends(caller)


@freeswitch_only("silence on a line is sound that does not come")
def test_given_a_caller_who_holds_in_silence_when_they_come_back_then_the_talk_goes_on(
    scene: Scene,
) -> None:
    scene.recorded = False  # what does not come has no place in the file
    desk, phone, caller = scene.talk()
    caller.holds_in_silence()
    scene.passes(CALLER_SILENCE_S + 3)
    assert desk.call["state"] == "talking"
    caller.takes_back_aloud()
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    assert scene.ends(caller)["hold_ms"] == 0


@pytest.mark.parametrize("who", ["the agent at the phone", "the agent at the desk", "the caller"])
def test_given_a_call_that_the_phone_holds_when_somebody_hangs_up_then_it_is_over_for_both(
    scene: Scene, who: str
) -> None:
    desk, phone, caller = _held(scene)
    if who == "the caller":
        caller.hangs_up()
    elif who == "the agent at the desk":
        desk.does("hang_up")
    else:
        phone.hangs_up()
    phone.is_silent()
    caller.is_over()
    desk.shows("wrap_up")
    assert scene.ends(caller)["hold_ms"] > 0
