"""Blind and attended transfer: the caller is never dropped into nothing."""

from __future__ import annotations

import pytest

from esl_controller.domain import numbers
from tests.live.scene import Scene
from tests.live.site import STRAIGHT_NUMBER
from tests.until import until


def _talks(scene: Scene, contact) -> list:  # type: ignore[no-untyped-def,type-arg]
    return [
        (talk["role"], talk["transfer_kind"] or "")
        for talk in scene.stack.of_contact("talk_segment", contact)
    ]


def test_given_a_blind_transfer_when_the_colleague_answers_then_they_serve_the_caller(
    scene: Scene,
) -> None:
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    phone.hears_only()
    other.answers()
    caller.hears_only(other)
    other.hears_only(caller)
    phone.is_silent()
    desk.shows("wrap_up")
    assert other_desk.call_is("talking")["contact_id"] == caller.contact_id
    other.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert contact["outcome"] == "answered"
    assert _talks(scene, contact) == [("primary", "blind"), ("transferee", "")]


@pytest.mark.parametrize("how", ["busy", "no answer"])
def test_given_a_blind_transfer_when_the_colleague_does_not_take_it_then_the_agent_keeps_the_caller(
    scene: Scene, how: str
) -> None:
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    if how == "busy":
        other.rejects()
    desk.call_was("transferring")
    desk.call_is("talking", within=30)
    desk.refused("target_busy" if how == "busy" else "target_no_answer")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert _talks(scene, contact) == [("primary", "")]


def test_given_the_agent_leaves_a_transfer_that_rings_when_it_is_answered_then_they_talk(
    scene: Scene,
) -> None:
    _, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    phone.hangs_up()
    desk.shows("wrap_up")
    caller.hears_music()
    other.answers()
    caller.hears_only(other)
    other.hears_only(caller)
    other.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert contact["outcome"] == "answered"
    assert _talks(scene, contact) == [("primary", "blind"), ("transferee", "")]


def test_given_the_agent_leaves_a_transfer_that_rings_when_it_is_refused_then_the_queue_has_them(
    scene: Scene,
) -> None:
    _, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    desk.does("hang_up")
    desk.shows("wrap_up")
    other.rejects()
    desk.refused("transfer_in_flow")
    scene.until_queued(caller, "general")
    caller.hears_music()
    caller.hangs_up()
    contact = scene.ends(caller)
    assert _talks(scene, contact) == [("primary", "blind")]
    assert len(scene.stack.of_contact("queue_visit", contact)) == 2


def test_given_a_transfer_to_a_queue_then_the_next_agent_gets_the_same_caller(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="queue", value="repair")
    phone.is_silent()
    desk.shows("wrap_up")
    scene.until_queued(caller, "repair")
    other_desk, other = scene.agent("1005")
    other.rings()
    other.answers()
    other_desk.call_is("talking")
    caller.hears_only(other)
    other.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert [talk[1] for talk in _talks(scene, contact)] == ["blind", ""]
    assert len(scene.stack.of_contact("queue_visit", contact)) == 2


def test_given_a_transfer_to_a_number_outside_then_they_talk_and_the_agent_is_free(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="outside", value="02188880001")
    outside.answers()
    outside.was_called("+862188880001", shown=STRAIGHT_NUMBER)
    caller.hears_only(outside)
    outside.hears_only(caller)
    phone.is_silent()
    desk.shows("wrap_up")
    outside.hangs_up()
    caller.is_over(10)
    assert scene.ends(caller)["outcome"] == "answered"


def test_given_a_caller_with_somebody_outside_then_the_board_shows_the_call_and_can_end_it(
    scene: Scene,
) -> None:
    board = scene.stack.desk("2001")
    outside = scene.outside()
    desk, phone, caller = scene.talk()
    assert board.releases_unserved(caller.contact_id) == 409, "an agent serves it"
    desk.does("transfer", kind="outside", value="02188880001")
    outside.answers()
    caller.hears_only(outside)
    phone.is_silent()
    [shown] = until(board.unserved, 5, what="the board shows the call")
    assert (shown["contact_id"], shown["agent_no"]) == (caller.contact_id, "1004")
    assert shown["with"] == [numbers.mask("+862188880001")]
    assert board.releases_unserved(caller.contact_id) == 202
    caller.is_over(10)
    outside.is_over(10)
    scene.until_told(caller, "call.forced_release", target="1004")
    scene.ends(caller)
    assert board.unserved() == []


@pytest.mark.parametrize("end", ["486", "603", "404"])
def test_given_a_number_outside_that_cannot_be_had_then_the_agent_keeps_the_caller(
    scene: Scene, end: str
) -> None:
    scene.outside()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="outside", value=f"02188880{end}")
    desk.call_was("transferring")
    desk.call_is("talking", within=25)
    caller.hears_only(phone)
    phone.hears_only(caller)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("agent", "1004", "bad_target"),
        ("agent", "1006", "agent_absent"),
        ("agent", "9999", "agent_absent"),
        ("queue", "nowhere", "no_such_queue"),
    ],
)
def test_given_a_bad_target_then_it_is_refused_and_nothing_changes(
    scene: Scene, kind: str, value: str, code: str
) -> None:
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind=kind, value=value)
    desk.refused(code)
    caller.hears_only(phone)
    caller.hangs_up()
    scene.ends(caller)


@pytest.mark.parametrize(
    "value",
    ["${system rm -rf /}", "1|2", "02188880001,loopback/96001", "1\n2", "'", '"', "x" * 300, ""],
)
def test_given_a_malicious_number_then_the_web_refuses_it(scene: Scene, value: str) -> None:
    desk = scene.stack.desk("1004")
    for command in ("transfer", "consult", "invite", "dial"):
        assert desk.tries(command, kind="outside", value=value) == 422


def test_given_an_expert_when_the_caller_is_transferred_then_the_expert_serves_them(
    scene: Scene,
) -> None:
    expert_desk, expert = scene.colleague("1008")
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1008")
    expert.rings()
    expert.answers()
    phone.is_silent()
    caller.hears_only(expert)
    expert.hears_only(caller)
    expert_desk.call_is("talking")
    desk.shows("wrap_up")
    caller.hangs_up()
    expert_desk.shows("wrap_up")
    scene.ends(caller)


def test_given_a_number_outside_when_consulted_then_caller_and_agent_are_as_before_afterwards(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone, caller = scene.talk()
    desk.does("consult", kind="outside", value="02188880001")
    outside.answers()
    desk.call_is("consulting")
    phone.hears_only(outside)
    outside.hears_only(phone)
    caller.hears_music()
    outside.hangs_up()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_consultation_when_swapped_and_completed_then_caller_and_colleague_remain(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    desk.does("swap")
    desk.call_is("swapped")
    caller.hears_only(phone)
    phone.hears_only(caller)
    desk.does("swap")
    desk.call_is("consulting")
    phone.hears_only(other)
    desk.does("complete_transfer")
    caller.hears_only(other)
    other.hears_only(caller)
    phone.is_silent()
    desk.shows("wrap_up")
    other_desk.call_is("talking")
    caller.hangs_up()
    other.is_silent()
    contact = scene.ends(caller)
    roles = _talks(scene, contact)
    assert roles[0] == ("primary", "attended") and ("transferee", "") in roles


def test_given_a_consultation_when_the_agent_comes_to_a_new_leg_then_it_goes_on_as_it_was(
    scene: Scene,
) -> None:
    _other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("consult", kind="agent", value="1005")
    other.rings()
    desk.does("rejoin")
    scene.until_told(caller, "agent.rejoined")
    other.answers()
    desk.call_is("consulting")
    phone.hears_only(other)
    other.hears_only(phone)
    caller.hears_music()
    desk.does("cancel_consult")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    other.is_silent()
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert _talks(scene, contact) == [("primary", ""), ("consult", "")]


@pytest.mark.parametrize("how", ["cancelled", "the colleague leaves"])
def test_given_caller_and_agent_are_alone_after_a_swap_then_the_agent_s_hang_up_ends_both(
    scene: Scene, how: str
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    desk.does("swap")
    desk.call_is("swapped")
    caller.hears_only(phone)
    if how == "cancelled":
        desk.does("cancel_consult")
    else:
        other.hangs_up()
    other.is_silent()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_consultation_when_cancelled_then_the_agent_has_the_caller_again(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    desk.does("cancel_consult")
    other.is_silent()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_consultation_when_the_agent_hangs_up_then_the_transfer_is_complete(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    phone.hangs_up()
    caller.hears_only(other)
    other.hears_only(caller)
    desk.shows("wrap_up")
    other.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_consultation_when_the_colleague_hangs_up_then_the_agent_has_the_caller(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    other.hangs_up()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_given_a_consultation_when_the_caller_hangs_up_then_nobody_is_left_behind(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = scene.consultation()
    caller.hangs_up()
    scene.stack.contact(caller.contact_id)
    phone.hangs_up()
    other.is_silent()
    desk.shows("wrap_up")
    other_desk.shows("not_ready")
    scene.ends(caller)
