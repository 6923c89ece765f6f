"""Colleagues who are called into a call: what they missed, and their own line."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.domain.parties import Target
from esl_controller.domain.snapshot import Snapshot
from esl_controller.service import views
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.desks import (
    SECOND,
    THIRD,
    at,
    consulted,
    gone,
)
from tests.unit.esl_controller.service.hotline import MEMBER, T0, snapshot_json


@pytest.mark.parametrize("asked", ["transfer", "consult", "invite"])
@pytest.mark.parametrize(
    ("cause", "result"), [("NO_ANSWER", "no_answer"), ("CALL_REJECTED", "rejected")]
)
def test_given_a_colleague_s_call_is_not_taken_then_the_called_desk_shows_it(
    talking, asked, cause, result
):
    talking.command(asked, at=at(10), kind="agent", value="1002")
    talking.event(gone(30, SECOND, cause))
    missed = talking.agent("1002").missed
    assert (missed["result"], missed["at"]) == (f"colleague_{result}", at(30))
    assert missed["caller_masked"] == "138 **** 0021"


@pytest.mark.parametrize("how", ["the agent takes it back", "the caller hangs up"])
def test_given_nobody_wants_the_colleague_any_more_then_the_called_desk_shows_it(talking, how):
    talking.command("consult", at=at(10), kind="agent", value="1002")
    if how == "the agent takes it back":
        talking.command("cancel_consult", at=at(12))
    else:
        talking.event(gone(12, MEMBER), gone(13, SECOND, by_remote=False))
    assert not talking.told("command.refused"), "the agent knows"
    assert talking.agent("1002").missed["result"] == "colleague_caller_left"


@pytest.mark.parametrize("reloaded", [False, True])
def test_given_a_colleague_who_came_and_went_then_nothing_was_missed(talking, reloaded):
    consulted(talking)
    if reloaded:
        talking.event(sw.PhoneUnregistered(at(14), "1002"), sw.PhoneRegistered(at(15), "1002"))
    talking.event(gone(20, SECOND))
    assert talking.agent("1002").missed is None


@pytest.mark.parametrize(
    ("leg", "cause", "result"),
    [(SECOND, "NO_ANSWER", "no_answer"), (THIRD, "NORMAL_CLEARING", "caller_left")],
)
def test_given_an_internal_call_is_not_taken_then_the_called_desk_shows_who_called(
    talking, leg, cause, result
):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(11), THIRD), gone(40, leg, cause))
    missed = talking.agent("1002").missed
    assert (missed["result"], missed["caller_masked"]) == (f"colleague_{result}", "1003")
    assert talking.agent("1003").missed is None


def seen_by(hotline, number):
    view = views.desk(hotline.registry, hotline.agent(number), at(60))["call"]
    return view["muted"], {"mute", "unmute"} & set(view["allowed"])


def test_given_a_consulted_colleague_who_mutes_then_each_desk_shows_its_own_line(talking):
    consulted(talking).command("mute", at=at(13))
    talking.command("mute", "1002", at=at(14))
    assert talking.asked()[-1] == actions.Mute(SECOND, True)
    talking.command("unmute", at=at(15))
    assert (seen_by(talking, "1001"), seen_by(talking, "1002")) == (
        (False, {"mute"}), (True, {"unmute"}),
    )  # fmt: skip
    talking.command("merge", at=at(16)).command("unmute", "1002", at=at(17))
    assert talking.asked()[-1] == actions.Mute(SECOND, False)
    assert seen_by(talking, "1002") == (False, {"mute"})


def test_given_an_internal_call_then_the_colleague_mutes_the_own_line(talking):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(11), THIRD), sw.ChannelAnswered(at(15), SECOND))
    talking.command("mute", "1002", at=at(16))
    assert talking.asked()[-1] == actions.Mute(SECOND, True)
    assert seen_by(talking, "1002") == (True, {"unmute"})
    assert seen_by(talking, "1003") == (False, {"mute"})


def test_given_the_switch_cannot_mute_a_guest_then_only_that_guest_is_shown_unmuted(talking):
    consulted(talking).command("mute", at=at(13)).command("mute", "1002", at=at(14))
    refused = (talking.call().contact_id, "switch_refused", "-ERR", at(15), "1002", "C")
    on_action_failed(talking.controller, ActionFailed(actions.Mute(SECOND, True), *refused))
    assert (seen_by(talking, "1001")[0], seen_by(talking, "1002")[0]) == (True, False)


def test_given_an_internal_call_then_the_colleague_s_desk_rings_with_the_phone(talking):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    assert talking.agent("1002").contact_id is None, "the own phone comes first"
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    assert (talking.agent("1002").role, talking.agent("1002").phone) == ("guest", "ringing")
    talking.command("reject", "1002", at=at(12))
    assert talking.asked()[-1] == actions.HangUp(SECOND, "CALL_REJECTED")


def test_an_internal_call_names_both_colleagues_on_both_desks(talking):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    for number in ("1003", "1002"):
        call = views.desk(talking.registry, talking.agent(number), at(12))["call"]
        assert call["direction"] == "internal" and call["agent_no"] == "1003"
        assert call["dialled"] == {"kind": "agent", "value": "1002"}
        assert call["caller_masked"] == "1002"


def test_the_phone_of_a_called_colleague_shows_who_calls(talking):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    assert talking.asked()[-1].shown_number == "1003"


def test_given_a_colleague_who_got_busy_meanwhile_then_the_caller_is_told_and_free(talking):
    talking.command("dial", "1003", at=at(10), kind="agent", value="1002")
    talking.command("consult", at=at(11), kind="agent", value="1002")
    talking.event(sw.ChannelAnswered(at(12), THIRD))
    assert talking.told("command.refused")[-1].body["code"] == "dial_busy"
    assert talking.agent("1003").state == "not_ready"
    assert talking.agent("1002").contact_id == talking.call().contact_id


def test_given_a_group_is_dialled_then_whoever_is_ready_for_longest_is_called(talking):
    talking.registry.use(Snapshot.from_json(group_of("1001", "1002", "1003", "1004")))
    talking.event(sw.PhoneRegistered(T0, "1004")).command("sign_in", "1004")
    talking.command("ready", "1004", at=at(5)).command("ready", "1002", at=at(6))
    talking.command("ready", "1003", at=at(1))
    talking.command("dial", "1003", at=at(10), kind="queue", value="general")
    talking.event(sw.ChannelAnswered(at(11), THIRD))
    assert talking.agent("1004").role == "guest"
    [called] = [a for a in talking.asked() if isinstance(a, actions.Dial) and a.leg == SECOND]
    assert called.target == Target("agent", "1004", "1004")


def test_given_nobody_of_a_group_is_ready_then_dialling_it_is_refused(talking):
    talking.command("ready", "1003", at=at(1))
    talking.command("dial", "1003", at=at(10), kind="queue", value="general")
    assert talking.told("command.refused")[-1].body["code"] == "no_agent_ready"
    assert talking.agent("1003").state == "ready"


def group_of(*numbers):
    raw = snapshot_json()
    plain = raw["agents"][0]
    raw["agents"] = [{**plain, "agent_no": one, "extension": one} for one in numbers]
    raw["queues"][0]["members"] = [
        {"agent_no": one, "level": 1, "position": 1} for one in numbers
    ]
    return raw
