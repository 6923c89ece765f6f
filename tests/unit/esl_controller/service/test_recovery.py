"""What was missed while nobody listened is found by comparing beliefs with the switch."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.domain.ids import contact_id_of
from esl_controller.domain.missed import CallerRecord
from esl_controller.ports import CallDetailRecord, ChannelRow, FlowEnded, FlowStep
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import (
    ActionFailed,
    CallersMissed,
    FlowFinished,
    FlowStarted,
    StepPassed,
)
from esl_controller.service.recovery import on_callers_missed
from tests.unit.esl_controller.service.hotline import (
    AGENT_LEG,
    MEMBER,
    T0,
    Hotline,
    agent_row,
    channel,
    member,
)
from tests.unit.esl_controller.service.menu import LEG, Menu
from tests.unit.esl_controller.service.test_controller import hung_up

BOTH = (channel(MEMBER, AGENT_LEG), channel(AGENT_LEG, MEMBER, inbound=False))
PHONES = frozenset({"1001"})


def test_given_nothing_changed_then_nothing_is_told():
    hotline = Hotline().talked()
    hotline.event(
        sw.RecordingStarted(T0 + 6_100, MEMBER, hotline.call().recording.storage_key)
    )
    before = len(hotline.told())
    hotline.picture(
        T0 + 30_000,
        channels=BOTH,
        members=(member("Answered", "1001"),),
        agents=tuple(
            agent_row(n, s) for n, s in (("1001", "On Break"), ("1002", "Logged Out"))
        ),
        extensions=PHONES,
    )
    assert len(hotline.told()) == before
    assert hotline.asked()[-1] == actions.SetAgentStatus("1003", "Logged Out")


def test_given_the_call_ended_meanwhile_then_its_cdr_tells_when():
    hotline = Hotline().talked()
    ended_at = T0 + 40_000
    record = CallDetailRecord(MEMBER, T0, T0 + 10, ended_at, "NORMAL_CLEARING")
    hotline.picture(T0 + 90_000, {MEMBER: record}, extensions=PHONES)
    [ended] = hotline.told("contact.ended")
    assert (ended.at, ended.body["hangup_cause"]) == (ended_at, "NORMAL_CLEARING")
    assert hotline.told("talk.ended")[0].body["talk_ms"] == 34_000
    assert hotline.agent().state == "wrap_up"


def test_given_no_cdr_then_the_call_is_closed_as_lost():
    hotline = Hotline().talked().picture(T0 + 90_000, extensions=PHONES)
    assert hotline.told("contact.ended")[0].body["hangup_cause"] == "LOST"


def test_given_an_answer_was_missed_then_the_talk_is_found_and_recorded():
    hotline = Hotline().ready().rung()
    hotline.picture(
        T0 + 9_000, channels=BOTH, members=(member("Answered", "1001"),), extensions=PHONES
    )
    assert hotline.call().state == "talking"
    assert hotline.agent().state == "on_call"
    assert any(isinstance(action, actions.StartRecording) for action in hotline.asked())


def test_given_a_caller_who_came_meanwhile_then_the_call_is_adopted_in_its_queue():
    hotline = Hotline()
    hotline.picture(T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),))
    assert hotline.call().state == "waiting"
    assert hotline.told("queue.joined")[0].body["entered_at"] == T0 + 1_000


def test_given_a_caller_who_has_just_joined_then_a_picture_without_them_is_too_early():
    hotline = Hotline().event(
        sw.ChannelCreated(T0, MEMBER, True, "callers", "13812340021", "96001", "trunk"),
        sw.QueueJoined(T0 + 1_000, MEMBER, "general", "13812340021"),
    )
    hotline.picture(T0 + 1_040, channels=(channel(MEMBER),))
    assert hotline.call().state == "waiting"
    hotline.picture(T0 + 3_040, channels=(channel(MEMBER),))
    assert hotline.call().state != "waiting"


def test_given_an_unknown_caller_who_is_hanging_up_then_the_cdr_is_left_to_tell_it():
    going = replace(channel(MEMBER), state="HANGUP")
    hotline = Hotline().picture(T0 + 9_000, channels=(going,))
    assert not hotline.told()


def test_given_the_agents_leg_is_gone_then_the_agent_wraps_up():
    hotline = Hotline().talked().picture(
        T0 + 30_000, channels=(channel(MEMBER),), extensions=PHONES
    )
    assert hotline.agent().state == "wrap_up"


def test_given_a_talk_that_has_just_begun_then_a_leg_missing_in_the_picture_is_not_gone():
    hotline = Hotline().talked(at=T0 + 6_000)
    answered = member("Answered", "1001")
    hotline.picture(
        T0 + 6_040, channels=(channel(MEMBER),), members=(answered,), extensions=PHONES
    )
    assert (hotline.call().state, hotline.agent().state) == ("talking", "on_call")
    hotline.picture(
        T0 + 8_040, channels=(channel(MEMBER),), members=(answered,), extensions=PHONES
    )
    assert hotline.agent().state == "wrap_up"


def test_given_the_offer_is_over_then_the_agent_is_free_again():
    hotline = Hotline().ready().rung()
    hotline.picture(
        T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),), extensions=PHONES
    )
    assert hotline.agent().state == "ready"
    assert hotline.call().state == "waiting"


def test_given_a_phone_is_no_longer_registered_then_its_agent_is_not_offered():
    hotline = Hotline().ready().picture(T0 + 9_000, agents=(agent_row("1001", "Available"),))
    assert hotline.agent().state == "unreachable"
    assert actions.SetAgentStatus("1001", "On Break") in hotline.asked()


def test_given_a_phone_that_came_while_the_picture_was_taken_then_the_picture_is_older():
    came = sw.PhoneRegistered(T0 + 8_999, "1001")
    hotline = Hotline().ready().picture(T0 + 9_000, None, came)
    assert hotline.agent().state == "ready"
    went = sw.PhoneUnregistered(T0 + 9_999, "1001")
    hotline.picture(T0 + 10_000, None, went, extensions=PHONES)
    assert hotline.agent().state == "unreachable"


def test_given_an_offer_made_while_the_picture_was_taken_then_it_stands():
    hotline = Hotline().ready().rung(at=T0 + 9_010)
    hotline.picture(
        T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),), extensions=PHONES
    )
    assert (hotline.call().state, hotline.agent().state) == ("offered", "offered")


def test_given_a_leg_let_go_that_ended_before_we_listened_then_its_cdr_tells_its_end_once():
    menu = Menu().asks(seconds=5)
    menu.controller.registry.flows_running.clear()  # the flow's process has died
    still_shown = (channel(MEMBER), channel(LEG, inbound=False))
    menu.picture(T0 + 10_000, channels=still_shown, extensions=PHONES)
    assert actions.HangUp(LEG) in menu.asked()
    assert not menu.told("leg.ended")

    record = CallDetailRecord(LEG, T0 + 5_000, 0, T0 + 9_900, "NO_ANSWER")
    for later in (T0 + 12_000, T0 + 14_000):
        menu.picture(later, {LEG: record}, channels=(channel(MEMBER),), extensions=PHONES)
    [ended] = menu.told("leg.ended")
    assert (ended.body["switch_uuid"], ended.body["role"]) == (LEG, "agent")
    assert (ended.at, ended.body["hangup_cause"]) == (T0 + 9_900, "NO_ANSWER")


def test_given_an_agent_whom_a_menu_calls_then_a_picture_does_not_free_them():
    menu = Menu().asks(seconds=5)
    both = (channel(MEMBER), channel(LEG, inbound=False))
    menu.picture(T0 + 6_000, channels=both, extensions=PHONES)
    assert (menu.agent().state, menu.agent().role) == ("on_call", "guest")


def test_given_a_leg_placed_while_the_picture_was_taken_then_it_is_not_lost():
    menu = Menu().asks(seconds=5)
    menu.picture(T0 + 4_990, channels=(channel(MEMBER),), extensions=PHONES)
    assert menu.call().party is not None


def test_it_spares_a_call_so_young_that_the_switch_may_not_list_it_yet():
    hotline = Hotline().ready().rung().picture(T0 + 1_500, extensions=PHONES)
    assert hotline.call().ended_at is None


def in_flow() -> Hotline:
    """A caller in the menu, one step on."""
    hotline = Hotline()
    contact_id = contact_id_of(MEMBER)
    hotline.flow(FlowStarted(MEMBER, "13812340021", "96001", T0, "water_main", 3))
    return hotline.flow(
        StepPassed(contact_id, FlowStep("welcome", "欢迎语", "next", T0 + 500, 2_000))
    )


def test_given_the_controller_died_in_a_flow_then_the_run_is_told_as_given_up():
    hotline = in_flow()
    hotline.registry.flows_running.clear()  # as after a restart: no flow runs here
    hotline.picture(T0 + 9_000, channels=(channel(MEMBER),), members=(member("Waiting"),))
    [ended] = hotline.told("flow.ended")
    assert (ended.body["exit_kind"], ended.body["last_node"]) == ("controller_gone", "welcome")
    assert (ended.body["flow_version"], ended.at) == (3, T0 + 2_500)


def test_given_only_the_link_was_lost_then_a_running_flow_goes_on():
    hotline = in_flow().picture(T0 + 9_000, channels=(channel(MEMBER),))
    assert hotline.told("flow.ended") == []


def test_given_the_caller_hangs_up_first_then_the_flows_goal_still_counts():
    hotline = in_flow().event(hung_up(T0 + 9_000, MEMBER))
    assert hotline.told("contact.ended") == []
    ended = FlowEnded("water_main", 3, T0, T0 + 9_010, "goal", "outage_heard", "welcome", ())
    hotline.flow(FlowFinished(contact_id_of(MEMBER), ended))
    assert [f.type for f in hotline.told()][-2:] == ["flow.ended", "contact.ended"]
    assert hotline.told("contact.ended")[0].body["outcome"] == "self_service"


def test_given_a_flow_that_says_nothing_more_then_the_call_is_closed_all_the_same():
    hotline = in_flow().event(hung_up(T0 + 9_000, MEMBER)).tick(T0 + 13_000)
    assert hotline.told("contact.ended") == []
    hotline.tick(T0 + 15_000)
    assert hotline.told("contact.ended")[0].at == T0 + 9_000


def test_given_both_legs_ended_meanwhile_then_their_cdrs_complete_the_record():
    hotline = Hotline().talked()
    records = {
        leg: CallDetailRecord(leg, T0, T0 + 10, T0 + 40_000, "NORMAL_CLEARING")
        for leg in (MEMBER, AGENT_LEG)
    }
    hotline.picture(T0 + 90_000, records, extensions=PHONES)
    legs = {fact.body["role"]: fact.body["ended_at"] for fact in hotline.told("leg.ended")}
    assert legs == {"customer": T0 + 40_000, "agent": T0 + 40_000}


def test_given_a_leg_that_a_menu_placed_ended_meanwhile_then_it_is_in_the_record_too():
    menu = Menu().asks()
    cdr = CallDetailRecord(LEG, T0, 0, T0 + 8_000, "NO_ANSWER")
    menu.picture(T0 + 9_000, {LEG: cdr}, channels=(channel(MEMBER),), extensions=PHONES)
    (ended,) = menu.told("leg.ended")
    assert (ended.body["switch_uuid"], ended.body["hangup_cause"]) == (LEG, "NO_ANSWER")
    assert (ended.body["role"], ended.agent_no) == ("agent", "1001")


def missed(hotline: Hotline, *records: CallerRecord) -> Hotline:
    of_leg = CallDetailRecord(MEMBER, T0, T0 + 1_000, T0 + 20_000, "NORMAL_CLEARING")
    on_callers_missed(hotline.controller, CallersMissed(records, {MEMBER: of_leg}, T0 + 60_000))
    return hotline.event()


def test_given_a_call_that_came_and_went_unseen_then_it_is_told_from_the_switch_s_record():
    record = CallerRecord(
        MEMBER, "13812340021", "96001", T0, T0 + 20_000, "NORMAL_CLEARING", True, "general",
        T0 + 5_000,
    )  # fmt: skip
    hotline = missed(Hotline(), record)
    told = [fact.type for fact in hotline.told()]
    assert told == ["contact.started", "queue.joined", "queue.left", "contact.ended", "leg.ended"]
    assert not hotline.asked(), "nothing is asked of a channel that is gone"
    missed(hotline, record)
    assert len(hotline.told()) == len(told), "told once"


def test_given_a_call_that_was_seen_then_the_switch_s_record_of_it_is_left_alone():
    hotline = Hotline().rung()
    before = len(hotline.told())
    missed(hotline, CallerRecord(MEMBER, "1", "96001", T0, T0 + 9_000, "NORMAL_CLEARING", True))
    assert len(hotline.told()) == before


def test_given_a_caller_left_while_the_picture_was_taken_then_the_picture_brings_no_call_back():
    hotline = Hotline().event(hung_up(T0 + 30_000, MEMBER))
    hotline.picture(T0 + 30_010, channels=(channel(MEMBER),), extensions=PHONES)
    assert hotline.call() is None and not hotline.told()
    hotline.tick(T0 + 120_000)
    assert not hotline.registry.ended_unknown


def test_given_no_answer_to_a_recording_s_start_then_it_is_asked_for_again_after_the_gap():
    hotline = Hotline().talked()
    start = [one for one in hotline.asked() if isinstance(one, actions.StartRecording)][0]
    failed = ActionFailed(start, MEMBER, "switch_unavailable", "no reply", T0 + 12_000)
    on_action_failed(hotline.controller, failed)
    hotline.event()
    assert hotline.call().recording.state == "starting", "it may run all the same"
    hotline.picture(
        T0 + 30_000,
        channels=BOTH,
        members=(member("Answered", "1001"),),
        extensions=PHONES,
    )
    assert [one for one in hotline.asked() if one == start] == [start, start]
    assert hotline.call().recording.state == "on"
    assert len(hotline.told("recording.started")) == 1


OWN, OTHER = (f"00000000-0000-4000-8000-{number:012d}" for number in (2, 1))


def dialling(*told: str) -> Hotline:
    """1001 calls outside; these legs have answered so far."""
    hotline = Hotline()
    numbers = itertools.count(1)
    hotline.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"
    hotline.ready().command("dial", at=T0 + 1_000, kind="outside", value="13800000001")
    return hotline.event(*(sw.ChannelAnswered(T0 + 2_000, leg) for leg in told))


def placed(uuid: str, state: str = "ACTIVE") -> ChannelRow:
    return replace(channel(uuid, inbound=False), state=state)


def dialled(hotline: Hotline) -> Any:
    return hotline.registry.calls[contact_id_of(OTHER)]


def test_given_the_other_side_answered_a_call_out_unseen_then_the_two_are_connected():
    hotline = dialling(OWN)
    both = (placed(OWN), placed(OTHER))
    hotline.picture(T0 + 9_000, channels=both, extensions=PHONES)
    assert actions.Bridge(OTHER, OWN) in hotline.asked()
    assert dialled(hotline).state == "talking"
    assert hotline.told("talk.started")[0].body["started_at"] == T0 + 9_000


def test_given_the_other_side_only_rings_then_nothing_is_asked():
    hotline = dialling(OWN)
    both = (placed(OWN), placed(OTHER, "RINGING"))
    before = len(hotline.told())
    hotline.picture(T0 + 9_000, channels=both, extensions=PHONES)
    assert len(hotline.told()) == before
    assert dialled(hotline).state == "dialling"


def test_given_the_agent_s_own_phone_answered_unseen_then_the_other_side_is_called():
    hotline = dialling()
    hotline.picture(T0 + 9_000, channels=(placed(OWN),), extensions=PHONES)
    dials = [asked.leg for asked in hotline.asked() if isinstance(asked, actions.Dial)]
    assert dials == [OWN, OTHER]


def test_given_the_agent_s_own_phone_still_rings_then_the_call_is_not_given_up():
    hotline = dialling()
    hotline.picture(T0 + 9_000, channels=(placed(OWN, "RINGING"),), extensions=PHONES)
    assert dialled(hotline).state == "dialling"
    assert hotline.told("leg.ended") == []


def test_given_the_other_side_was_busy_unseen_then_nobody_was_reached_and_the_agent_is_told():
    hotline = dialling(OWN)
    record = CallDetailRecord(OTHER, T0 + 2_000, 0, T0 + 5_000, "USER_BUSY")
    hotline.picture(T0 + 9_000, {OTHER: record}, channels=(placed(OWN),), extensions=PHONES)
    [ended] = hotline.told("contact.ended")
    assert (ended.at, ended.body["outcome"]) == (T0 + 5_000, "not_reached")
    assert hotline.told("command.refused")[-1].body["code"] == "dial_busy"
    assert hotline.told("talk.ended") == []
    assert [leg.body["switch_uuid"] for leg in hotline.told("leg.ended")] == [OTHER]
    assert actions.HangUp(OWN) in hotline.asked()
    assert hotline.agent().state == "ready"


def test_given_the_agent_left_unseen_then_whoever_was_called_is_let_go():
    hotline = dialling(OWN)
    record = CallDetailRecord(OWN, T0 + 1_000, T0 + 2_000, T0 + 5_000, "NORMAL_CLEARING")
    hotline.picture(T0 + 9_000, {OWN: record}, channels=(placed(OTHER),), extensions=PHONES)
    assert actions.HangUp(OTHER) in hotline.asked()
    assert [leg.body["switch_uuid"] for leg in hotline.told("leg.ended")] == [OWN]
    assert dialled(hotline).ended_at == T0 + 5_000


def test_given_both_legs_are_gone_without_a_trace_then_the_call_was_not_reached():
    hotline = dialling(OWN)
    hotline.picture(T0 + 9_000, extensions=PHONES)
    assert hotline.told("contact.ended")[0].body["hangup_cause"] == "LOST"
    assert hotline.agent().state == "ready"
