"""Dates, clock times and durations."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ivr_scripts.speech.numbers import cardinal, measured
from ivr_scripts.speech.parts import Parts

_NEAR = ("date.today", "date.tomorrow", "date.day_after")
_PARTS_OF_DAY = ((6, "night"), (9, "early"), (12, "morning"), (13, "noon"), (18, "afternoon"))


def full_date(day: date) -> Parts:
    """二零二六年二月二十二日: the year digit by digit, never with 幺."""
    year = tuple(f"num.{digit}" for digit in str(day.year))
    return (*year, "date.year", *month_and_day(day))


def month_and_day(day: date) -> Parts:
    """二月二十二日."""
    return (f"date.month.{day.month}", f"date.day.{day.day}")


def month(year: int, number: int, today: date) -> Parts:
    """A billing month: 十月, with its year when that is not today's."""
    said: Parts = (f"date.month.{number}",)
    if year == today.year:
        return said
    return (*(f"num.{digit}" for digit in str(year)), "date.year", *said)


def near_date(day: date, today: date) -> Parts:
    """今天, 明天, 后天; else month and day, with the year when it is not today's."""
    away = (day - today).days
    if 0 <= away < len(_NEAR):
        return (_NEAR[away],)
    return month_and_day(day) if day.year == today.year else full_date(day)


def clock(hour: int, minute: int) -> Parts:
    """下午两点零二分, 凌晨两点, 零点; hour 24 is the end of the day: 今晚十二点."""
    if not (0 <= hour < 24 and 0 <= minute < 60 or (hour, minute) == (24, 0)):
        raise ValueError(f"not a time of day: {hour}:{minute}")
    if hour == 24:
        return ("clock.part.tonight", "clock.hour.12")
    if hour == 0:
        spoken: Parts = ("clock.hour.0",)
    else:
        part = next((name for end, name in _PARTS_OF_DAY if hour < end), "evening")
        spoken = (f"clock.part.{part}", f"clock.hour.{hour if hour <= 12 else hour - 12}")
    if not minute:
        return spoken
    zero: Parts = ("num.0",) if minute < 10 else ()
    return (*spoken, *zero, f"num.{minute}", "clock.minute")


def moment(at: datetime, now: datetime) -> Parts:
    """A date and time near `now`: 今天下午两点零二分. The coming midnight is 今晚十二点."""
    if at.date() == now.date() + timedelta(days=1) and (at.hour, at.minute) == (0, 0):
        return clock(24, 0)
    return (*near_date(at.date(), now.date()), *clock(at.hour, at.minute))


def duration(minutes: int, *, round_to: int = 1) -> Parts:
    """两个小时, 二十分钟, 一个小时零五分钟; rounded up to a multiple of `round_to` minutes.

    Announced waits use `round_to=5`: a caller who was told 五分钟 must not wait seven.
    """
    if minutes < 0:
        raise ValueError(f"a duration is not negative: {minutes}")
    minutes = max(-(-minutes // round_to), 1) * round_to
    hours, rest = divmod(minutes, 60)
    if not hours:
        return measured(rest, "unit.minute")
    said = measured(hours, "unit.hour")
    if not rest:
        return said
    if rest < 10:
        return (*said, "num.0", *cardinal(rest), "unit.minute")
    return (*said, *measured(rest, "unit.minute"))
