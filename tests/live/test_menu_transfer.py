"""From the menu to an agent, a number outside or another unit's menu, and from a desk to a menu."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.office import Office
from tests.live.scene import Scene
from tests.live.site import SECOND_NUMBER, known_caller
from tests.live.stack import Stack
from tests.until import until

CHEN = "19900000002"
#: Key → whom the menu puts the caller through to; the flow names the exits of each.
TARGETS = {
    "1": ("agent", "1004"),
    "2": ("outside", "02188880001"),
    "3": ("outside", "02188880486"),
    "4": ("outside", "02188880480"),
    "5": ("flow", "gas_main"),
}


def put_through() -> dict[str, Any]:
    """A menu with one key for each target; each reason has a queue of its own."""
    ways = {"busy": "billing", "no_answer": "repair", "failed": "general"}
    nodes: dict[str, Any] = {
        **known_caller(then="menu"),
        "menu": {
            "type": "menu",
            "title": "转接菜单",
            "prompt": ["greeting.heating", "menu.person_or_back"],
            "keys": {key: f"to_{key}" for key in TARGETS},
            "exits": {**{f"to_{key}": f"to_{key}" for key in TARGETS}, "failed": "general"},
        },
        **{
            code: {"type": "queue", "queue": code, "prompt": [f"queue.{code}"]}
            for code in ways.values()
        },
    }
    for key, (kind, value) in TARGETS.items():
        to = {"kind": kind, "value": value}
        nodes[f"to_{key}"] = {"type": "transfer", "title": f"转 {value}", "to": to, "ring_s": 6}
        nodes[f"to_{key}"]["exits"] = {} if kind == "flow" else ways
    return {
        "code": "put_through",
        "title": "转接",
        "start": "answer",
        "fallback_queue": "general",
        "defaults": {"timeout_s": 20},
        "nodes": nodes,
    }


@pytest.fixture(scope="session")
def _second_number(stack: Stack) -> None:
    office = Office(stack)
    office.publish_flow(put_through())
    office.let_number_reach("put_through")


@pytest.fixture()
def menu(scene: Scene, _second_number: None) -> Any:
    """Calls the second number and presses a key."""

    def call(key: str, number: str = CHEN) -> Any:
        caller = scene.caller(number)
        caller.dials(SECOND_NUMBER)
        caller.is_answered()
        caller.hears("greeting.heating", within=15)
        caller.presses(key)
        return caller

    return call


def _runs(scene: Scene, contact: Any) -> list[tuple[int, str, str]]:
    rows = scene.stack.of_contact("flow_run", contact)
    return [(run["seq"], run["flow_code"], run["exit_kind"]) for run in rows]


def test_given_a_ready_agent_when_the_menu_calls_then_the_pop_is_there_first_and_they_talk(
    scene: Scene, menu: Any
) -> None:
    desk, phone = scene.agent("1004")
    caller = menu("1")
    phone.rings()
    call = desk.call_is("connecting")
    assert call["profile"]["match_kind"] == "one" and call["trail"], "before the phone is answered"
    assert caller.contact_id == call["contact_id"]
    phone.answers()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    desk.does("hold")
    desk.call_is("held")
    desk.does("resume")
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    contact = scene.ends(caller)
    assert contact["outcome"] == "answered" and contact["talk_ms"] > 0
    assert _runs(scene, contact) == [(1, "put_through", "transfer")]
    talks = scene.stack.of_contact("talk_segment", contact)
    assert [(talk["role"], talk["ended_by"]) for talk in talks] == [("primary", "agent")]
    assert not scene.stack.of_contact("queue_visit", contact)
    assert len(scene.stack.of_contact("recording", contact)) == 1


def test_given_a_talk_from_the_menu_when_the_caller_hangs_up_then_the_agent_wraps_up(
    scene: Scene, menu: Any
) -> None:
    desk, phone = scene.agent("1004")
    caller = menu("1")
    phone.rings()
    phone.answers()
    desk.call_is("talking")
    phone.hears_only(caller)
    caller.hangs_up()
    phone.is_silent()
    desk.shows("wrap_up")
    assert scene.ends(caller)["ended_by"] == "customer"


def test_given_a_talk_from_the_menu_when_it_is_transferred_then_the_colleague_has_the_caller(
    scene: Scene, menu: Any
) -> None:
    other_desk, other = scene.agent("1005")
    other_desk.does("not_ready", reason="rest")
    desk, phone = scene.agent("1004")
    caller = menu("1")
    phone.rings()
    phone.answers()
    desk.call_is("talking")
    phone.hears_only(caller)
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    other.answers()
    caller.hears_only(other)
    other.hears_only(caller)
    other.hangs_up()
    caller.is_over()
    scene.ends(caller)


@pytest.mark.parametrize(("how", "queue"), [("does not answer", "repair"), ("rejects", "billing")])
def test_given_an_agent_who_does_not_take_it_then_the_flow_goes_on_and_finds_a_queue(
    scene: Scene, menu: Any, how: str, queue: str
) -> None:
    desk, phone = scene.agent("1004")
    caller = menu("1")
    phone.rings()
    if how == "rejects":
        phone.rejects()
    caller.hears(f"queue.{queue}", within=20)
    scene.until_told(caller, "queue.joined", queue=queue)
    caller.hears_music()
    if how == "does not answer":
        phone.is_silent()
        desk.shows("not_ready")
    caller.hangs_up()
    contact = scene.ends(caller)
    assert contact["outcome"] in ("abandoned", "short_abandoned")


@pytest.mark.parametrize("why", ["absent", "not ready"])
def test_given_an_agent_who_cannot_be_called_then_the_exit_is_taken_at_once(
    scene: Scene, menu: Any, why: str
) -> None:
    if why == "not ready":
        desk, _phone = scene.agent("1004")
        desk.does("not_ready", reason="rest")
        desk.shows("not_ready")
    caller = menu("1")
    queue = "general" if why == "absent" else "billing"
    caller.hears(f"queue.{queue}", within=6)
    scene.until_told(caller, "queue.joined", queue=queue)
    caller.hangs_up()
    scene.ends(caller)
    told = scene.stack.events(caller.contact_id)
    assert not [one for one in told if one["type"] == "party.called"]


def test_given_a_number_outside_then_they_hear_each_other_and_it_is_told_as_put_through(
    scene: Scene, menu: Any
) -> None:
    outside = scene.outside()
    caller = menu("2")
    outside.answers()
    outside.was_called("+862188880001", shown=SECOND_NUMBER)
    caller.hears_only(outside)
    outside.hears_only(caller)
    scene.until_told(caller, "party.left", result="transferred")
    outside.hangs_up()
    caller.is_over(10)
    contact = scene.ends(caller)
    assert contact["outcome"] == "transferred_out"
    assert _runs(scene, contact) == [(1, "put_through", "transfer")]
    legs = scene.stack.of_contact("call_leg", contact)
    assert sorted(leg["role"] for leg in legs) == ["customer", "outside"]


def test_given_a_caller_who_hangs_up_on_somebody_outside_then_that_line_ends_too(
    scene: Scene, menu: Any
) -> None:
    outside = scene.outside()
    caller = menu("2")
    outside.answers()
    outside.hears_only(caller)
    scene.until_told(caller, "party.left", result="transferred")
    caller.hangs_up()
    outside.is_over()
    assert scene.ends(caller)["outcome"] == "transferred_out"


@pytest.mark.parametrize(("key", "queue"), [("3", "billing"), ("4", "repair")])
def test_given_a_number_outside_that_is_busy_or_silent_then_its_exit_is_taken(
    scene: Scene, menu: Any, key: str, queue: str
) -> None:
    scene.outside()
    caller = menu(key)
    caller.hears(f"queue.{queue}", within=20)
    scene.until_told(caller, "queue.joined", queue=queue)
    caller.hangs_up()
    scene.ends(caller)


def test_given_another_unit_then_its_menu_goes_on_with_the_same_caller(
    scene: Scene, menu: Any
) -> None:
    caller = menu("5")
    caller.hears("greeting.gas", "menu.main_gas", within=40)
    caller.presses("0")
    scene.until_queued(caller, "general")
    caller.hangs_up()
    contact = scene.ends(caller)
    assert _runs(scene, contact) == [(1, "put_through", "transfer"), (2, "gas_main", "queue")]
    told = [one["type"] for one in scene.stack.events(caller.contact_id)]
    assert told.count("contact.identified") == 1, "nobody is asked for twice"


@pytest.mark.parametrize("whom", ["agent", "outside"])
def test_given_a_caller_who_hangs_up_while_it_rings_then_nothing_is_left(
    scene: Scene, menu: Any, whom: str
) -> None:
    if whom == "agent":
        desk, phone = scene.agent("1004")
        caller = menu("1")
        phone.rings()
    else:
        scene.outside()
        caller = menu("4")
        scene.until_told(caller, "party.called", target_kind="outside")
        until(lambda: scene.stack.channels() == 2, 5, what="it rings outside")
    caller.hangs_up()
    if whom == "agent":
        phone.is_silent()
        desk.shows("ready")
    contact = scene.ends(caller)
    assert contact["outcome"] == "ivr_abandoned"


def test_given_a_desk_that_transfers_to_a_menu_then_the_caller_hears_it_and_the_agent_wraps_up(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="flow", value="gas_main")
    phone.is_silent()
    desk.shows("wrap_up")
    caller.hears("greeting.gas", "menu.main_gas", within=40)
    caller.presses("0")
    scene.until_told(caller, "queue.joined", 25, seq=2, queue="general")
    caller.hangs_up()
    contact = scene.ends(caller)
    assert [run[:2] for run in _runs(scene, contact)] == [(1, "straight"), (2, "gas_main")]
    talks = scene.stack.of_contact("talk_segment", contact)
    assert [(talk["transfer_kind"], talk["transfer_target"]) for talk in talks] == [
        ("blind", "flow:gas_main")
    ]


def test_given_no_controller_when_a_caller_was_sent_to_a_menu_then_the_queue_takes_over(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="flow", value="gas_main")
    caller.hears("greeting.gas", within=20)
    scene.stack.kill("controller")
    caller.hears("error.sorry", within=20)
    scene.stack.start_program("controller")
    scene.stack.wait_well()
    scene.until_told(caller, "queue.joined", 25, seq=2, queue="general")
    caller.hangs_up()
    scene.ends(caller)


def test_given_a_controller_that_dies_while_it_rings_then_the_queue_has_the_caller(
    scene: Scene, menu: Any
) -> None:
    desk, phone = scene.agent("1004")
    caller = menu("1")
    phone.rings()
    desk.forget()
    scene.stack.kill("controller")
    scene.stack.start_program("controller")  # at once: the phone must not have rung in vain
    scene.stack.wait_well()
    caller.hears("error.sorry", within=20)
    scene.until_told(caller, "queue.joined", 25, queue="general")
    desk.offered(within=25)  # the menu's own ringing is over: now the queue's
    phone.rings()
    phone.answers()
    phone.hears_caller()
    caller.hangs_up()
    contact = scene.ends(caller)
    assert _runs(scene, contact) == [(1, "put_through", "controller_gone")]


@pytest.mark.parametrize("command", ["consult", "invite", "dial"])
def test_given_a_menu_then_only_a_transfer_leads_there(scene: Scene, command: str) -> None:
    desk = scene.stack.desk("1004")
    assert desk.tries(command, kind="flow", value="gas_main") == 422


def test_given_a_menu_that_does_not_exist_then_the_agent_keeps_the_caller(scene: Scene) -> None:
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="flow", value="moon_main")
    desk.refused("no_such_flow")
    caller.hears_only(phone)
    caller.hangs_up()
    scene.ends(caller)
