"""The recording follows whoever serves the caller, and the rule that holds for them."""

from __future__ import annotations

import itertools
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.domain.call import call_view
from esl_controller.domain.snapshot import Snapshot
from esl_controller.service.command_handlers import on_action_failed
from esl_controller.service.items import ActionFailed
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, T0, Hotline, snapshot_json

AUCKLAND, HONOLULU = "Pacific/Auckland", "Pacific/Honolulu"
GUEST_LEG = "00000000-0000-4000-8000-000000000001"


def rule(agent: str, mode: str, direction: str = "any") -> dict[str, str]:
    return {"scope": "agent", "code": agent, "direction": direction, "mode": mode}


def hotline(*rules: dict[str, str], mode: str = "always") -> Hotline:
    made = Hotline()
    recording = {"mode": mode, "rules": list(rules)}
    made.registry.use(Snapshot.from_json(snapshot_json(recording=recording)))
    numbers = itertools.count(1)
    made.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"
    made.event(sw.PhoneRegistered(T0, "1002")).command("sign_in", "1002")
    return made.talked()


def key(made: Hotline, n: int = 1) -> str:
    return f"2026/11/18/{made.call().contact_id}-{n}.wav"


def asked(made: Hotline, kind: Any) -> list[Any]:
    return [action for action in made.asked() if isinstance(action, kind)]


def running(made: Hotline, n: int = 1) -> Hotline:
    return made.event(sw.RecordingStarted(T0 + 6_100, MEMBER, f"/rec/{key(made, n)}"))


def closed(made: Hotline, n: int = 1) -> Hotline:
    return made.event(sw.RecordingStopped(T0 + 9_000, MEMBER, f"/rec/{key(made, n)}", 3_000, 9))


def test_it_records_by_default():
    made = running(hotline())
    assert asked(made, actions.StartRecording) == [actions.StartRecording(MEMBER, key(made))]
    assert "start_recording" not in made.call().allowed
    assert "stop_recording" not in made.call().allowed


def test_given_a_rule_never_then_nothing_is_recorded_nor_offered():
    made = hotline(rule("1001", "never"))
    assert asked(made, actions.StartRecording) == []
    assert not {"start_recording", "pause_recording"} & set(made.call().allowed)
    assert made.command("start_recording").told("command.refused")[-1].body["code"] == "not_now"


def test_given_on_demand_then_the_agent_starts_and_stops():
    made = hotline(mode="on_demand")
    assert asked(made, actions.StartRecording) == []
    assert "start_recording" in made.call().allowed
    assert call_view(made.call())["recording_rule"] == "on_demand"
    made.command("start_recording", at=T0 + 8_000)
    assert "stop_recording" in running(made).call().allowed
    made.command("stop_recording", at=T0 + 9_000)
    assert asked(made, actions.StopRecording) == [actions.StopRecording(MEMBER, key(made))]
    assert "start_recording" in closed(made).call().allowed
    made.command("start_recording", at=T0 + 10_000)
    assert asked(made, actions.StartRecording)[-1] == actions.StartRecording(MEMBER, key(made, 2))


def test_given_the_switch_refuses_to_stop_then_it_shows_recording_again():
    made = hotline(mode="on_demand").command("start_recording", at=T0 + 8_000)
    running(made).command("stop_recording", at=T0 + 9_000)
    stop = asked(made, actions.StopRecording)[0]
    lane = made.call().contact_id
    failed = ActionFailed(stop, lane, "switch_refused", "-ERR", T0 + 9_100, "1001", "c1")
    on_action_failed(made.controller, failed)
    assert call_view(made.call())["recording"] == "on"


@pytest.mark.parametrize(("zone", "day"), [(AUCKLAND, "2026/11/19"), (HONOLULU, "2026/11/18")])
@pytest.mark.parametrize("mode", ["always", "on_demand"])
def test_it_puts_the_file_into_the_folder_of_the_site_s_own_day(mode: str, zone: str, day: str):
    made = Hotline()
    made.controller.zone = ZoneInfo(zone)
    recording = {"mode": mode, "rules": []}
    made.registry.use(Snapshot.from_json(snapshot_json(recording=recording)))
    made.talked()
    if mode == "on_demand":
        made.command("start_recording", at=T0 + 8_000)
    [begun] = asked(made, actions.StartRecording)
    assert begun.storage_key == f"{day}/{made.call().contact_id}-1.wav"


def refuses_to_mask(made: Hotline, at: int) -> None:
    refused = asked(made, actions.MaskRecording)[-1]
    lane = made.call().contact_id
    failed = ActionFailed(refused, lane, "switch_refused", "-ERR", at, "1001", "c1")
    on_action_failed(made.controller, failed)
    made.event()


def test_given_the_switch_does_not_pause_then_the_time_line_has_no_open_gap():
    made = running(hotline()).command("pause_recording", at=T0 + 10_000)
    refuses_to_mask(made, T0 + 10_050)
    assert call_view(made.call())["recording"] == "on"
    [paused], [resumed] = made.told("recording.paused"), made.told("recording.resumed")
    assert (paused.body["at_ms"], resumed.body["at_ms"]) == (3_900, 3_950)
    assert made.told("command.refused")[-1].body["code"] == "switch_refused"


def test_given_the_switch_does_not_resume_then_the_time_line_says_that_it_is_silent_still():
    made = running(hotline()).command("pause_recording", at=T0 + 10_000)
    made.command("resume_recording", at=T0 + 20_000)
    refuses_to_mask(made, T0 + 20_050)
    assert call_view(made.call())["recording"] == "paused"
    assert [fact.body["at_ms"] for fact in made.told("recording.paused")] == [3_900, 13_950]


def test_given_the_recording_is_stopped_when_a_pause_fails_then_it_stays_stopped():
    made = running(hotline(rule("1001", "on_demand")).command("start_recording"))
    made.command("pause_recording", at=T0 + 7_000)
    closed(made.command("stop_recording", at=T0 + 8_000))
    refuses_to_mask(made, T0 + 9_100)
    assert made.call().recording.state == "stopped"


def test_given_a_new_recording_before_the_end_of_the_last_is_told_then_both_ends_are_told():
    made = running(hotline(rule("1001", "on_demand")).command("start_recording"))
    made.command("stop_recording").command("start_recording")
    closed(running(made, 2), 1)
    assert made.call().recording.state == "on", "the new one goes on"
    closed(made, 2)
    ends = [fact.body["n"] for fact in made.told("recording.stopped")]
    assert ends == [1, 2]


def transferred(made: Hotline) -> Hotline:
    made.command("transfer", at=T0 + 20_000, kind="agent", value="1002")
    return made.event(sw.ChannelAnswered(T0 + 25_000, GUEST_LEG))


def test_given_a_transfer_to_somebody_never_recorded_then_the_recording_ends():
    made = transferred(running(hotline(rule("1002", "never"))))
    assert made.call().talk.agent_no == "1002"
    assert asked(made, actions.StopRecording) == [actions.StopRecording(MEMBER, key(made))]


def test_given_a_transfer_from_somebody_never_recorded_then_a_recording_begins():
    made = transferred(hotline(rule("1001", "never")))
    assert asked(made, actions.StartRecording) == [actions.StartRecording(MEMBER, key(made))]


def test_given_both_are_recorded_then_one_file_goes_on():
    made = transferred(running(hotline()))
    assert len(asked(made, actions.StartRecording)) == 1
    assert asked(made, actions.StopRecording) == []


def test_given_a_paused_recording_then_it_goes_on_with_who_comes_after():
    made = running(hotline()).command("pause_recording", at=T0 + 10_000)
    transferred(made)
    assert asked(made, actions.MaskRecording)[-1] == actions.MaskRecording(MEMBER, key(made), False)
    [resumed] = made.told("recording.resumed")
    assert (resumed.body["n"], resumed.body["at_ms"]) == (1, 18_900)
    assert call_view(made.call())["recording"] == "on"


def test_given_a_conference_then_its_recording_is_paused_and_resumed():
    made = running(hotline())
    made.command("invite", at=T0 + 10_000, kind="agent", value="1002")
    made.event(sw.ChannelAnswered(T0 + 12_000, GUEST_LEG))
    assert made.call().state == "conference"
    made.command("pause_recording", at=T0 + 13_000)
    assert call_view(made.call())["recording"] == "paused"
    made.command("resume_recording", at=T0 + 14_000)
    assert call_view(made.call())["recording"] == "on"


def test_given_a_transfer_to_a_queue_then_the_music_is_not_recorded():
    made = running(hotline())
    made.command("transfer", at=T0 + 20_000, kind="queue", value="general")
    assert asked(made, actions.StopRecording) == [actions.StopRecording(MEMBER, key(made))]
    closed(made).event(sw.QueueJoined(T0 + 21_000, MEMBER, "general", "13812340021"))
    assert made.told("queue.joined")[-1].body["came_from"] == "transfer"


def test_given_the_talk_ends_then_the_end_of_the_channel_closes_the_file():
    made = running(hotline())
    made.event(sw.AgentTalkEnded(T0 + 30_000, "1001", "general", MEMBER))
    assert asked(made, actions.StopRecording) == []
    assert [fact.body["n"] for fact in closed(made).told("recording.stopped")] == [1]


def dialled(made: Hotline, kind: str, value: str) -> Hotline:
    made.command("dial", "1002", at=T0 + 10_000, kind=kind, value=value)
    call = next(c for c in made.registry.calls.values() if c.direction != "inbound")
    made.event(sw.ChannelAnswered(T0 + 11_000, call.talk.agent_leg))
    return made.event(sw.ChannelAnswered(T0 + 15_000, call.uuid))


def test_it_records_an_outgoing_call_once_the_other_side_answers():
    made = dialled(hotline(rule("1001", "never")), "outside", "13900000001")
    assert len(asked(made, actions.StartRecording)) == 1


def test_given_a_rule_for_one_direction_then_the_other_follows_the_default():
    made = dialled(hotline(rule("1002", "never", "outbound")), "outside", "13900000001")
    recorded = [action.leg for action in asked(made, actions.StartRecording)]
    assert recorded == [MEMBER], AGENT_LEG
