"""Calls that an agent places."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors.phone import Policy
from tests.live.cast import SipAgentPhone
from tests.live.scene import Scene
from tests.until import until


def _its_only_contact(scene: Scene) -> dict:  # type: ignore[no-untyped-def,type-arg]
    """The one that this scenario has begun, when its record is closed."""
    (contact_id,) = until(scene.contacts, 10, what="a contact has begun")
    return dict(scene.stack.contact(contact_id))


def test_given_a_number_outside_then_the_agent_s_own_phone_rings_first_and_they_talk(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="outside", value="02188880003")
    outside.answers()
    outside.was_called("+862188880003")
    desk.call_is("talking")
    outside.hears_only(phone)
    phone.hears_only(outside)
    phone.hangs_up()
    outside.is_over()
    desk.shows("wrap_up")
    contact = _its_only_contact(scene)
    assert contact["outcome"] == "answered" and contact["talk_ms"] > 0
    scene.tidy()


def test_given_a_local_number_and_a_called_party_who_hangs_up_then_the_agent_s_line_ends_too(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="outside", value="88880003")
    outside.answers()
    outside.was_called("+862188880003")
    desk.call_is("talking")
    phone.hears_only(outside)
    outside.hangs_up()
    phone.is_silent()
    desk.shows("wrap_up")
    scene.tidy()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("02188880486", "dial_busy"),
        ("02188880603", "dial_rejected"),
        ("02188880403", "dial_barred"),
        ("02188880404", "dial_unreachable"),
    ],
)
def test_given_a_number_that_cannot_be_had_then_the_agent_is_told_why_and_is_as_before(
    scene: Scene, number: str, code: str
) -> None:
    scene.outside()
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="outside", value=number)
    desk.refused(code, within=15)
    phone.is_silent()
    desk.shows("ready")
    assert _its_only_contact(scene)["outcome"] == "not_reached"
    scene.tidy()


def test_given_the_own_phone_is_not_picked_up_then_nobody_outside_is_called(scene: Scene) -> None:
    if not scene.real:
        pytest.skip("the stand-in's phones take the calls that they shall take by themselves")
    outside = scene.outside()
    desk, phone = scene.agent("1004")
    assert isinstance(phone, SipAgentPhone)
    phone.phone.auto_answer_header, phone.phone.policy = "", Policy(status=486)
    desk.does("dial", kind="outside", value="02188880003")
    desk.refused("own_phone_busy")
    desk.shows("ready")
    assert not outside.phone.calls
    assert _its_only_contact(scene)["outcome"] == "not_reached"
    scene.tidy()


def test_given_a_colleague_who_is_dialled_then_they_talk_and_both_are_free_again(
    scene: Scene,
) -> None:
    other_desk, other = scene.agent("1005")
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="agent", value="1005")
    other.rings()
    other.shows_caller("1004")
    for page in (desk, other_desk):
        call = page.call_is("dialling")
        assert (call["agent_no"], call["dialled"]) == ("1004", {"kind": "agent", "value": "1005"})
    other.answers()
    desk.call_is("talking")
    phone.hears_only(other)
    other.hears_only(phone)
    other.hangs_up()
    phone.is_silent()
    until(lambda: other_desk.state in ("ready", "not_ready"), 8, what="the colleague is free")
    desk.shows("wrap_up")
    scene.tidy()


def test_given_a_group_that_is_dialled_then_a_ready_colleague_of_it_is_called(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="queue", value="repair")
    desk.refused("no_agent_ready")
    desk.shows("ready")
    other_desk, other = scene.agent("1005")
    desk.does("dial", kind="queue", value="repair")
    other.rings()
    other.answers()
    phone.hears_only(other)
    other.hears_only(phone)
    phone.hangs_up()
    other.is_silent()
    other_desk.shows("ready")
    desk.shows("wrap_up")
    scene.tidy()


def test_given_a_meal_break_when_a_call_out_is_over_then_it_is_the_meal_break_again(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone = scene.agent("1004")
    desk.does("not_ready", reason="meal")
    desk.shows("not_ready")
    desk.does("dial", kind="outside", value="02188880003")
    outside.answers()
    desk.call_is("talking")
    phone.hears_only(outside)
    phone.hangs_up()
    desk.shows("wrap_up")
    desk.does("finish_wrap_up")
    desk.shows("not_ready")
    view = scene.stack.agent_view("1004") or {}
    assert (view["reason"], view["next_work"]) == ("meal", None)
    scene.tidy()


def _rings_without_the_controller(scene: Scene) -> tuple[Any, Any, Any]:
    """1004 calls a colleague, whose phone rings when the controller is killed."""
    _other_desk, other = scene.agent("1005")
    desk, phone = scene.agent("1004")
    desk.does("dial", kind="agent", value="1005")
    other.rings()
    scene.watched = False
    scene.stack.kill("controller")
    return desk, phone, other


def _controller_returns(scene: Scene) -> None:
    scene.stack.start_program("controller")
    scene.stack.wait_well()


def test_given_a_killed_controller_when_the_other_side_answers_then_they_talk_on_its_return(
    scene: Scene,
) -> None:
    desk, phone, other = _rings_without_the_controller(scene)
    try:
        other.answers()
        other.hears_only()
    finally:
        _controller_returns(scene)
    desk.call_is("talking")
    phone.hears_only(other)
    other.hears_only(phone)
    other.hangs_up()
    phone.is_silent()
    desk.shows("wrap_up")
    assert _its_only_contact(scene)["outcome"] == "answered"
    scene.tidy()


def test_given_a_killed_controller_when_the_other_side_declines_then_the_agent_is_told_later(
    scene: Scene,
) -> None:
    desk, phone, other = _rings_without_the_controller(scene)
    try:
        other.rejects()
        other.is_silent()
    finally:
        _controller_returns(scene)
    desk.refused("dial_busy", within=15)
    phone.is_silent()
    desk.shows("ready")
    assert _its_only_contact(scene)["outcome"] == "not_reached"
    scene.tidy()
