"""When an outage is told to callers and which buttons fit."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_web.areas.outages import rules

NOW = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)


def hours(n):
    return timedelta(hours=n)


@pytest.mark.parametrize(
    "status, start, restored, active",
    [
        ("ongoing", None, None, True),
        ("published", NOW + hours(23), None, True),
        ("published", NOW + hours(25), None, False),
        ("published", NOW - hours(1), None, True),
        ("published", None, None, False),
        ("restored", NOW - hours(5), NOW - hours(1), True),
        ("restored", NOW - hours(5), NOW - hours(2), False),
        ("draft", NOW, None, False),
        ("cancelled", NOW, None, False),
    ],
)
def test_it_is_active_from_a_day_before_until_two_hours_after(status, start, restored, active):
    assert rules.is_active(status, start, restored, NOW) is active


def test_an_emergency_needs_no_approval_before_it_is_told():
    assert "publish" in rules.allowed_steps("draft", "emergency")
    assert "submit" not in rules.allowed_steps("draft", "emergency")


def test_a_planned_outage_cannot_skip_its_approval():
    assert rules.allowed_steps("draft", "planned") == ("submit", "discard")
    assert "approve" in rules.allowed_steps("review", "planned")


@pytest.mark.parametrize("status", ["restored", "closed", "cancelled", "discarded"])
def test_nothing_may_be_done_with_what_is_over(status):
    assert rules.allowed_steps(status, "planned") == ()


def test_each_status_of_a_step_has_a_name():
    for states, after in rules.STEPS.values():
        assert set(states) <= set(rules.STATUSES)
        assert after is None or after in rules.STATUSES
