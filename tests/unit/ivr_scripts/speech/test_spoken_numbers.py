"""Numbers are said as a Mandarin speaker says them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_scripts.speech.money import money
from ivr_scripts.speech.numbers import (
    LARGEST,
    cardinal,
    decimal,
    measured,
    percent,
    temperature,
    volume,
)
from ivr_scripts.speech.parts import text_of
from ivr_scripts.speech.units import UNITS

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_SIZES = {"十": 10, "百": 100, "千": 1000}


def number_of(text: str) -> int:
    """What a listener understands: the cardinal's value."""
    total = group = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SIZES:
            group += (digit or 1) * _SIZES[char]
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[char]
            group = digit = 0
    return total + group + digit


def fen_of(text: str) -> int:
    """What a listener understands: the amount in fen."""
    yuan, _, rest = text.rpartition("元")
    jiao, _, fen = rest.rpartition("角")
    last = fen.removesuffix("分")
    return number_of(yuan) * 100 + number_of(jiao) * 10 + number_of(last)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (102, "一百零二"),
        (110, "一百一十"),
        (200, "两百"),
        (222, "两百二十二"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1200, "一千二百"),
        (2005, "两千零五"),
        (2200, "两千二百"),
        (10010, "一万零一十"),
        (12000, "一万二千"),
        (22000, "两万二千"),
        (100500, "十万零五百"),
        (120500, "十二万零五百"),
        (200000, "二十万"),
        (1020000, "一百零二万"),
        (2000000, "两百万"),
        (100000500, "一亿零五百"),
        (2000200020, "二十亿零二十万零二十"),
        (-3, "负三"),
    ],
)
def test_it_says_cardinals(number: int, said: str) -> None:
    assert text_of(cardinal(number), UNITS) == said


@given(st.integers(0, LARGEST))
def test_it_says_a_number_that_a_listener_understands(number: int) -> None:
    assert number_of(text_of(cardinal(number), UNITS)) == number


@given(st.integers(0, LARGEST))
def test_it_never_doubles_a_zero_or_ends_with_one(number: int) -> None:
    said = text_of(cardinal(number), UNITS)
    assert "零零" not in said
    assert number == 0 or not said.endswith("零")


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (2, "ton", "两吨"),
        (2, "household", "两户"),
        (12, "ton", "十二吨"),
        (22, "minute", "二十二分钟"),
        (2, "hour", "两个小时"),
        (200, "cubic_metre", "两百立方米"),
    ],
)
def test_it_says_two_before_a_measure_word(number: int, unit: str, said: str) -> None:
    assert text_of(measured(number, f"unit.{unit}"), UNITS) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2", "两立方米"),
        ("2.5", "二点五立方米"),
        ("0.05", "零点零五立方米"),
        ("2.50", "二点五立方米"),
        ("2.0", "两立方米"),
        ("1E+1", "十立方米"),
        ("0", "零立方米"),
        ("-1.5", "负一点五立方米"),
    ],
)
def test_it_says_volumes(value: str, said: str) -> None:
    assert text_of(volume(Decimal(value)), UNITS) == said


def test_it_says_temperatures_and_percentages() -> None:
    assert text_of(temperature(Decimal("-3")), UNITS) == "零下三摄氏度"
    assert text_of(temperature(Decimal("18.5")), UNITS) == "十八点五摄氏度"
    assert text_of(percent(Decimal("12.5")), UNITS) == "百分之十二点五"
    assert text_of(percent(Decimal("-3")), UNITS) == "负百分之三"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "sNaN"])
def test_it_refuses_what_is_no_number(value: str) -> None:
    with pytest.raises(ValueError):
        decimal(Decimal(value))


def test_it_refuses_a_number_without_words() -> None:
    with pytest.raises(ValueError):
        cardinal(LARGEST + 1)


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元"),
        (5, "五分"),
        (2, "两分"),
        (20, "两角"),
        (22, "两角二分"),
        (105, "一元零五分"),
        (200, "两元"),
        (202, "两元零二分"),
        (220, "两元二角"),
        (1050, "十元五角"),
        (12345, "一百二十三元四角五分"),
        (12805, "一百二十八元零五分"),
        (12850, "一百二十八元五角"),
        (200500, "两千零五元"),
        (1000001, "一万元零一分"),
    ],
)
def test_it_says_money(fen: int, said: str) -> None:
    assert text_of(money(fen), UNITS) == said


@given(st.integers(0, 10**13))
def test_it_says_an_amount_that_a_listener_understands(fen: int) -> None:
    said = text_of(money(fen), UNITS)
    assert fen_of(said) == fen
    assert "点" not in said


def test_it_does_not_say_a_negative_amount() -> None:
    with pytest.raises(ValueError):
        money(-1)
