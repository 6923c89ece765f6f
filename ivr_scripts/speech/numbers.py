"""Cardinals, decimals and percentages.

两 is said for exactly 2 before a measure word and for a leading 2 before 百 千 万 亿; else 二.
"""

from __future__ import annotations

from decimal import Decimal

from ivr_scripts.speech.parts import Parts

LARGEST = 10**12 - 1


def cardinal(number: int) -> Parts:
    """A whole number up to 999,999,999,999 (ValueError beyond); below zero it starts with 负."""
    if abs(number) > LARGEST:
        raise ValueError(f"too large to be said: {number}")
    if number < 0:
        return ("num.minus", *cardinal(-number))
    if number < 100:
        return (f"num.{number}",)
    said: list[str] = []
    gap = False
    for size, unit in ((10**8, "num.yi"), (10**4, "num.wan"), (1, "")):
        group = number // size % 10**4
        if group == 0:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said.append("num.0")
        said += _group(group, leading=not said, before_unit=bool(unit))
        if unit:
            said.append(unit)
        gap = False
    return tuple(said)


def measured(number: int, unit: str) -> Parts:
    """A whole number and its measure word: 两吨, 十二吨, 两百吨. `unit` is a code, `unit.ton`."""
    return ("num.two" if number == 2 else cardinal(number)[0], *cardinal(number)[1:], unit)


def decimal(value: Decimal, *, unit: str = "") -> Parts:
    """The whole part as a cardinal, 点, then digit by digit; trailing zeros are dropped."""
    if not value.is_finite():
        raise ValueError(f"not a number that can be said: {value}")
    if value < 0:
        return ("num.minus", *decimal(-value, unit=unit))
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return measured(int(whole), unit) if unit else cardinal(int(whole))
    digits = tuple(f"num.{digit}" for digit in fraction)
    return (*cardinal(int(whole)), "num.point", *digits, *((unit,) if unit else ()))


def volume(value: Decimal, unit: str = "unit.cubic_metre") -> Parts:
    """A consumption: 两立方米, 二点五立方米, 零点零五立方米."""
    return decimal(value, unit=unit)


def percent(value: Decimal) -> Parts:
    """百分之十二点五; below zero 负百分之三."""
    if value < 0:
        return ("num.minus", *percent(-value))
    return ("num.percent", *decimal(value))


def temperature(value: Decimal) -> Parts:
    """In degrees Celsius: 二十摄氏度, 零下三摄氏度."""
    if value < 0:
        return ("num.below_zero", *decimal(-value, unit="unit.celsius"))
    return decimal(value, unit="unit.celsius")


def _group(group: int, *, leading: bool, before_unit: bool) -> list[str]:
    """One group of four digits, 1..9999; `leading` when nothing was said before it."""
    said: list[str] = []
    thousands, hundreds, rest = group // 1000, group // 100 % 10, group % 100
    if thousands:
        said.append(_head("thousand", thousands, leading))
    if hundreds:
        said.append(_head("hundred", hundreds, leading and not said))
    elif thousands and rest:
        said.append("num.0")
    if not rest:
        return said
    if hundreds and rest < 10:
        said.append("num.0")
    if group == 2 and leading and before_unit:
        said.append("num.two")
    elif 10 <= rest < 20 and not (leading and group < 100):
        said.append(f"num.inner.{rest}")
    else:
        said.append(f"num.{rest}")
    return said


def _head(size: str, digit: int, leading: bool) -> str:
    if digit == 2 and not leading:
        return f"num.{size}.inner.2"
    return f"num.{size}.{digit}"
