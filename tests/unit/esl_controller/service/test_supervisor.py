"""The supervisor's chair over the controller as a whole: who is on a call, and who is off it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.ports import CallDetailRecord, ChannelRow
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.desks import (
    SECOND,
    THIRD,
    at,
    consulted,
    gone,
    three_desks,
)
from tests.unit.esl_controller.service.hotline import (
    AGENT_LEG,
    MEMBER,
    Hotline,
    channel,
    member,
)

PHONES = frozenset({"1001", "1002", "1003"})


@pytest.fixture
def floor() -> Hotline:
    """1001 talks with a caller; 1002 and 1003 are signed in and not ready."""
    return three_desks()


def listened(hotline: Hotline) -> Hotline:
    """1003 hears the talk of 1001."""
    hotline.command("monitor", "1003", at=at(10), target="1001")
    return hotline.event(sw.ChannelAnswered(at(11), SECOND))


def refused(hotline: Hotline) -> str:
    """The code of the last refusal."""
    return str(hotline.told("command.refused")[-1].body["code"])


def free(hotline: Hotline, number: str) -> bool:
    agent = hotline.agent(number)
    return (agent.work, agent.role, agent.contact_id) == ("not_ready", None, None)


def test_given_everything_went_unseen_then_the_listener_is_free_and_the_listening_over(floor):
    listened(floor).picture(at(60), extensions=PHONES)
    assert free(floor, "1003")
    assert [fact.agent_no for fact in floor.told("monitor.ended")] == ["1003"]
    assert floor.agent("1001").state == "wrap_up"


def test_given_everything_went_unseen_then_the_consulted_agent_is_free(floor):
    consulted(floor).picture(at(60), extensions=PHONES)
    assert free(floor, "1002")
    assert floor.call().party is None


def test_given_everything_went_unseen_then_a_member_of_the_conference_is_free(floor):
    consulted(floor).command("merge", at=at(20)).picture(at(60), extensions=PHONES)
    assert free(floor, "1002")
    assert floor.call().members == ()


def test_given_only_the_listeners_hang_up_was_missed_then_the_listener_is_free(floor):
    listened(floor).event(gone(20, MEMBER), gone(20, AGENT_LEG, by_remote=False))
    assert floor.agent("1003").work == "on_call"
    floor.picture(at(60), extensions=PHONES)
    assert free(floor, "1003")
    assert len(floor.told("monitor.ended")) == 1


def test_given_a_listener_whose_call_is_not_known_any_more_then_the_listener_is_free(floor):
    listened(floor)
    floor.registry.calls.clear()
    floor.picture(at(60), extensions=PHONES)
    assert free(floor, "1003")


@pytest.mark.parametrize("act", ["monitor", "take_over", "forced_release"])
def test_given_the_caller_was_handed_on_then_an_act_on_the_first_agent_is_refused(floor, act):
    consulted(floor).command("complete_transfer", at=at(30))
    asked = len(floor.asked())
    floor.command(act, "1003", at=at(31), target="1001")
    assert refused(floor) == "no_talk"
    assert floor.asked()[asked:] == []
    assert floor.call().agent_no == "1002"


def test_given_a_consulted_agent_then_an_act_on_the_guest_does_not_hit_the_caller(floor):
    consulted(floor).command("forced_release", "1003", at=at(20), target="1002")
    assert refused(floor) == "no_talk"


OTHER_CALL = "01JDC0NTACT00000000000000Z"


@pytest.mark.parametrize("act", ["monitor", "whisper", "barge_in", "take_over", "forced_release"])
def test_given_the_agent_serves_another_call_by_now_then_an_act_on_the_shown_one_hits_nobody(
    floor, act
):
    asked = len(floor.asked())
    floor.command(act, "1003", at=at(10), target="1001", contact_id=OTHER_CALL)
    assert refused(floor) == "other_call"
    assert floor.asked()[asked:] == []
    assert not floor.told("call.forced_release") and free(floor, "1003")


def test_given_the_shown_call_is_the_agents_then_it_is_released(floor):
    shown = floor.call().contact_id
    floor.command("forced_release", "1003", at=at(10), target="1001", contact_id=shown)
    assert floor.asked()[-1] == actions.HangUp(floor.call().uuid)


def test_given_help_is_asked_on_the_next_call_then_a_reply_to_the_last_one_is_refused(floor):
    cried(floor).command(
        "answer_help", "1002", at=at(12), target="1001", reply="好", contact_id=OTHER_CALL
    )
    assert refused(floor) == "other_call"
    assert floor.agent("1001").help["answered_by"] is None


def test_a_listener_may_leave_whomever_the_page_names(floor):
    listened(floor).command("stop_monitor", "1003", at=at(20), target="1002")
    assert floor.asked()[-1] == actions.HangUp(SECOND)


def cried(hotline: Hotline) -> Hotline:
    return hotline.command("ask_help", at=at(10), reason="客户要求赔偿")


def test_given_a_written_reply_then_a_click_that_comes_later_does_not_wipe_it(floor):
    cried(floor).command("answer_help", "1002", at=at(12), target="1001", reply="按规定答复")
    floor.command("answer_help", "1003", at=at(13), target="1001", reply="")
    assert refused(floor) == "help_answered"
    assert floor.agent("1001").help["reply"] == "按规定答复"
    assert len(floor.told("help.answered")) == 1


def test_given_somebody_comes_then_a_written_reply_is_still_shown(floor):
    cried(floor).command("answer_help", "1003", at=at(12), target="1001", reply="")
    floor.command("answer_help", "1002", at=at(13), target="1001", reply="按规定答复")
    assert floor.agent("1001").help["reply"] == "按规定答复"


def test_given_a_supervisor_who_cannot_come_then_the_cry_for_help_stays(floor):
    floor.event(sw.PhoneUnregistered(at(11), "1003"))
    cried(floor).command("answer_help", "1003", at=at(12), target="1001", reply="")
    assert refused(floor) == "listener_unregistered"
    assert floor.agent("1001").help["answered_by"] is None


def test_given_a_supervisor_who_listens_already_then_the_click_answers_the_cry_for_help(floor):
    cried(listened(floor)).command("answer_help", "1003", at=at(12), target="1001", reply="")
    assert floor.agent("1001").help["answered_by"] == "1003"


def coming(hotline: Hotline) -> Hotline:
    """1003 answers the cry for help by coming; the own phone rings."""
    cried(hotline).command("answer_help", "1003", at=at(12), target="1001", reply="")
    return hotline.command("monitor", "1003", at=at(12), target="1001")


def test_given_a_phone_that_is_not_taken_then_the_supervisor_is_told_and_help_is_asked_again(floor):
    coming(floor).event(gone(32, SECOND, "NO_ANSWER"))
    assert refused(floor) == "listen_failed"
    assert free(floor, "1003")
    assert floor.agent("1001").help["answered_by"] is None


def test_given_the_switch_cannot_place_the_listening_then_the_supervisor_is_told(floor):
    [listen] = [a for a in coming(floor).asked() if isinstance(a, actions.Listen)]
    failed = ActionFailed(listen, SECOND, "switch_refused", "-ERR USER_NOT_REGISTERED", at(13))
    on_action_failed(floor.controller, failed)
    floor.event()
    assert refused(floor) == "listen_failed"


def test_given_the_supervisor_thinks_better_of_it_then_nothing_is_told_as_failed(floor):
    coming(floor).command("stop_monitor", "1003", at=at(13), target="1001")
    floor.event(gone(13, SECOND, "NORMAL_CLEARING", by_remote=False))
    assert floor.told("command.refused") == []
    assert free(floor, "1003")


def test_given_the_agent_reloads_as_the_call_is_taken_over_then_the_supervisor_keeps_it(floor):
    listened(floor).command("rejoin", "1001", at=at(20))
    floor.command("take_over", "1003", at=at(20), target="1001")
    assert actions.HangUp(THIRD) in floor.asked(), "the agent's phone rings no more"
    floor.event(sw.ChannelAnswered(at(21), THIRD))
    assert floor.call().talk.agent_no == "1003"
    assert floor.call().talk.agent_leg == SECOND
    assert floor.asked()[-1] == actions.HangUp(THIRD)


def test_given_the_call_moved_on_to_another_agent_then_the_listener_cannot_take_it_over(floor):
    listened(floor).command("transfer", at=at(20), kind="agent", value="1002")
    floor.event(sw.ChannelAnswered(at(22), THIRD))
    floor.command("take_over", "1003", at=at(22), target="1002")
    assert refused(floor) == "not_listening"
    assert floor.call().talk.agent_no == "1002"


TALKING = (channel(MEMBER, AGENT_LEG), channel(AGENT_LEG, MEMBER, inbound=False))


def seen(hotline: Hotline, *others: ChannelRow, records: Any = None) -> Hotline:
    """The switch's picture after a gap: the talk goes on, with these legs beside it."""
    served = (member("Answered", "1001"),)
    return hotline.picture(
        at(30), records, channels=(*TALKING, *others), members=served, extensions=PHONES
    )


def test_given_the_listeners_answer_was_missed_then_the_listening_is_found_and_told(floor):
    floor.command("monitor", "1003", at=at(10), target="1001")
    seen(floor, replace(channel(SECOND, inbound=False), state="RINGING"))
    assert floor.told("monitor.started") == []
    seen(floor, channel(SECOND, inbound=False))
    assert len(floor.told("monitor.started")) == 1
    assert floor.agent("1003").phone == "busy"


def test_given_the_consulted_agents_answer_was_missed_then_the_two_are_connected(floor):
    floor.command("consult", at=at(10), kind="agent", value="1002")
    seen(floor, channel(SECOND, inbound=False))
    assert floor.call().state == "consulting"
    assert actions.Bridge(AGENT_LEG, SECOND, True) in floor.asked()


def test_given_the_answer_of_who_comes_back_was_missed_then_the_caller_has_them_again(floor):
    floor.command("rejoin", "1001", at=at(10))
    seen(floor, channel(SECOND, inbound=False))
    assert floor.call().talk.agent_leg == SECOND
    assert floor.call().rejoin_leg is None


def test_given_the_phone_of_who_comes_back_rang_in_vain_unseen_then_it_may_be_tried_again(floor):
    floor.command("rejoin", "1001", at=at(10))
    seen(floor, records={SECOND: CallDetailRecord(SECOND, at(10), 0, at(20), "NO_ANSWER")})
    assert floor.call().rejoin_leg is None
    floor.command("rejoin", "1001", at=at(31))
    assert floor.told("command.refused") == []


def test_given_a_phone_called_back_while_the_picture_was_taken_then_it_is_not_given_up(floor):
    floor.command("rejoin", "1001", at=at(31))
    assert seen(floor).call().rejoin_leg == SECOND


def test_given_an_order_that_cannot_be_carried_out_then_who_gave_it_is_told(floor):
    floor.command("sign_out", "1002", at=at(10))
    floor.command("force_ready", "1002", at=at(11), by={"name": "主任", "user_id": "U1"})
    [refusal] = floor.told("command.refused")
    assert (refusal.agent_no, refusal.body["user_id"]) == (None, "U1")
    assert refusal.body["code"] == "order_signed_out"
    assert not floor.told("agent.ordered")


@pytest.mark.parametrize(
    ("order", "number", "at_once"),
    [
        ("force_ready", "1002", True),
        ("force_not_ready", "1002", True),
        ("force_sign_out", "1002", True),
        ("force_not_ready", "1001", False),
        ("force_sign_out", "1001", False),
    ],
)
def test_given_an_order_that_is_taken_then_it_is_told_whose_it_was(floor, order, number, at_once):
    floor.command(order, number, at=at(11), by={"user_id": "U1"}, reason="开会")
    [told] = floor.told("agent.ordered")
    assert told.agent_no == number
    assert told.body == {"order": order, "user_id": "U1", "reason": "开会", "at_once": at_once}


@pytest.mark.parametrize(
    ("before", "code"),
    [("wrap_up", "listener_in_wrap_up"), ("on_call", "listener_busy")],
)
def test_given_a_supervisor_who_is_not_free_then_it_says_what_to_do_first(floor, before, code):
    registry = floor.registry
    registry.agents["1003"] = replace(registry.agents["1003"], work=before)
    floor.command("whisper", "1003", at=at(10), target="1001")
    assert refused(floor) == code


def outside(hotline: Hotline) -> Hotline:
    """The caller was put through to somebody outside."""
    hotline.command("transfer", at=at(10), kind="outside", value="13800000001")
    hotline.event(sw.ChannelAnswered(at(12), SECOND))
    assert hotline.call().state == "outside"
    return hotline


def releases(hotline: Hotline, seconds: int = 20, **more: Any) -> Hotline:
    """A director without an agent number ends the call."""
    more = {"contact_id": hotline.call().contact_id, **more}
    return hotline.command(
        "release_unserved", None, at=at(seconds), by={"user_id": "U1"}, **more
    )


def test_given_a_call_without_an_agent_when_a_user_ends_it_then_it_is_told_who(floor):
    releases(outside(floor))
    assert floor.asked()[-1] == actions.HangUp(floor.call().uuid)
    [told] = floor.told("call.forced_release")
    assert (told.agent_no, told.body) == (None, {"target": "1001", "user_id": "U1"})
    assert not floor.told("command.refused")


def test_given_a_call_with_an_agent_then_it_is_not_ended_that_way(floor):
    asked = len(floor.asked())
    releases(floor)
    [refusal] = floor.told("command.refused")
    assert (refusal.body["code"], refusal.body["user_id"]) == ("order_not_unserved", "U1")
    assert floor.asked()[asked:] == []


@pytest.mark.parametrize("shown", [OTHER_CALL, "", None])
def test_given_a_call_that_is_not_there_then_nothing_is_ended(floor, shown):
    asked = len(outside(floor).asked())
    releases(floor, contact_id=shown)
    assert refused(floor) == "order_not_unserved" and floor.asked()[asked:] == []


def test_given_an_order_to_end_it_that_came_late_then_it_is_refused(floor):
    asked = len(outside(floor).asked())
    releases(floor, now=at(60))
    assert refused(floor) == "order_too_late" and floor.asked()[asked:] == []


def test_given_a_release_then_it_is_told_who_gave_it(floor):
    floor.command("forced_release", "1003", at=at(10), target="1001", by={"user_id": "U1"})
    [told] = floor.told("call.forced_release")
    assert (told.agent_no, told.body) == ("1003", {"target": "1001", "user_id": "U1"})


def test_given_a_mode_that_the_switch_does_not_set_then_the_board_shows_what_is_heard(floor):
    listened(floor).command("whisper", "1003", at=at(20), target="1001")
    asked = floor.asked()[-1]
    failed = ActionFailed(asked, floor.call().contact_id, "switch_refused", "", at(21), "1003", "C")
    on_action_failed(floor.controller, failed)
    floor.event()
    assert floor.call().find_monitor("1003").mode == "monitor"
    assert [f.body["mode"] for f in floor.told("monitor.mode_changed")] == ["whisper", "monitor"]
    assert refused(floor) == "switch_refused"


@pytest.mark.parametrize("key", ["barge_in", "monitor", ""])
def test_given_a_key_on_the_telephone_then_the_mode_of_the_board_is_set_again(floor, key):
    listened(floor).command("whisper", "1003", at=at(20), target="1001")
    asked = len(floor.asked())
    floor.event(sw.ListenKeyPressed(at(21), SECOND, key))
    assert floor.asked()[asked:] == [actions.SetListenMode(SECOND, "whisper")]


def test_given_a_key_that_changes_nothing_or_is_a_callers_then_nothing_is_asked(floor):
    listened(floor)
    asked = len(floor.asked())
    floor.event(
        sw.ListenKeyPressed(at(21), SECOND, "monitor"),
        sw.ListenKeyPressed(at(22), MEMBER, "barge_in"),
    )
    assert floor.asked()[asked:] == []
