from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crm_web import localtime


def test_it_files_the_last_hours_of_utc_under_the_next_day(app):
    with app.app_context():
        assert localtime.local_date(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
        begin, end = localtime.day_bounds(date(2026, 11, 23))
    assert begin == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert (end - begin).total_seconds() == 86400


def test_it_knows_that_china_once_had_summer_time(app):
    with app.app_context():
        begin, end = localtime.day_bounds(date(1988, 4, 17))  # the clocks went forward that night
    assert (end - begin).total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "0.00"), (5, "0.05"), (12345, "123.45"), (-12345, "-123.45"), (100000000, "1,000,000.00")],
)
def test_it_shows_money(fen, shown):
    assert localtime.show_yuan(fen) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(None, ""), (0, "00:00"), (206_999, "03:26"), (3_806_000, "1:03:26")],
)
def test_it_shows_durations(ms, shown):
    assert localtime.show_duration(ms) == shown
