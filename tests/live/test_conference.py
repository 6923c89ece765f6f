"""Three and more on the line."""

from __future__ import annotations

from tests.actors import ears
from tests.live.scene import Scene
from tests.live.site import STRAIGHT_NUMBER
from tests.until import until


def _conference(scene: Scene, by: str = "merge"):  # type: ignore[no-untyped-def]
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("consult" if by == "merge" else "invite", kind="agent", value="1005")
    other.rings()
    if by == "invite":
        caller.hears_only(phone)
    other.answers()
    if by == "merge":
        desk.call_is("consulting")
        phone.hears_only(other)
        desk.does("merge")
    desk.call_is("conference")
    caller.hears_only(phone, other)
    phone.hears_only(caller, other)
    other.hears_only(caller, phone)
    return desk, phone, caller, other_desk, other


def _leg(desk, number: str = "1005") -> str:  # type: ignore[no-untyped-def]
    return until(
        lambda: next((m["leg"] for m in desk.call.get("members", ()) if m["value"] == number), ""),
        5,
        what=f"{number} is shown as a member",
    )


def test_given_a_consultation_when_merged_then_all_hear_all_until_one_is_muted_and_dropped(
    scene: Scene,
) -> None:
    desk, phone, caller, _, other = _conference(scene)
    leg = _leg(desk)
    desk.does("mute_party", leg=leg)
    caller.hears_only(phone)
    phone.hears_only(caller)
    other.hears_only(caller, phone)
    desk.does("mute_party", leg=leg)
    caller.hears_only(phone, other)
    desk.does("drop_party", leg=leg)
    other.is_silent()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert contact["outcome"] == "answered"


def test_given_a_conference_when_the_agent_leaves_then_the_colleague_serves_on(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = _conference(scene, "invite")
    phone.hangs_up()
    desk.shows("wrap_up")
    caller.hears_only(other)
    other.hears_only(caller)
    until(lambda: other_desk.call.get("agent_no") == "1005", 8, what="1005 serves the call")
    other.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_a_conference_when_it_is_ended_then_every_line_ends(scene: Scene) -> None:
    desk, phone, caller, other_desk, other = _conference(scene)
    desk.does("end_conference")
    caller.is_over()
    phone.is_silent()
    other.is_silent()
    desk.shows("wrap_up")
    scene.ends(caller)


def test_given_a_conference_when_the_caller_hangs_up_then_nobody_is_left_behind(
    scene: Scene,
) -> None:
    desk, phone, caller, other_desk, other = _conference(scene)
    caller.hangs_up()
    scene.stack.contact(caller.contact_id)
    phone.hangs_up()
    other.hangs_up()
    desk.shows("wrap_up")
    other_desk.shows("not_ready")
    scene.ends(caller)


def test_given_an_invited_colleague_who_is_busy_then_the_talk_goes_on(scene: Scene) -> None:
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("invite", kind="agent", value="1005")
    other.rings()
    other.rejects()
    desk.refused("target_busy")
    caller.hears_only(phone)
    phone.hears_only(caller)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_given_an_invitation_that_is_withdrawn_then_the_colleague_is_as_before(
    scene: Scene,
) -> None:
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("invite", kind="agent", value="1005")
    other.rings()
    desk.does("transfer", kind="queue", value="repair")
    desk.refused("not_now")
    desk.does("drop_party", leg=_leg(desk))
    other.is_silent()
    other_desk.shows("not_ready")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def _with_somebody_outside(scene: Scene):  # type: ignore[no-untyped-def]
    """A conference of agent, caller and a number outside."""
    outside = scene.outside()
    desk, phone, caller = scene.talk()
    desk.does("invite", kind="outside", value="02188880002")
    outside.answers()
    outside.was_called("+862188880002", shown=STRAIGHT_NUMBER)
    desk.call_is("conference")
    caller.hears_only(phone, outside)
    return desk, phone, caller, outside


def test_given_somebody_outside_when_invited_then_all_hear_all(scene: Scene) -> None:
    desk, phone, caller, outside = _with_somebody_outside(scene)
    outside.hears_only(caller, phone)
    outside.hangs_up()
    desk.call_is("talking")
    caller.hears_only(phone)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_given_somebody_outside_when_the_agent_leaves_then_the_two_talk_on_and_end_together(
    scene: Scene,
) -> None:
    desk, phone, caller, outside = _with_somebody_outside(scene)
    desk.does("mute_party", leg=_member_leg(desk))
    caller.hears_only(phone)
    phone.hangs_up()
    desk.shows("wrap_up")
    caller.hears_only(outside)
    outside.hears_only(caller)
    outside.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_four_on_the_line_then_all_hear_all_but_who_mutes_the_own_line(
    scene: Scene,
) -> None:
    outside = scene.outside()
    desk, phone, caller, other_desk, other = _conference(scene)
    desk.does("invite", kind="outside", value="02188880002")
    outside.answers()
    caller.hears_only(phone, other, outside)
    outside.hears_only(caller, phone, other)
    other_desk.does("mute")
    until(lambda: other_desk.call.get("muted"), 5, what="the colleague's page shows mute")
    assert not desk.call["muted"], "the agent's own line is not"
    caller.hears_only(phone, outside)
    other.hears_only(caller, phone, outside)
    phone.hangs_up()
    desk.shows("wrap_up")
    caller.hears_only(other, outside)
    caller.hangs_up()
    other_desk.shows("wrap_up")
    scene.ends(caller)


def _member_leg(desk) -> str:  # type: ignore[no-untyped-def]
    return str(desk.call["members"][0]["leg"])


def test_given_a_conference_then_its_recording_is_paused_for_everybody(scene: Scene) -> None:
    desk, phone, caller, _ = _with_somebody_outside(scene)
    desk.does("pause_recording")
    until(lambda: desk.call.get("recording") == "paused", 5, what="the page shows the pause")
    scene.passes(2)
    desk.does("resume_recording")
    until(lambda: desk.call.get("recording") == "on", 5, what="the page shows no pause")
    desk.does("end_conference")
    caller.is_over()
    contact = scene.ends(caller)
    [row] = scene.stack.of_contact("recording", contact)
    for side in ears.channels(scene.stack.recording(row["storage_key"])):
        silent = [
            ears.loudness(side[at : at + 1600]) == 0.0 for at in range(0, len(side) - 1600, 1600)
        ]
        assert sum(silent) >= 7, "about 2 s of 0.2 s each"
