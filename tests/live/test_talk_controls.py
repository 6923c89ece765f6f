"""What an agent does alone with the caller: music, mute, mask, a lost line, after-work."""

from __future__ import annotations

import re
from typing import Any

from tests.actors import ears
from tests.live.desk import Desk
from tests.live.marks import freeswitch_only
from tests.live.office import Office
from tests.live.scene import Scene
from tests.until import until


def _held(scene: Scene) -> Any:
    """A conversation on hold: (desk, phone, caller), who hears music."""
    desk, phone, caller = scene.talk()
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    return desk, phone, caller


def test_given_a_held_call_then_the_caller_hears_music_and_the_agent_is_not_heard(
    scene: Scene,
) -> None:
    desk, phone, caller = _held(scene)
    phone.hears_only()
    desk.does("resume")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    assert scene.ends(caller)["hold_ms"] > 0


def test_given_hold_and_resume_in_one_breath_then_they_talk_and_the_next_hold_has_music(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    for _ in range(3):
        desk.does("hold")
        desk.call_is("held")
        desk.does("resume")
        desk.call_is("talking")
        caller.hears_only(phone)
        phone.hears_only(caller)
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    desk.does("resume")
    caller.hears_only(phone)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_given_a_muted_agent_then_only_the_caller_is_heard(scene: Scene) -> None:
    desk, phone, caller = scene.talk()
    desk.does("mute")
    until(lambda: desk.call.get("muted"), 5, what="the page shows mute")
    caller.hears_only()
    phone.hears_only(caller)
    desk.does("unmute")
    until(lambda: not desk.call.get("muted"), 5, what="the page shows no mute")
    caller.hears_only(phone)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_given_a_masked_part_then_the_recording_is_silent_there_on_both_sides(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.passes(1.5)
    desk.does("pause_recording")
    until(lambda: desk.call.get("recording") == "paused", 5)
    scene.passes(2)
    desk.does("resume_recording")
    until(lambda: desk.call.get("recording") == "on", 5)
    scene.passes(1.5)
    phone.hangs_up()
    caller.is_over()
    contact = scene.stack.contact(caller.contact_id)
    row = until(
        lambda: [
            row
            for row in scene.stack.of_contact("recording", contact)
            if row["status"] == "complete"
        ],
        10,
    )[0]
    for side, tone in zip(
        ears.channels(scene.stack.recording(row["storage_key"])), (ears.CALLER, ears.AGENT_1)
    ):
        pieces = [side[at : at + 1600] for at in range(0, len(side) - 1600, 1600)]
        silent = [ears.loudness(piece) == 0.0 for piece in pieces]
        first = silent.index(True)
        assert False in silent[first:], "once masked, it is silent to its end"
        gap = silent[first:].index(False)
        assert 7 <= gap <= 14, f"{gap / 5} s are silent, not about 2"
        assert ears.tones_in(side[: first * 1600 - 800]) == {tone}
        assert ears.tones_in(side[(first + gap + 2) * 1600 : (first + gap + 5) * 1600]) == {tone}
    scene.tidy()


@freeswitch_only("it writes the recordings")
def test_given_a_talk_that_goes_on_then_its_record_plays_what_was_said_so_far(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone, caller = scene.talk()
    record = f"{board.base}/calls/{caller.contact_id}"

    def played() -> bytes:
        """The sound, once there are two seconds of it."""
        address = re.search(r'<audio[^>]* src="([^"]+)"', board.http.get(record, timeout=10).text)
        answer = board.http.get(board.base + address[1], timeout=10) if address else None
        found = answer.content if answer is not None and answer.ok else b""
        return found if len(found) > 2 * 8000 * 2 * 2 else b""

    sound = until(played, 30, 0.5, what="two seconds are written")
    assert "/supervisor?agent=1004" in board.http.get(record, timeout=10).text
    file = scene.stack.folder / "so-far.wav"
    file.write_bytes(sound)
    left, right = ears.channels(file)
    assert ears.tones_in(left) == {ears.CALLER} and ears.tones_in(right) == {ears.AGENT_1}
    assert desk.call_is("talking")
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_recording_on_demand_then_the_agent_starts_and_stops_it_as_often_as_wanted(
    scene: Scene,
) -> None:
    scene.recorded = False  # not the whole talk
    with Office(scene.stack).recording("agent:1004", "on_demand"):
        desk, phone, caller = scene.talk()
        assert desk.call["recording"] == "off"
        for _ in range(2):
            desk.does("start_recording")
            until(lambda: "pause_recording" in desk.call["allowed"], 5, what="it is recorded")
            scene.passes(1.5)
            desk.does("stop_recording")
            until(lambda: "start_recording" in desk.call["allowed"], 5, what="it is not")
        phone.hangs_up()
        caller.is_over()
        contact = scene.ends(caller)

    def files() -> bool:
        rows = scene.stack.of_contact("recording", contact)
        return [row["status"] for row in rows] == ["complete", "complete"]

    until(files, 10, what="two complete recordings")


def test_given_a_held_call_when_the_agent_s_phone_hangs_up_then_the_caller_is_let_go(
    scene: Scene,
) -> None:
    desk, phone, caller = _held(scene)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    scene.ends(caller)


def test_given_a_held_call_when_the_agent_s_line_dies_then_the_caller_waits_and_is_served_again(
    scene: Scene,
) -> None:
    desk, phone, caller = _held(scene)
    scene.phone_vanishes("1004")
    desk.call_is("orphaned", within=40)
    caller.hears_music()
    other_desk, other = scene.agent("1005")
    other.rings(within=40)
    other.answers()
    caller.hears_only(other)
    other.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_held_call_that_comes_to_a_new_leg_then_it_is_held_until_taken_back(
    scene: Scene,
) -> None:
    desk, phone, caller = _held(scene)
    desk.does("rejoin")
    scene.until_told(caller, "agent.rejoined", held=True)
    desk.call_is("held")
    caller.hears_music()
    phone.hears_only()
    desk.does("resume")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    desk.does("hold")
    desk.call_is("held")
    caller.hears_music()
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1


def test_given_an_agent_s_line_that_dies_then_the_caller_waits_with_music_and_the_agent_returns(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.phone_vanishes("1004")
    desk.call_is("orphaned", within=40)
    caller.hears_music()
    again = scene.phone("1004")
    desk.does("rejoin")
    desk.call_is("talking", within=10)
    caller.hears_only(again)
    again.hears_only(caller)
    again.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1


def test_given_an_agent_who_does_not_return_then_the_caller_is_first_in_the_queue_again(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.phone_vanishes("1004")
    desk.call_is("orphaned", within=40)
    other_desk, other = scene.agent("1005")
    other.rings(within=40)
    other.answers()
    other_desk.call_is("talking")
    caller.hears_only(other)
    other.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 2


def test_given_after_work_that_is_extended_then_it_ends_later_and_only_once(scene: Scene) -> None:
    desk, phone, caller = scene.talk()
    caller.hangs_up()
    desk.shows("wrap_up")
    first = _wrap_up_until(scene)
    desk.does("extend_wrap_up")
    until(lambda: _wrap_up_until(scene) > first, 5, what="after-work is longer")
    second = _wrap_up_until(scene)
    desk.does("extend_wrap_up")
    desk.refused_any()
    assert _wrap_up_until(scene) == second
    desk.does("finish_wrap_up")
    desk.shows("ready")
    scene.ends(caller)


def test_given_two_desks_of_one_agent_then_both_show_the_same_and_a_late_press_is_refused(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    second: Desk = scene.stack.second_desk("1004")
    try:
        assert second.call_is("talking")["contact_id"] == caller.contact_id
        second.does("hold")
        desk.call_is("held")
        second.call_is("held")
        desk.does("hold")
        desk.refused_any()
        desk.does("resume")
        second.call_is("talking")
        caller.hears_only(phone)
    finally:
        second.close()
    caller.hangs_up()
    desk.shows("wrap_up")
    scene.ends(caller)


def _wrap_up_until(scene: Scene) -> int:
    view = scene.stack.agent_view("1004")
    return int((view or {}).get("wrap_up_until") or 0)
