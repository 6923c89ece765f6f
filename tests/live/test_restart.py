"""The controller is killed in the middle of a call and comes back: the desk shows what it showed,
and every button does what it says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.scene import Scene
from tests.until import until


def _comes_back(scene: Scene) -> None:
    """Killed, started again, and with the whole picture."""
    scene.watched = False
    scene.stack.kill("controller")
    scene.stack.start_program("controller")
    scene.stack.wait_well()


def _buttons(desk: Any) -> set[str]:
    return set(desk.call["allowed"])


def test_given_a_call_on_hold_when_the_controller_is_back_then_it_is_resumed(scene: Scene) -> None:
    desk, phone, caller = scene.talk()
    desk.does("hold")
    before = desk.call_is("held")
    caller.hears_music()
    _comes_back(scene)
    desk.forget()
    assert desk.call_is("held")["held_since"] == before["held_since"]
    caller.hears_music()
    phone.hears_only()
    scene.passes(1)
    desk.does("resume")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    desk.does("resume")
    desk.call_is("talking")
    scene.passes(1)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert contact["hold_ms"] > 1000
    assert scene.stack.of_contact("talk_segment", contact)[0]["hold_count"] == 2


@pytest.mark.parametrize("button", ["complete_transfer", "cancel_consult", "swap", "merge"])
def test_given_a_consultation_when_the_controller_is_back_then_each_button_does_what_it_says(
    scene: Scene, button: str
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    buttons = _buttons(desk)
    _comes_back(scene)
    desk.forget()
    assert desk.call_is("consulting")["party"]["value"] == "1005"
    assert _buttons(desk) == buttons
    phone.hears_only(other)
    desk.does(button)
    if button == "complete_transfer":
        desk.shows("wrap_up")
        caller.hears_only(other)
        other.hears_only(caller)
        other.hangs_up()
    elif button == "cancel_consult":
        desk.call_is("talking")
        other.is_silent()
        caller.hears_only(phone)
        phone.hangs_up()
    elif button == "swap":
        desk.call_is("swapped")
        caller.hears_only(phone)
        desk.does("swap")
        desk.call_is("consulting")
        phone.hears_only(other)
        desk.does("cancel_consult")
        desk.call_is("talking")
        caller.hears_only(phone)
        phone.hangs_up()
    else:
        desk.call_is("conference")
        caller.hears_only(phone, other)
        desk.does("end_conference")
    caller.is_over()
    other.is_silent()
    scene.ends(caller)


@pytest.mark.parametrize("button", ["drop_party", "end_conference", "mute_party"])
def test_given_a_conference_when_the_controller_is_back_then_each_button_does_what_it_says(
    scene: Scene, button: str
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    desk.does("merge")
    desk.call_is("conference")
    caller.hears_only(phone, other)
    (leg,) = [one["leg"] for one in desk.call["members"] if one["value"] == "1005"]
    buttons = _buttons(desk)
    _comes_back(scene)
    desk.forget()
    assert [one["leg"] for one in desk.call_is("conference")["members"] if one["value"]] == [leg]
    assert _buttons(desk) == buttons
    caller.hears_only(phone, other)
    if button == "mute_party":
        desk.does(button, leg=leg)
        caller.hears_only(phone)
        desk.does(button, leg=leg)
        caller.hears_only(phone, other)
    if button == "drop_party":
        desk.does(button, leg=leg)
        other.is_silent()
        desk.call_is("talking")
        caller.hears_only(phone)
        phone.hangs_up()
    else:
        desk.does("end_conference")
    caller.is_over()
    phone.is_silent()
    until(lambda: desk.state == "wrap_up", 5, what="the agent is in wrap-up")
    scene.ends(caller)
