"""Transfer, consultation, listening: histories over the controller as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.ports import CallDetailRecord
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.desks import SECOND, at, consulted, gone
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, T0, channel


def test_given_a_consultation_then_the_caller_hears_music_and_the_guest_is_not_offered(talking):
    talking.command("consult", at=at(10), kind="agent", value="1002")
    assert talking.call().state == "consult_dialling"
    assert actions.SplitToMusic(MEMBER, AGENT_LEG) in talking.asked()
    assert talking.agent("1002").switch_status == "On Break"
    assert talking.agent("1002").role == "guest"


def test_it_connects_the_consulted_agent_and_takes_the_caller_back(talking):
    consulted(talking)
    assert talking.call().state == "consulting"
    assert talking.asked()[-1] == actions.Bridge(AGENT_LEG, SECOND, True)
    talking.command("cancel_consult", at=at(20))
    assert talking.call().state == "talking"
    assert actions.Bridge(MEMBER, AGENT_LEG) in talking.asked()
    assert (talking.agent("1002").state, talking.agent("1002").reason) == ("not_ready", "sign_in")
    talking.event(gone(21, SECOND, by_remote=False))
    ended = talking.told("leg.ended")[-1]
    assert (ended.body["role"], ended.agent_no) == ("consult", "1002"), "let go before its end"


def test_it_sends_digits_to_whom_the_agent_talks_with(talking):
    talking.command("send_digits", at=at(5), digits="1")
    consulted(talking).command("send_digits", at=at(15), digits="2")
    digits = [action for action in talking.asked() if isinstance(action, actions.SendDigits)]
    assert digits == [actions.SendDigits(MEMBER, "1"), actions.SendDigits(SECOND, "2")]


def test_given_a_completed_transfer_then_both_talks_are_told_and_the_first_agent_wraps_up(talking):
    consulted(talking).command("complete_transfer", at=at(30))
    talking.event(gone(31, AGENT_LEG, by_remote=False))
    assert talking.agent("1001").state == "wrap_up"
    assert talking.agent("1002").role == "serving"
    ended = [(f.agent_no, f.body["transfer_kind"]) for f in talking.told("talk.ended")]
    assert ended == [("1001", "attended"), ("1002", None)], "the second is the consultation"
    roles = [f.body["role"] for f in talking.told("talk.started")]
    assert roles == ["primary", "consult", "transferee"]
    talking.event(gone(60, SECOND), gone(60, MEMBER, by_remote=False))
    assert talking.agent("1002").state == "wrap_up"
    assert len(talking.told("contact.ended")) == 1


def test_given_a_picture_after_a_transfer_then_no_end_of_a_leg_is_told_twice(talking):
    consulted(talking).command("complete_transfer", at=at(30))
    talking.event(gone(31, AGENT_LEG, by_remote=False))
    cdr = CallDetailRecord(AGENT_LEG, T0, T0, at(31), "NORMAL_CLEARING")
    both = (channel(MEMBER, SECOND), channel(SECOND, MEMBER, inbound=False))
    talking.picture(at(40), {AGENT_LEG: cdr}, channels=both, extensions=frozenset({"1001", "1002"}))
    assert [one.body["switch_uuid"] for one in talking.told("leg.ended")] == [AGENT_LEG]


def test_given_the_agent_hangs_up_while_consulting_then_the_transfer_is_complete(talking):
    consulted(talking)
    talking.event(sw.AgentTalkEnded(at(30), "1001", "general", MEMBER))
    assert talking.call().agent_no == "1002"
    assert actions.Bridge(MEMBER, SECOND) in talking.asked()


def test_given_the_consulted_agent_hangs_up_then_the_caller_comes_back(talking):
    consulted(talking).event(gone(20, SECOND))
    assert talking.call().state == "talking"
    assert talking.asked()[-1] == actions.Bridge(MEMBER, AGENT_LEG)


def test_given_the_agent_leaves_a_transfer_that_rings_then_it_rings_on(talking):
    talking.command("transfer", at=at(10), kind="agent", value="1002")
    talking.event(gone(12, AGENT_LEG), sw.AgentTalkEnded(at(12), "1001", "general", MEMBER))
    assert talking.agent("1001").state == "wrap_up"
    assert actions.HangUp(SECOND) not in talking.asked()
    assert talking.told("talk.ended")[0].body["transfer_kind"] == "blind"
    talking.event(sw.ChannelAnswered(at(15), SECOND))
    assert talking.call().agent_no == "1002" and talking.call().state == "talking"
    assert actions.Bridge(MEMBER, SECOND) in talking.asked()
    assert len(talking.told("talk.ended")) == 1


@pytest.mark.parametrize("queue, state", [("general", "in_flow"), ("", "closed")])
def test_given_the_agent_has_left_a_transfer_when_nobody_takes_it_then_the_caller_is_not_lost(
    talking, queue, state
):
    talking.command("transfer", at=at(10), kind="agent", value="1002")
    if not queue:  # as of a call that we placed
        call = talking.call()
        talks = tuple(replace(talk, queue="") for talk in call.talks)
        talking.registry.put_call(replace(call, talks=talks, fallback_queue=""))
    talking.event(gone(12, AGENT_LEG), sw.AgentTalkEnded(at(12), "1001", "general", MEMBER))
    talking.event(gone(30, SECOND, "NO_ANSWER"))
    assert talking.call().state == state
    onward = actions.SendToQueue(MEMBER, queue) if queue else actions.HangUp(MEMBER)
    assert onward in talking.asked()
    refused = talking.told("command.refused")[-1]
    assert (refused.agent_no, refused.body["code"]) == ("1001", f"transfer_{state}")
    assert talking.agent("1002").state == "not_ready"


def test_given_a_transfer_rings_when_the_agent_presses_hang_up_then_only_the_agent_leaves(talking):
    talking.command("transfer", at=at(10), kind="agent", value="1002")
    talking.command("hang_up", at=at(11))
    assert talking.asked()[-1] == actions.HangUp(AGENT_LEG)


@pytest.mark.parametrize("how", ["cancelled", "the colleague hangs up"])
def test_given_caller_and_agent_are_alone_after_a_swap_then_they_end_together(talking, how):
    consulted(talking).command("swap", at=at(15))
    if how == "cancelled":
        talking.command("cancel_consult", at=at(20))
    else:
        talking.event(gone(20, SECOND))
    assert talking.call().state == "talking"
    assert talking.asked()[-1] == actions.EndTogether(MEMBER, AGENT_LEG)


def test_given_a_blind_transfer_is_not_answered_then_the_caller_keeps_the_agent(talking):
    talking.command("transfer", at=at(10), kind="agent", value="1002")
    talking.event(gone(30, SECOND, "NO_ANSWER"))
    assert talking.call().state == "talking"
    assert talking.told("command.refused")[-1].body["code"] == "target_no_answer"
    assert talking.agent("1001").state == "on_call"
    assert talking.agent("1002").state == "not_ready"


def test_given_the_switch_cannot_place_the_leg_then_the_caller_keeps_the_agent(talking):
    talking.command("transfer", at=at(10), kind="outside", value="13800000000")
    [dial] = [a for a in talking.asked() if isinstance(a, actions.Dial)]
    failed = ActionFailed(dial, dial.leg, "switch_refused", "-ERR USER_BUSY", at(11), "1001", "C")
    on_action_failed(talking.controller, failed)
    talking.event()
    assert talking.call().state == "talking"
    assert talking.told("command.refused")[-1].body["code"] == "target_busy"


def test_it_transfers_to_a_queue_at_once(talking):
    talking.command("transfer", at=at(10), kind="queue", value="general")
    assert actions.SendToQueue(MEMBER, "general") in talking.asked()
    assert talking.agent("1001").state == "wrap_up"
    talking.event(gone(11, AGENT_LEG, by_remote=False))
    assert len(talking.told("talk.ended")) == 1
    talking.event(sw.QueueJoined(at(12), MEMBER, "general", "138"))
    assert [visit.seq for visit in talking.call().visits] == [1, 2]


def test_given_the_caller_hangs_up_then_every_leg_is_let_go_and_every_agent_is_free(talking):
    consulted(talking).event(gone(20, MEMBER))
    assert actions.HangUp(SECOND) in talking.asked()
    assert actions.HangUp(AGENT_LEG) in talking.asked()
    assert talking.agent("1001").state == "wrap_up"
    talking.event(gone(21, SECOND, by_remote=False))
    assert talking.agent("1002").state == "not_ready"


@pytest.mark.parametrize(
    "kind, value, code",
    [
        ("agent", "1001", "bad_target"),
        ("agent", "9999", "agent_absent"),
        ("queue", "nowhere", "no_such_queue"),
        ("outside", "${system rm}", "bad_number"),
        ("outside", "1,2|3\n4", "bad_number"),
        ("outside", "'\"", "bad_number"),
        ("moon", "1", "bad_target"),
        ("outside", "", "bad_target"),
        ("outside", "1" * 65, "bad_target"),
    ],
)
def test_it_refuses_a_target_that_is_none_and_the_caller_stays(talking, kind, value, code):
    talking.command("transfer", at=at(10), kind=kind, value=value)
    assert talking.told("command.refused")[-1].body["code"] == code
    assert talking.call().state == "talking"


@pytest.mark.parametrize("number", ["96001", "0015551234567", "12590"])
def test_it_never_calls_our_own_number_nor_one_that_the_site_has_barred(talking, number):
    talking.controller.barred_prefixes = ("00", "1259")
    for name in ("transfer", "consult", "invite"):
        talking.command(name, at=at(10), kind="outside", value=number)
        assert talking.told("command.refused")[-1].body["code"] == "barred"
    talking.command("dial", "1003", at=at(11), kind="outside", value=number)
    assert not [action for action in talking.asked() if isinstance(action, actions.Dial)]


@pytest.mark.parametrize(
    ("cause", "sip_code", "code"),
    [
        ("OUTGOING_CALL_BARRED", "500", "target_barred"),
        ("CALL_REJECTED", "403", "target_barred"),
        ("CALL_REJECTED", "603", "target_rejected"),
    ],
)
def test_the_agent_is_told_whether_the_carrier_or_the_person_refuses(
    talking, cause, sip_code, code
):
    talking.command("transfer", at=at(10), kind="outside", value="13900001111")
    talking.event(replace(gone(12, SECOND, cause), sip_code=sip_code))
    assert talking.told("command.refused")[-1].body["code"] == code


def test_it_refuses_a_busy_agent(talking):
    talking.command("consult", at=at(10), kind="agent", value="1002")
    talking.command("dial", "1003", at=at(11), kind="agent", value="1002")
    assert talking.told("command.refused")[-1].body["code"] == "agent_busy"


def test_it_lets_a_supervisor_listen_whisper_and_take_over(talking):
    talking.command("monitor", "1003", at=at(10), target="1001")
    assert talking.agent("1003").role == "supervisor"
    talking.event(sw.ChannelAnswered(at(11), SECOND))
    talking.command("whisper", "1003", at=at(12), target="1001")
    assert talking.asked()[-1] == actions.SetListenMode(SECOND, "whisper")
    talking.command("take_over", "1003", at=at(20), target="1001")
    assert talking.call().agent_no == "1003"
    assert talking.agent("1003").role == "serving"
    assert talking.agent("1001").state == "wrap_up"
    types = [f.type for f in talking.told() if f.type.startswith("monitor.")]
    assert types == ["monitor.started", "monitor.mode_changed", "monitor.ended"]


def test_given_the_call_ends_then_the_listening_supervisor_is_free_again(talking):
    talking.command("monitor", "1003", at=at(10), target="1001")
    talking.event(sw.ChannelAnswered(at(11), SECOND))
    talking.event(gone(20, MEMBER), gone(21, SECOND, by_remote=False))
    assert (talking.agent("1003").state, talking.agent("1003").role) == ("not_ready", None)


def test_it_refuses_to_take_over_without_listening(talking):
    talking.command("take_over", "1003", at=at(10), target="1001")
    assert talking.told("command.refused")[-1].body["code"] == "not_listening"


def test_it_raises_and_answers_a_help_request(talking):
    talking.command("ask_help", at=at(10), reason="要投诉到12345")
    assert talking.agent("1001").help["reason"] == "要投诉到12345"
    talking.command("answer_help", "1003", at=at(12), target="1001", reply="我来听")
    assert talking.agent("1001").help["answered_by"] == "1003"
    assert talking.told("help.answered")[0].body["by"] == "1003"


def test_an_agent_withdraws_the_call_for_help_until_somebody_has_answered(talking):
    assert "withdraw_help" not in talking.agent("1001").allowed
    talking.command("withdraw_help", at=at(9))
    assert talking.told("command.refused")[-1].body["code"] == "not_now"
    talking.command("ask_help", at=at(10), reason="要投诉到12345")
    assert "withdraw_help" in talking.agent("1001").allowed
    talking.command("withdraw_help", at=at(11))
    assert talking.agent("1001").help is None
    assert talking.told("help.withdrawn")[0].body == {"asked_at": at(10)}
    talking.command("answer_help", "1003", at=at(12), target="1001", reply="我来听")
    assert talking.told("command.refused")[-1].body["code"] == "no_help_asked"


def test_given_help_was_answered_then_it_is_too_late_to_withdraw_it(talking):
    talking.command("ask_help", at=at(10), reason="要投诉到12345")
    talking.command("answer_help", "1003", at=at(12), target="1001", reply="我来听")
    talking.command("withdraw_help", at=at(13))
    assert talking.told("command.refused")[-1].body["code"] == "not_now"
    assert talking.agent("1001").help["answered_by"] == "1003"
