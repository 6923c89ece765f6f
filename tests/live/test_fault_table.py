"""Links, disks and programs fail in the middle of a call; what people notice is in the names."""

from __future__ import annotations

import pytest

from tests.live.faults import unwritable
from tests.live.marks import freeswitch_only
from tests.live.scene import Scene
from tests.until import until


def _both_hear(phone, caller) -> None:  # type: ignore[no-untyped-def]
    caller.hears_only(phone)
    phone.hears_only(caller)


def _ends(scene: Scene, caller, outcome: str = "answered") -> None:  # type: ignore[no-untyped-def]
    contact = scene.stack.contact(caller.contact_id, within=25)
    assert contact["outcome"] == outcome
    scene.tidy()


def test_given_a_cut_link_in_a_talk_then_people_talk_on_and_the_desk_works_again_afterwards(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.stack.wire.cut()
    until(lambda: not scene.stack.switch_is_up(), 10, what="the controller sees it")
    _both_hear(phone, caller)
    scene.stack.wire.mend()
    scene.stack.wait_well(30)
    desk.does("hold")
    desk.call_is("held")
    desk.does("resume")
    desk.call_is("talking")
    _both_hear(phone, caller)
    phone.hangs_up()
    caller.is_over()
    _ends(scene, caller)


def test_given_a_call_that_ends_while_the_link_is_cut_then_its_record_is_complete(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.stack.wire.cut()
    until(lambda: not scene.stack.switch_is_up(), 10, what="the controller sees it")
    phone.hangs_up()
    caller.is_over()
    scene.stack.wire.mend()
    scene.stack.wait_well(30)
    desk.shows("wrap_up")
    _ends(scene, caller)


def test_given_a_slow_link_then_the_call_is_served_only_later(scene: Scene) -> None:
    scene.stack.wire.delay_s = 0.15
    desk, phone, caller = scene.talk()
    scene.until_told(caller, "recording.started", within=20)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up", within=15)
    scene.stack.wire.mend()
    _ends(scene, caller)


@pytest.mark.timeout(240)
def test_given_a_link_that_falls_silent_then_the_controller_finds_out_and_links_anew(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    scene.stack.wire.stop_reading()
    until(lambda: not scene.stack.switch_is_up(), 90, 0.2, what="the controller doubts the link")
    _both_hear(phone, caller)
    scene.stack.wire.mend()
    scene.stack.wait_well(40)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up", within=15)
    _ends(scene, caller)


@pytest.mark.parametrize(
    "noise",
    [
        b"Content-Length: 99999999999\nContent-Type: text/event-plain\n\n",
        b"Content-Length: x\n\n",
        b"\xff\xfe\x00 garbage without an end \n\n\n\n",
        b"Content-Length: 12\nContent-Type: text/event-json\n\n{\"broken\": [",
    ],
)
def test_given_malformed_frames_then_the_next_command_works_and_nothing_is_lost(
    scene: Scene, noise: bytes
) -> None:
    desk, phone, caller = scene.talk()
    scene.stack.wire.inject(noise)
    scene.stack.wait_well(40)

    def held() -> bool:
        if desk.call.get("state") != "held":
            desk.tries("hold")
        return desk.call.get("state") == "held"

    until(held, 40, 1.0, what="hold works again")
    desk.does("resume")
    desk.call_is("talking")
    _both_hear(phone, caller)
    phone.hangs_up()
    caller.is_over()
    _ends(scene, caller)


@pytest.mark.parametrize("program", ["controller", "web", "redis", "worker-call-log"])
def test_given_a_program_that_hangs_for_a_while_then_people_talk_on_and_the_record_is_complete(
    scene: Scene, program: str
) -> None:
    desk, phone, caller = scene.talk()
    scene.stack.freeze(program)
    _both_hear(phone, caller)
    phone.hangs_up()
    caller.is_over()
    scene.stack.thaw(program)
    scene.stack.wait_well(30)
    desk.shows("wrap_up", within=15)
    _ends(scene, caller)


@freeswitch_only("it writes the recordings")
def test_given_a_full_disk_for_recordings_then_people_talk_and_the_gap_is_known(
    scene: Scene,
) -> None:
    scene.recorded = False
    with unwritable(scene.stack.recording("")):
        desk, phone, caller = scene.talk()
        _both_hear(phone, caller)
        phone.hangs_up()
        caller.is_over()
    contact = scene.stack.contact(caller.contact_id)
    assert not scene.stack.of_contact("recording", contact)
    scene.stack.works_off("gaps", "compare", hours_on=2)  # it waits for files that are late
    (gap,) = scene.stack.of_contact("recording_gap", contact)
    assert gap["kind"] == "talk_not_recorded" and gap["closed_at"] is None
    _ends(scene, caller)


@freeswitch_only("sound is dropped")
def test_given_a_caller_whose_sound_stops_then_the_switch_ends_the_call_and_nothing_is_left(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    caller.falls_silent()
    desk.shows("wrap_up", within=60)
    phone.is_silent()
    caller.leaves_call()
    _ends(scene, caller)
