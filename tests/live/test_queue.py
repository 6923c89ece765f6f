"""Waiting and being offered: leaving, no answer, refusing."""

from __future__ import annotations

import pytest

from tests.live.office import Office
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"  # no outage is said first


@pytest.mark.parametrize(("waits_s", "outcome"), [(1, "short_abandoned"), (6, "abandoned")])
def test_given_a_caller_who_waits_when_they_hang_up_then_it_is_an_abandoned_call(
    scene: Scene, waits_s: int, outcome: str
) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    caller.is_answered()
    pressed = scene.clock()
    caller.presses("0")
    scene.until_queued(caller, "general")
    began = scene.clock()
    caller.hears_music()
    scene.passes(waits_s - (scene.clock() - began))
    caller.hangs_up()
    waited_ms, since_key_ms = (1000 * (scene.clock() - place) for place in (began, pressed))
    contact = scene.stack.contact(caller.contact_id)
    visit = scene.stack.of_contact("queue_visit", contact)[0]
    assert (contact["outcome"], visit["outcome"]) == (outcome, outcome)
    assert waited_ms - 500 < visit["wait_ms"] < since_key_ms + 500
    assert contact["wait_ms"] == visit["wait_ms"]
    scene.tidy()


def test_given_a_ringing_phone_when_the_caller_hangs_up_then_it_is_no_miss_of_the_agent(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    phone.rings()
    desk.offered()
    caller.hangs_up()
    phone.is_silent()
    desk.shows("ready")
    contact = scene.stack.contact(caller.contact_id)
    offer = _offers(scene, contact)[0]
    assert offer["result"] == "caller_left"
    assert scene.stack.switch_agents()["1004"]["status"] == "Available"
    scene.tidy()


def test_given_an_agent_who_refuses_when_another_is_free_then_the_other_gets_the_call(
    scene: Scene,
) -> None:
    agents = {number: scene.agent(number) for number in ("1004", "1005")}
    caller = scene.waiting_caller(CHEN)
    first = _who_rings(scene, agents)
    second = "1005" if first == "1004" else "1004"
    agents[first][1].rings()
    agents[first][1].rejects()
    agents[second][1].rings()
    agents[second][1].answers()
    agents[second][0].shows("on_call")
    agents[second][1].hears_caller()
    caller.hears_agent(agents[second][1])
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    results = [offer["result"] for offer in _offers(scene, contact)]
    assert results[-1] == "answered" and set(results[:-1]) <= {"rejected", "busy"}
    scene.tidy()


def test_given_an_agent_who_does_not_answer_then_another_is_asked_and_the_first_is_not_ready(
    scene: Scene,
) -> None:
    agents = {number: scene.agent(number) for number in ("1004", "1005")}
    caller = scene.waiting_caller(CHEN)
    first = _who_rings(scene, agents)
    second = "1005" if first == "1004" else "1004"
    agents[second][1].rings(within=30)
    agents[first][0].shows("not_ready")
    agents[second][1].answers()
    agents[second][1].hears_caller()
    caller.hears_agent(agents[second][1])
    agents[second][1].hangs_up()
    caller.is_over()
    contact = scene.stack.contact(caller.contact_id)
    assert [o["result"] for o in _offers(scene, contact)] == ["no_answer", "answered"]
    assert scene.stack.switch_agents()[first]["status"] == "On Break"
    scene.tidy()


def test_given_a_caller_who_waits_when_a_supervisor_adds_an_agent_then_that_agents_phone_rings(
    scene: Scene,
) -> None:
    board = Office(scene.stack, "2001")
    board.staffs("general", "1004", "")
    try:
        desk, phone = scene.agent("1004")
        caller = scene.waiting_caller(CHEN)
        caller.hears_music()
        assert not scene.transcript.named("agent-offering", CC_Agent="1004@default")
    finally:
        board.staffs("general", "1004", "1")
    phone.rings()
    phone.answers()
    desk.shows("on_call")
    phone.hears_caller()
    caller.hears_agent(phone)
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)


def test_it_never_offers_a_call_to_an_agent_whose_phone_is_gone(scene: Scene) -> None:
    desk, _ = scene.agent("1004")
    scene.phone_vanishes("1004")
    desk.shows("unreachable", within=40)
    caller = scene.waiting_caller(CHEN)
    caller.hears_music()
    assert not scene.transcript.named("agent-offering", CC_Agent="1004@default")
    caller.hangs_up()
    scene.tidy()


def test_given_a_phone_that_is_switched_off_then_its_agent_is_free_again_when_it_is_back(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    phone.says_goodbye()
    desk.shows("unreachable")
    caller = scene.waiting_caller(CHEN)
    assert not scene.transcript.named("agent-offering", CC_Agent="1004@default")
    phone.registers()
    phone.rings(within=15)
    phone.answers()
    phone.hears_caller()
    caller.hangs_up()
    scene.tidy()


def _offers(scene: Scene, contact) -> list:  # type: ignore[no-untyped-def,type-arg]
    sql = (
        "select o.* from agent_offer o join queue_visit v on v.id = o.queue_visit_id "
        "where v.contact_id = :id order by o.id"
    )
    return until(
        lambda: (rows := scene.stack.rows(sql, id=contact["id"]))
        and all(row["ended_at"] for row in rows)
        and rows,
        5,
        what="offers are closed",
    )


def _who_rings(scene: Scene, agents) -> str:  # type: ignore[no-untyped-def]
    def find() -> str:
        return next(
            (number for number, (desk, _) in agents.items() if desk.state == "offered"), ""
        )

    return until(find, 10, what="a desk is offered the call")


def test_given_an_agent_who_refuses_twice_then_they_are_not_ready_and_the_caller_waits_on(
    scene: Scene,
) -> None:
    desk, phone = scene.agent("1004")
    caller = scene.waiting_caller(CHEN)
    for _ in range(2):
        phone.rings()
        phone.rejects()
        phone.is_silent()
    desk.shows("not_ready", within=8)
    assert desk.snapshot()["agent"]["reason"] == "rejected"
    caller.hears_music()
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert [offer["result"] for offer in _offers(scene, contact)] == ["busy", "busy"]
    scene.tidy()


def test_given_after_work_when_another_caller_waits_then_nothing_is_offered_until_it_ends(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    second = scene.waiting_caller(CHEN)
    caller.hangs_up()
    desk.shows("wrap_up")
    scene.passes(3)
    assert len(scene.transcript.named("agent-offering", CC_Agent="1004@default")) == 1
    desk.does("finish_wrap_up")
    phone.rings()
    phone.answers()
    second.hears_only(phone)
    second.hangs_up()
    phone.is_silent()
    scene.tidy()


def test_given_a_caller_who_was_served_before_then_they_are_ahead_of_who_waited_longer(
    scene: Scene,
) -> None:
    desk, phone, caller = scene.talk()
    second = scene.waiting_caller(CHEN)
    scene.passes(2)
    desk.does("transfer", kind="queue", value="general")
    desk.shows("wrap_up")
    scene.until_told(caller, "queue.joined", seq=2)
    desk.does("finish_wrap_up")
    phone.rings()
    phone.answers()
    caller.hears_only(phone)
    second.hears_music()
    phone.hangs_up()
    caller.is_over()
    second.hangs_up()
    scene.tidy()


def test_given_an_agent_who_talks_after_a_transfer_then_no_other_caller_is_offered_to_them(
    scene: Scene,
) -> None:
    other_desk, other = scene.agent("1005")
    other_desk.does("not_ready", reason="rest")
    desk, phone, caller = scene.talk()
    other_desk.does("ready")
    other_desk.shows("ready")
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    other.answers()
    caller.hears_only(other)
    desk.shows("wrap_up")
    second = scene.waiting_caller(CHEN)
    scene.passes(3)
    assert not scene.transcript.named("agent-offering", CC_Agent="1005@default")
    second.hangs_up()
    other.hangs_up()
    caller.is_over()
    scene.tidy()
