"""Limits by urgency and how the cards tell them."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_web.areas.tickets import urgency as u

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def minutes(n):
    return timedelta(minutes=n)


@pytest.mark.parametrize(
    "state, urgency, after",
    [("open", "U1", 5), ("open", "U2", 10), ("dispatched", "U2", 15), ("on_site", "U3", 48 * 60)],
)
def test_the_limit_follows_state_and_urgency(state, urgency, after):
    assert u.due_at(state, urgency, NOON, NOON) == NOON + minutes(after)


def test_a_closed_ticket_has_no_limit():
    assert u.due_at("closed", "U1", NOON, NOON) is None
    assert u.deadline(None, NOON, NOON) is None


def test_arrival_counts_from_the_report_and_acceptance_from_the_dispatch():
    later = NOON + minutes(30)
    assert u.due_at("accepted", "U2", NOON, later) == NOON + minutes(120)
    assert u.due_at("dispatched", "U2", NOON, later) == later + minutes(15)


@pytest.mark.parametrize("used, level", [(0, ""), (5, ""), (6, "warn"), (10, "danger")])
def test_it_warns_from_sixty_per_cent(used, level):
    limit = u.deadline(NOON + minutes(10), NOON, NOON + minutes(used))
    assert limit is not None and limit.level == level


@pytest.mark.parametrize(
    "left, words",
    [
        (6, "剩 6 分"),
        (-4, "超 4 分"),
        (228, "剩 3 时 48 分"),
        (-125, "超 2 时 5 分"),
        (4 * 1440, "剩 4 天"),
        (-3 * 1440, "超 3 天"),
    ],
)
def test_it_tells_the_time_left_in_words(left, words):
    assert u.spoken_left(NOON + minutes(left), NOON) == words


@pytest.mark.parametrize(
    "before, flags, after",
    [
        ("U3", [], "U3"),
        ("U3", ["medical_device"], "U2"),
        ("U1", ["infant"], "U1"),
        ("U3", ["key_user"], "U3"),
    ],
)
def test_people_who_cannot_wait_are_served_one_step_sooner(before, flags, after):
    assert u.raised(before, flags) == after
