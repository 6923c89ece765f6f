"""Every figure against a case worked out by hand; `docs/metrics.md` has the same formulas."""

from __future__ import annotations

import pytest

from crm_web.areas.reports.formulas import (
    ContactSums,
    OfferSums,
    StateSums,
    TalkSums,
    VisitSums,
    percent,
    seconds,
)

# 20 entered: 12 answered (9 in time), 3 abandoned, 1 short, 1 overflowed, 2 to the menu, 1 lost.
DAY = VisitSums(
    offered=20,
    answered=12,
    answered_in_target=9,
    abandoned=3,
    short_abandoned=1,
    overflowed=1,
    to_menu=2,
    lost=1,
    answered_wait_ms=180_000,
    answered_wait_max_ms=61_000,
    abandoned_wait_ms=90_000,
)


def test_it_leaves_callers_who_did_not_need_us_out_of_the_rates() -> None:
    assert DAY.answer_rate == 12 / 17  # 20 - 1 short - 2 to the menu
    assert DAY.service_level == 9 / 17
    assert DAY.abandon_rate == 3 / 17


def test_it_divides_the_other_rates_by_all_that_entered() -> None:
    assert DAY.raw_answer_rate == 12 / 20
    assert DAY.short_abandon_rate == 1 / 20
    assert DAY.lost_rate == 1 / 20


def test_it_takes_waits_of_answered_and_abandoned_apart() -> None:
    assert DAY.asa_ms == 15_000
    assert DAY.abandon_wait_ms == 30_000


def test_it_adds_sums_before_it_divides() -> None:
    quiet = VisitSums(offered=1, answered=1, answered_in_target=1, answered_wait_max_ms=90_000)
    both = DAY + quiet
    assert both.answer_rate == 13 / 18  # and not the mean of 12/17 and 1/1
    assert both.answered_wait_max_ms == 90_000


def test_it_counts_handling_time_per_segment_and_wrap_up_where_it_is_due() -> None:
    talks = TalkSums(segments=4, wrap_due=3, talk_ms=400_000, hold_ms=40_000, wrap_ms=90_000)
    assert talks.att_ms == 100_000
    assert talks.acw_ms == 30_000
    assert talks.aht_ms == 132_500


def test_it_never_blames_the_agent_for_a_caller_who_left() -> None:
    assert OfferSums(offers=10, missed=2, not_the_agents=5).miss_rate == 2 / 5


def test_it_counts_containment_of_those_in_a_flow() -> None:
    assert ContactSums(calls=12, entered_flow=10, contained=4).containment == 0.4


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (0.0, "0.0%"), (1.0, "100.0%"), (0.8755, "87.6%"), (5e-4, "0.1%")],
)
def test_it_shows_one_decimal_half_up(value: float | None, shown: str) -> None:
    assert percent(value) == shown


def test_it_shows_nothing_divided_by_nothing_as_a_dash() -> None:
    assert percent(VisitSums().answer_rate) == "—"
    assert seconds(TalkSums().att_ms) == "—"
    assert seconds(12_350) == "12.4"


def test_it_rates_transfers_by_first_talks_and_holds_by_talks() -> None:
    talks = TalkSums(segments=5, primary=4, transferred=1, held=2, hold_count=4, hold_ms=40_000)
    assert talks.transfer_rate == 1 / 4
    assert (talks.hold_rate, talks.hold_avg_ms) == (2 / 5, 10_000)
    assert TalkSums().transfer_rate is None


def test_it_leaves_unreachable_time_out_of_occupancy_and_in_the_signed_in_time() -> None:
    states = StateSums(ready=30, offered=5, on_call=20, wrap_up=5, not_ready=20, unreachable=20)
    assert states.occupancy == 30 / 60
    assert states.ready_share == 60 / 100
    assert (states + states).signed_in == 200
