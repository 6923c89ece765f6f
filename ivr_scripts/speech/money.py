"""Money, from fen: 元 角 分, never 点."""

from __future__ import annotations

from ivr_scripts.speech.numbers import cardinal
from ivr_scripts.speech.parts import Parts


def money(fen: int) -> Parts:
    """一百二十三元四角五分 for 12345; 零 stands for a missing 角 between 元 and 分.

    ValueError below zero: a credit is announced as a balance (余额), never as a negative amount.
    """
    if fen < 0:
        raise ValueError(f"a negative amount is said as a balance: {fen}")
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    said: list = []
    if yuan or not fen:
        said += _with_yuan(yuan)
    if jiao:
        said.append("money.jiao.two" if jiao == 2 and not said else f"money.jiao.{jiao}")
    elif said and rest:
        said.append("num.0")
    if rest:
        said.append("money.fen.two" if rest == 2 and not said else f"money.fen.{rest}")
    return tuple(said)


def _with_yuan(yuan: int) -> Parts:
    """The last group of the number has 元 within its sound: 一百|二十三元."""
    *groups, last = ("num.two",) if yuan == 2 else cardinal(yuan)
    assert isinstance(last, str)
    return (*groups, "yuan." + last.removeprefix("num."))
