"""Any one part dies in the middle of a call. Nothing may be lost."""

from __future__ import annotations

import time

from tests.actors import ears
from tests.live.cast import Caller
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"


def _waits_without_a_menu(caller: Caller) -> None:
    """An apology, then the music of the fallback queue."""
    caller.dials()
    caller.is_answered()
    caller.hears("error.sorry", within=10)
    caller.hears_music()


def test_given_a_controller_killed_in_a_flow_then_the_caller_lands_in_the_queue(
    scene: Scene,
) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    caller.is_answered()
    caller.hears("greeting.water", within=15)
    scene.watched = False
    scene.stack.kill("controller")
    try:
        caller.hears("error.sorry", within=20)  # a menu that has begun waits for its key first
        caller.hears_music()
    finally:
        scene.stack.start_program("controller")
        scene.stack.wait_well()
    desk, phone = scene.agent("1004")
    phone.rings(within=15)
    phone.answers()
    phone.hears_caller()
    caller.hears_agent(phone)
    phone.hangs_up()
    caller.is_over()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "answered"
    run = scene.stack.of_contact("flow_run", contact)
    assert run and run[0]["exit_kind"] == "controller_gone"
    scene.tidy()


def test_given_nobody_listening_when_a_citizen_calls_then_the_queue_takes_the_call(
    scene: Scene,
) -> None:
    scene.stack.kill("controller")
    caller = scene.caller(CHEN)
    try:
        _waits_without_a_menu(caller)
    finally:
        scene.stack.start_program("controller")
        scene.stack.wait_well()
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id, within=20)
    assert contact["outcome"] in ("abandoned", "short_abandoned")
    scene.tidy()


def test_given_a_call_that_comes_and_goes_while_nobody_listens_then_it_is_in_the_record(
    scene: Scene,
) -> None:
    scene.stack.kill("controller")
    caller = scene.caller(CHEN)
    try:
        _waits_without_a_menu(caller)
        caller.hangs_up()
        until(lambda: scene.stack.channels() == 0, 10, what="the caller's channel has ended")
    finally:
        scene.stack.start_program("controller")
        scene.stack.wait_well()
    contact = scene.stack.contact(caller.contact_id, within=20)
    assert contact["outcome"] in ("abandoned", "short_abandoned")
    assert contact["ended_by"] == "customer" and contact["called_number"] == "96001"
    assert len(scene.stack.of_contact("queue_visit", contact)) == 1
    scene.tidy()


def test_given_a_controller_restarted_in_a_talk_then_the_record_is_complete(scene: Scene) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    scene.watched = False
    scene.stack.kill("controller")
    phone.hears_caller()
    caller.hears_agent(phone)
    scene.stack.start_program("controller")
    scene.stack.wait_well()
    desk.shows("on_call")
    time.sleep(1)  # some talk after the return, for the recording to hold
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "answered" and contact["talk_ms"] > 1000
    talks = scene.stack.of_contact("talk_segment", contact)
    assert len(talks) == 1 and talks[0]["ended_at"]
    recording = until(
        lambda: [
            row
            for row in scene.stack.of_contact("recording", contact)
            if row["status"] == "complete"
        ],
        10,
    )[0]
    left, right = ears.channels(scene.stack.recording(recording["storage_key"]))
    assert ears.tones_in(left[: len(left) // 2]) == {ears.CALLER}
    assert ears.tones_in(right[: len(right) // 2]) == {ears.AGENT_1}
    scene.tidy()


def test_given_a_controller_away_when_a_talk_ends_then_the_record_is_completed_later(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    time.sleep(1)
    scene.stack.kill("controller")
    phone.hangs_up()
    caller.is_over()
    scene.stack.start_program("controller")
    scene.stack.wait_well()
    contact = scene.stack.contact(caller.contact_id, within=20)
    assert contact["outcome"] == "answered" and contact["talk_ms"] > 500
    legs = scene.stack.of_contact("call_leg", contact)
    assert {leg["role"] for leg in legs} == {"customer", "agent"}
    assert all(leg["ended_at"] for leg in legs)
    desk.shows("wrap_up")
    scene.tidy()


def test_given_a_killed_switch_when_it_is_back_then_open_calls_are_closed_and_new_ones_served(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    lost = caller.contact_id
    scene.stack.kill(scene.switch_program)
    until(lambda: not scene.stack.switch_is_up(), 10, what="the controller sees it")
    scene.stack.start_program(scene.switch_program)
    scene.stack.wait_well(30)
    contact = scene.stack.contact(lost, within=20)
    assert contact["outcome"] == "answered" and contact["ended_at"]
    scene.new_transcript()
    scene.forget_calls()
    phone.registers()
    again = scene.caller(CHEN)
    again.dials()
    again.is_answered(10)
    again.hears("greeting.water", within=15)
    again.hangs_up()
    scene.tidy()


def test_given_no_web_when_a_bill_is_asked_for_then_it_says_so_and_the_call_goes_on(
    scene: Scene,
) -> None:
    scene.stack.kill("web")
    caller = scene.caller(CHEN)
    try:
        caller.dials()
        caller.is_answered()
        caller.hears("greeting.water", "menu.main", within=20)
        caller.presses("1")
        caller.hears("account.enter", within=15)
        caller.presses("10000000#")
        caller.hears("bill.unavailable", within=20)
        caller.presses("0")
        caller.hears("queue.billing", within=10)
        caller.hears_music()
    finally:
        scene.stack.start_program("web")
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] in ("abandoned", "short_abandoned")
    scene.tidy()


def test_given_redis_away_in_a_talk_when_it_is_back_then_nothing_is_lost(scene: Scene) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    scene.stack.kill("redis")
    phone.hears_caller()
    caller.hears_agent(phone)
    phone.hangs_up()
    caller.is_over()
    scene.stack.start_program("redis")
    contact = scene.stack.contact(caller.contact_id, within=30)
    assert contact["outcome"] == "answered"
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1
    assert len(scene.stack.of_contact("queue_visit", contact)) == 1
    scene.tidy()


def test_given_a_worker_killed_in_a_call_when_it_is_back_then_the_record_is_complete(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    scene.stack.kill("worker-call-log")
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    # FreeSWITCH never lets go of a channel whose recording begins in the instant of its hang-up.
    until(lambda: desk.call.get("recording") == "on", 5, what="the recording runs")
    phone.hangs_up()
    caller.is_over()
    scene.stack.start_program("worker-call-log")
    contact = scene.stack.contact(caller.contact_id, within=20)
    assert contact["outcome"] == "answered"
    assert {leg["role"] for leg in scene.stack.of_contact("call_leg", contact)} == {
        "customer",
        "agent",
    }
    scene.tidy()
