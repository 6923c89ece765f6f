"""The main job: a citizen calls, hears the bill, reaches an agent who already sees who it is."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from esl_controller.domain.callers import BillSummary
from ivr_scripts.speech.bill import bill_parts
from tests.actors import ears
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"  # one door, three bills in arrears, no outage


def test_a_citizen_hears_the_bill_and_talks_to_an_agent_who_sees_who_it_is(scene: Scene) -> None:
    stack = scene.stack
    desk, phone = scene.agent("1004")
    caller = scene.caller(CHEN)

    caller.dials()
    caller.is_answered()
    caller.hears("greeting.water", "menu.main")
    caller.presses("1")
    caller.hears(*_bill_of(scene, caller.contact_id), within=20)
    caller.hears("menu.after_bill", within=40)
    caller.presses("0")
    caller.hears("queue.billing")

    at, pop = desk.offered()
    phone.rings()
    profile = pop["call"]["profile"]
    assert profile["match_kind"] == "one"
    assert [premise["estate"] for premise in profile["premises"]] == ["学府花园"]
    offered = scene.transcript.named("agent-offering")[-1]
    assert at - int(offered["Event-Date-Timestamp"]) / 1e6 < 1.0, "the pop took a second or more"
    assert "学府花园" in desk.pop(caller.contact_id)

    phone.answers()
    desk.shows("on_call")
    phone.hears_caller()
    caller.hears_agent(phone)
    until(lambda: _view(scene, "1004")["contact_id"] == caller.contact_id, 2)
    time.sleep(1)  # a second of talk for the recording to hold
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    desk.does("finish_wrap_up")
    desk.shows("ready")

    contact = stack.contact(caller.contact_id)
    assert contact["outcome"] == "answered" and contact["ended_by"] == "agent"
    assert contact["match_kind"] in ("one", "chosen") and contact["talk_ms"] > 1000
    run = stack.of_contact("flow_run", contact)[0]
    assert run["exit_kind"] in ("goal", "queue") and run["last_node"] == "billing_queue"
    visit = stack.of_contact("queue_visit", contact)[0]
    assert visit["outcome"] == "answered" and visit["wait_ms"] < 60_000
    assert len(stack.of_contact("talk_segment", contact)) == 1
    legs = {leg["role"]: leg for leg in stack.of_contact("call_leg", contact)}
    assert set(legs) == {"customer", "agent"}
    recording = until(
        lambda: [r for r in stack.of_contact("recording", contact) if r["status"] == "complete"],
        10, what="the recording is complete",
    )[0]  # fmt: skip
    left, right = ears.channels(stack.recording(recording["storage_key"]))
    assert ears.tones_in(left[: len(left) * 3 // 4]) == {ears.CALLER}
    assert ears.tones_in(right[: len(right) * 3 // 4]) == {ears.AGENT_1}
    scene.tidy()


def _bill_of(scene: Scene, contact_id: str) -> list[str]:
    """The sounds of this caller's newest bill, as our Mandarin rules compose them."""
    body = {"number": CHEN, "called_number": "96001", "contact_id": contact_id}
    profile = scene.stack.internal("/callers/identify", body)
    account = profile["premises"][0]["account_no"]
    bill = BillSummary.from_json(scene.stack.internal(f"/accounts/{account}/bill"))
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    parts = bill_parts(bill, today, ("bill.usage_water",))
    return [str(part) for part in parts if part != "pause"]


def _view(scene: Scene, agent_no: str) -> dict[str, object]:
    view = scene.stack.agent_view(agent_no)
    assert view is not None
    return view
