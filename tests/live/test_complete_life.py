"""The main job: a citizen calls, hears the bill, reaches an agent who already sees who it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.actors import ears
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"  # one door, three bills in arrears, no outage


def test_a_citizen_hears_the_bill_and_talks_to_an_agent_who_sees_who_it_is(scene: Scene) -> None:
    stack = scene.stack
    desk, phone = scene.agent("1004")
    caller = scene.caller(CHEN)
    bill = _three_bills(scene)

    caller.dials()
    caller.is_answered()
    caller.hears("greeting.water", "menu.main")
    caller.presses("1")
    caller.hears_in_a_row(*bill, within=20)
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
    scene.passes(1)  # a second of talk for the recording to hold
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


def _three_bills(scene: Scene) -> list[str]:
    """Three bills of 123.45 yuan and 27.5 cubic metres each, all overdue, and what is to be heard
    of them: written here word by word, and not composed by the rules that are to be proved."""
    body = {"number": CHEN, "called_number": "96001", "contact_id": "0" * 26}
    profile = scene.stack.internal("/callers/identify", body)
    account = str(profile["premises"][0]["account_no"])
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    bills = scene.stack.rows(
        "select b.id from bill b join account a on a.id = b.account_id where a.account_no = :no"
        " order by b.period_to desc",
        no=account,
    )
    for n, bill in enumerate(bills):
        scene.stack.change(
            "bill", bill["id"], status="open" if n < 3 else "paid",
            amount_fen=12345, usage=Decimal("27.5"), paid_fen=0, late_fee_fen=0,
            due_on=today - timedelta(days=1), period_to=today - timedelta(days=n),
        )  # fmt: skip
    digits = ["num.yao" if digit == "1" else f"num.{digit}" for digit in account[-4:]]
    return [
        "account.ending", *digits, "bill.of_account", f"date.month.{today.month}",
        "bill.usage_water", "num.27", "num.point", "num.5", "unit.cubic_metre",
        "bill.amount", "num.hundred.1", "yuan.23", "money.jiao.4", "money.fen.5",
        "bill.overdue", "bill.arrears", "num.3", "unit.period",
        "bill.arrears_total", "num.hundred.3", "yuan.70", "money.jiao.3", "money.fen.5",
    ]  # fmt: skip


def _view(scene: Scene, agent_no: str) -> dict[str, object]:
    view = scene.stack.agent_view(agent_no)
    assert view is not None
    return view
