"""The voice's building blocks: every code that the speech functions may use, with its words.

Whole groups are recorded (二十三, 三百, 十二月) because a number cut into single syllables sounds
like a machine. Inner forms differ from leading ones: 十二 but 一百一十二, 两百 but 一千二百.
"""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"

DAY_PARTS = ("凌晨", "早上", "上午", "中午", "下午", "晚上", "今晚")
DAY_PART_CODES = ("night", "early", "morning", "noon", "afternoon", "evening", "tonight")

MEASURES = {
    "ton": "吨",
    "cubic_metre": "立方米",
    "square_metre": "平方米",
    "gigajoule": "吉焦",
    "cubic": "方",
    "celsius": "摄氏度",
    "household": "户",
    "account": "个户号",
    "minute": "分钟",
    "hour": "个小时",
    "period": "期",
    "position": "位",
}


def under_hundred(number: int) -> str:
    """0..99 as a number that stands alone: 零, 十, 十二, 二十三."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return DIGITS[ones]
    head = "" if tens == 1 else DIGITS[tens]
    return head + "十" + (DIGITS[ones] if ones else "")


def _build() -> dict[str, str]:
    units = {f"num.{n}": under_hundred(n) for n in range(100)}
    units |= {f"num.inner.{n}": "一" + under_hundred(n) for n in range(10, 20)}
    for n in range(1, 10):
        units[f"num.hundred.{n}"] = ("两" if n == 2 else DIGITS[n]) + "百"
        units[f"num.thousand.{n}"] = ("两" if n == 2 else DIGITS[n]) + "千"
    units |= {"num.hundred.inner.2": "二百", "num.thousand.inner.2": "二千"}
    units |= {"num.wan": "万", "num.yi": "亿", "num.point": "点", "num.two": "两"}
    units |= {"num.minus": "负", "num.percent": "百分之", "num.below_zero": "零下", "num.yao": "幺"}
    units |= _yuan(units)
    units |= {f"unit.{code}": words for code, words in MEASURES.items()}
    for n in range(1, 10):
        units[f"money.jiao.{n}"] = DIGITS[n] + "角"
        units[f"money.fen.{n}"] = DIGITS[n] + "分"
    units |= {"money.jiao.two": "两角", "money.fen.two": "两分"}
    units |= {f"date.month.{n}": under_hundred(n) + "月" for n in range(1, 13)}
    units |= {f"date.day.{n}": under_hundred(n) + "日" for n in range(1, 32)}
    units |= {"date.year": "年", "date.today": "今天", "date.tomorrow": "明天"}
    units |= {"date.day_after": "后天", "clock.minute": "分"}
    units |= {f"clock.part.{code}": text for code, text in zip(DAY_PART_CODES, DAY_PARTS)}
    for n in range(0, 13):
        units[f"clock.hour.{n}"] = ("两" if n == 2 else under_hundred(n)) + "点"
    units |= {"place.house": "号", "place.building": "号楼", "place.entrance": "单元"}
    units |= {"place.floor": "楼", "place.room": "室"}
    units["pause"] = "，"
    return units


def _yuan(numbers: dict[str, str]) -> dict[str, str]:
    """元 is always said with the number before it: alone, its soft beginning is misheard."""
    ends = ("num.minus", "num.percent", "num.below_zero", "num.yao", "num.point")
    return {
        f"yuan.{code.removeprefix('num.')}": words + "元"
        for code, words in numbers.items()
        if code not in ends
    }


UNITS: dict[str, str] = _build()
