"""Telephone and account numbers, dates, times and durations."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_scripts.speech import dates, digits
from ivr_scripts.speech.parts import Text, text_of
from ivr_scripts.speech.units import UNITS

NOW = datetime(2026, 11, 23, 10, 0)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("13812345678", "幺三八，幺二三四，五六七八"),
        ("+8613812345678", "幺三八，幺二三四，五六七八"),
        ("01082345678", "零幺零，八二三四，五六七八"),
        ("07551234567", "零七五五，幺二三，四五六七"),
        ("82345678", "八二三四，五六七八"),
        ("12345", "幺二三四五"),
        ("110", "幺幺零"),
        ("4008123123", "四零零八，幺二三幺，二三"),
    ],
)
def test_it_groups_telephone_numbers(number: str, said: str) -> None:
    assert text_of(digits.telephone(number), UNITS) == said


def test_it_reads_account_numbers_in_fours() -> None:
    assert text_of(digits.account("1002003401"), UNITS) == "幺零零二，零零三四，零幺"
    assert text_of(digits.last_four("1002003421"), UNITS) == "三四二幺"


@given(st.text(max_size=40))
def test_it_never_says_anything_but_digits_of_a_strange_number(text: str) -> None:
    if any(char in "0123456789" for char in text):
        assert set(text_of(digits.account(text), UNITS)) <= set("幺零二三四五六七八九，")
    else:
        with pytest.raises(ValueError):
            digits.account(text)


def test_it_says_places() -> None:
    assert text_of(digits.house(128), UNITS) == "一百二十八号"
    assert text_of(digits.house(1028), UNITS) == "幺零二八号"
    assert text_of(digits.building(12), UNITS) == "十二号楼"
    assert text_of(digits.building(2), UNITS) == "二号楼"
    assert text_of(digits.entrance(2), UNITS) == "二单元"
    assert text_of(digits.room("1201"), UNITS) == "幺二零幺室"
    assert text_of(digits.room("12"), UNITS) == "十二室"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 23), "今天"),
        (date(2026, 11, 24), "明天"),
        (date(2026, 11, 25), "后天"),
        (date(2026, 12, 15), "十二月十五日"),
        (date(2026, 2, 2), "二月二日"),
        (date(2027, 1, 10), "二零二七年一月十日"),
    ],
)
def test_it_says_dates_near_today(day: date, said: str) -> None:
    assert text_of(dates.near_date(day, NOW.date()), UNITS) == said


def test_it_says_a_full_date_without_yao() -> None:
    assert text_of(dates.full_date(date(2026, 2, 22)), UNITS) == "二零二六年二月二十二日"
    assert text_of(dates.full_date(date(2011, 1, 1)), UNITS) == "二零一一年一月一日"
    assert text_of(dates.month(2026, 10, NOW.date()), UNITS) == "十月"
    assert text_of(dates.month(2025, 12, NOW.date()), UNITS) == "二零二五年十二月"


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "零点"),
        (0, 5, "零点零五分"),
        (2, 0, "凌晨两点"),
        (6, 30, "早上六点三十分"),
        (9, 0, "上午九点"),
        (12, 0, "中午十二点"),
        (14, 2, "下午两点零二分"),
        (18, 0, "晚上六点"),
        (22, 22, "晚上十点二十二分"),
        (24, 0, "今晚十二点"),
    ],
)
def test_it_says_the_clock(hour: int, minute: int, said: str) -> None:
    assert text_of(dates.clock(hour, minute), UNITS) == said


@pytest.mark.parametrize(("hour", "minute"), [(24, 1), (-1, 0), (12, 60), (25, 0)])
def test_it_refuses_an_impossible_time(hour: int, minute: int) -> None:
    with pytest.raises(ValueError):
        dates.clock(hour, minute)


def test_it_says_moments() -> None:
    assert text_of(dates.moment(datetime(2026, 11, 23, 14, 30), NOW), UNITS) == (
        "今天下午两点三十分"
    )
    assert text_of(dates.moment(datetime(2026, 11, 24, 0, 0), NOW), UNITS) == "今晚十二点"
    assert text_of(dates.moment(datetime(2026, 11, 24, 0, 30), NOW), UNITS) == "明天零点三十分"


@pytest.mark.parametrize(
    ("minutes", "step", "said"),
    [
        (2, 1, "两分钟"),
        (2, 5, "五分钟"),
        (0, 5, "五分钟"),
        (7, 5, "十分钟"),
        (60, 5, "一个小时"),
        (120, 1, "两个小时"),
        (125, 1, "两个小时零五分钟"),
        (150, 1, "两个小时三十分钟"),
    ],
)
def test_it_says_durations(minutes: int, step: int, said: str) -> None:
    assert text_of(dates.duration(minutes, round_to=step), UNITS) == said


def test_it_gives_the_words_of_free_text() -> None:
    assert text_of((Text("西区停水"), "pause", "date.today"), UNITS) == "西区停水，今天"
