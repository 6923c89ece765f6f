"""The shipped water flow, called by scripted callers: every way through, and every way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from esl_controller.domain.callers import UNKNOWN_CALLER, CallerProfile
from ivr_scripts.flows import shipped_flow
from ivr_scripts.prompts.book import shipped_texts
from ivr_scripts.runner import Runner
from ivr_scripts.speech.parts import Text, text_of
from ivr_scripts.validation import load_flow
from tests.fakes.scripted_leg import (
    BILL,
    MINUTE,
    NOW,
    ONE_PREMISE,
    OUTAGE,
    THREE_PREMISES,
    Book,
    Clock,
    Crm,
    Leg,
    Listener,
)

QUEUES = ("general", "repair", "billing")
FLOW = load_flow(shipped_flow("water_main"), version=7, prompts=shipped_texts(), queues=QUEUES)


@dataclass
class Call:
    leg: Leg
    book: Book
    listener: Listener

    @property
    def ended(self) -> Any:
        (ended,) = self.listener.ended
        return ended

    @property
    def text(self) -> str:
        return text_of(self.book.said, shipped_texts())

    @property
    def path(self) -> list[tuple[str, str]]:
        return [(step.node, step.exit) for step in self.ended.trail]


def call(
    keys: Sequence[str] = (),
    crm: Crm | None = None,
    profile: CallerProfile = ONE_PREMISE,
    **leg_options: Any,
) -> Call:
    leg, book, listener = Leg(keys, **leg_options), Book(), Listener()
    Runner(crm or Crm(profile), book, Clock(), QUEUES).run(leg, FLOW, listener)
    return Call(leg, book, listener)


@pytest.mark.parametrize(("key", "queue"), [("2", "repair"), ("0", "general")])
def test_it_connects_to_the_queue_of_the_key(key: str, queue: str) -> None:
    done = call([key])
    assert done.leg.queue == queue
    assert (done.ended.exit_kind, done.ended.queue) == ("queue", queue)
    assert done.ended.flow_version == 7


def test_it_says_the_bill_naturally() -> None:
    done = call(["1"])
    assert (
        "尾号为三四零幺的户号，十月用水十八吨，费用是一百二十三元四角五分，"
        "请在十二月十五日之前缴纳。" in done.text
    )
    assert done.listener.accounts == [("1002003401", "P1")]
    assert done.ended.goal_code == "bill_heard"


def test_it_says_arrears_and_overdue_and_paid_and_balance() -> None:
    late = replace(BILL, due_on="2026-11-01", arrears_fen=200500, arrears_periods=2)
    text = call(["1"], Crm(ONE_PREMISE, bill=late)).text
    assert "已经超过缴费期限" in text
    assert "您还有以往欠费两期，共计两千零五元" in text
    paid = replace(BILL, paid=True, balance_fen=5000)
    text = call(["1"], Crm(ONE_PREMISE, bill=paid)).text
    assert "已经缴清" in text and "您的账户余额为五十元" in text
    assert "之前缴纳" not in text


@pytest.mark.parametrize(
    "bad",
    [
        {"usage": "many"},
        {"usage": "NaN"},
        {"period": "autumn"},
        {"due_on": ""},
        {"amount_fen": -100},
        {"unit": "桶"},
    ],
)
def test_it_leaves_out_a_field_that_can_not_be_read(bad: dict[str, Any]) -> None:
    done = call(["1"], Crm(ONE_PREMISE, bill=replace(BILL, **bad)))
    assert done.ended.goal_code == "bill_heard"
    assert "负" not in done.text


def test_it_repeats_the_bill_goes_back_and_connects() -> None:
    done = call(["1", "1", "9", "1", "*", "1", "0"])
    assert done.text.count("一百二十三元四角五分") == 4
    assert done.ended.queue == "billing"
    assert [step.exit for step in done.ended.trail if step.node == "bill"] == [
        "back",
        "back",
        "person",
    ]


def test_it_says_goodbye_to_who_stays_silent_after_the_bill() -> None:
    done = call(["1"])
    assert done.leg.commands[-1] == "hang_up"
    assert (done.ended.exit_kind, done.ended.last_node) == ("goal", "goodbye")
    assert done.text.endswith("再见。")


def test_it_lets_a_caller_with_several_premises_choose() -> None:
    done = call(["1", "2"], profile=THREE_PREMISES)
    assert "尾号为三四零幺请按一，尾号为三四零二请按二，尾号为三四零三请按三" in done.text
    assert done.listener.accounts == [("1002003402", "P2")]


@pytest.mark.parametrize("key", ["4", "8", "#", "*"])
def test_it_refuses_a_premise_that_was_not_offered(key: str) -> None:
    done = call(["1", key, "3"], profile=THREE_PREMISES)
    assert "您的按键有误" in done.text
    assert done.listener.accounts == [("1002003403", "P3")]


def test_it_checks_a_keyed_account_number_by_its_last_four() -> None:
    done = call(["1", "1002009876#", "1"], profile=UNKNOWN_CALLER)
    assert "您输入的户号尾号为九八七六确认请按一" in done.text
    assert done.listener.accounts == [("1002009876", "P9")]
    assert done.ended.goal_code == "bill_heard"


def test_it_lets_the_caller_key_the_account_again() -> None:
    done = call(["1", "1002009876", "2", "1002001111", "5", "1"], profile=UNKNOWN_CALLER)
    assert done.listener.accounts == [("1002001111", "P9")]


def test_it_never_says_a_name_or_an_address() -> None:
    for profile in (ONE_PREMISE, THREE_PREMISES, UNKNOWN_CALLER):
        text = call(["1", "1002009876", "1", "1"], profile=profile).text
        assert "和风小区" not in text and "单元" not in text


@pytest.mark.parametrize("keyed", ["9999999999", "123", "*12*", "12#34", "١٢٣٤٥٦"])
def test_it_helps_who_keys_no_such_account_three_times(keyed: str) -> None:
    done = call(["1", keyed, keyed, keyed], profile=UNKNOWN_CALLER)
    assert done.ended.queue == "general"
    assert done.listener.accounts == []


def test_it_goes_back_from_the_account_number_with_star() -> None:
    done = call(["1", "*", "2"], profile=UNKNOWN_CALLER)
    assert done.ended.queue == "repair"


def test_it_masks_the_account_number_in_the_trail() -> None:
    done = call(["1", "1002009876", "1"], profile=UNKNOWN_CALLER)
    keyed = {step.node: step.keyed for step in done.ended.trail}
    assert keyed["account"] == "******9876"
    assert keyed["main_menu"] == "1"


def test_it_connects_to_a_person_after_three_wrong_keys_or_silences() -> None:
    for keys in (["7", "8", "#"], ["", "", ""], ["7", "", "*", "5"]):
        done = call(keys)
        assert done.ended.queue == "general"
        assert ("main_menu", "failed") in done.path


def test_it_bounds_a_caller_who_repeats_for_ever() -> None:
    done = call(["*"] * 50)
    assert done.ended.queue == "general"
    assert call(["1"] * 500).ended.exit_kind in ("goal", "queue")


def test_it_survives_a_flood_of_keys() -> None:
    flood = "1234567890*#ABCD" * 5000
    done = call([flood] * 20, profile=UNKNOWN_CALLER)
    assert done.ended.exit_kind in ("goal", "queue")
    assert all(len(step.keyed) <= 32 for step in done.ended.trail)


def test_it_says_the_outage_first() -> None:
    done = call(["0"], profile=replace(ONE_PREMISE, outages=(OUTAGE,)))
    assert Text("和风路管道爆裂停水", ("outage.no_supply.emergency",)) in done.book.said
    assert "预计恢复时间为今天下午两点三十分" in done.text
    assert done.text.index("和风路") < done.text.index("查询水费请按一")
    assert (done.ended.goal_code, done.ended.exit_kind) == ("outage_heard", "queue")


def test_it_says_when_a_planned_outage_begins() -> None:
    planned = replace(
        OUTAGE,
        cause_kind="planned",
        starts_at=NOW + 23 * 60 * MINUTE,
        etr_at=NOW + 27 * 60 * MINUTE,
    )
    text = call(["0"], profile=replace(ONE_PREMISE, outages=(planned,))).text
    assert "影响为停水。，开始时间为明天上午九点，预计恢复时间为明天下午一点" in text


def test_it_says_the_outage_of_the_area_to_an_unknown_caller() -> None:
    profile = replace(UNKNOWN_CALLER, area_outages=(OUTAGE, replace(OUTAGE, outage_id="O2")))
    assert "近期有以下情况" in call(["0"], profile=profile).text


def test_it_says_the_outage_of_a_keyed_account_once() -> None:
    crm = Crm(UNKNOWN_CALLER, account_outages=(OUTAGE,))
    done = call(["1", "1002009876", "1", "9", "1", "1002009876", "1"], crm)
    assert done.text.count("和风路") == 1


@pytest.mark.parametrize(
    ("etr_at", "said"),
    [
        (None, "恢复时间暂时无法确定"),
        (NOW - MINUTE, "仍在抢修"),
        (NOW + 14 * 60 * MINUTE, "恢复时间为今晚十二点"),
        (NOW + 24 * 60 * MINUTE, "恢复时间为明天上午十点"),
    ],
)
def test_it_says_when_the_repair_is_expected(etr_at: int | None, said: str) -> None:
    outage = replace(OUTAGE, etr_at=etr_at, voice_text="", kind="something_new")
    text = call(["0"], profile=replace(ONE_PREMISE, outages=(outage,))).text
    assert said in text and "因管道故障停水" in text


def test_given_the_crm_is_down_then_the_call_goes_on() -> None:
    done = call(["2"], Crm(down=["identify"]))
    assert done.ended.queue == "repair"
    assert done.listener.profiles == []


def test_given_the_crm_dies_later_then_it_says_so_and_offers_a_person() -> None:
    for down in ("bill", "account"):
        profile = ONE_PREMISE if down == "bill" else UNKNOWN_CALLER
        done = call(["1", "1002009876", "0", "0"], Crm(profile, down=[down]))
        assert "账单查询暂时无法使用" in done.text
    done = call(["1", "9", "2"], Crm(ONE_PREMISE, down=["bill"]))
    assert done.ended.queue == "repair"


def test_given_no_bill_then_it_says_so() -> None:
    done = call(["1", "0"], Crm(ONE_PREMISE, bill=None))
    assert "没有查到这个户号的账单" in done.text
    assert done.ended.queue == "billing"


SCRIPTS = {
    "bill": (["1", "1", "9", "0"], ONE_PREMISE),
    "choose": (["1", "2"], THREE_PREMISES),
    "key": (["1", "bad", "1002009876", "2", "1002009876", "1", "0"], UNKNOWN_CALLER),
    "silent": ([], replace(ONE_PREMISE, outages=(OUTAGE,))),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_given_a_hang_up_at_any_step_then_it_reports_the_end_once(script: str) -> None:
    keys, profile = SCRIPTS[script]
    whole = len(call(keys, profile=profile).leg.commands)
    assert whole > 4
    for at in range(whole):
        done = call(keys, profile=profile, hangs_up_at=at)
        assert len(done.listener.ended) == 1
        assert done.ended.exit_kind == ("goal" if done.ended.goal_code else "hangup")
        assert done.ended.queue is None and done.leg.queue is None
        assert done.listener.steps == list(done.ended.trail)
        assert all(step.ms >= 0 for step in done.ended.trail)


@pytest.mark.parametrize("number", ["", "anonymous", "+8613800138000", "0" * 30, "'\";<b>\n💧"])
def test_it_takes_any_caller_number(number: str) -> None:
    assert call(["0"], profile=UNKNOWN_CALLER, caller_number=number).ended.queue == "general"
