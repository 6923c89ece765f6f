"""What a bench says: figures beside a floor or a peer, and whether a goal is met."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """One line of the table.

    `ours` and `beside` have the same `unit`; `against` names the floor or peer of `beside`. The
    ratio is ours / beside. `at_least` or `at_most` is the goal for the ratio, where there is one.
    A row with `left_out` could not be measured here and says why.
    """

    name: str
    ours: float = 0.0
    unit: str = ""
    against: str = ""
    beside: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    left_out: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.beside if self.beside else None

    @property
    def met(self) -> bool | None:
        """None where there is no goal or no measurement."""
        if self.ratio is None:
            return None
        if self.at_least is not None:
            return self.ratio >= self.at_least
        return None if self.at_most is None else self.ratio <= self.at_most

    @property
    def goal(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g} x"
        return f"<= {self.at_most:g} x" if self.at_most is not None else ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


HEADINGS = ("what", "ours", "unit", "beside it", "", "ratio", "goal", "met")
_RIGHT = (1, 3, 5)


def table(results: Sequence[Result]) -> str:
    """The lines that a person reads."""
    return grid([HEADINGS, *(_cells(result) for result in results)], _RIGHT)


def grid(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows in columns as wide as their widest cell, a line under the first; `right` columns are
    numbers."""
    widths = [max(map(_width, column)) for column in zip(*rows)]
    lines = []
    for row in rows:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths)):
            space = " " * (width - _width(cell))
            cells.append(space + cell if place in right else cell + space)
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _cells(result: Result) -> tuple[str, ...]:
    if result.left_out:
        return result.name, "-", "", "-", f"left out: {result.left_out}", "-", result.goal, "-"
    return (
        result.name,
        figure(result.ours),
        result.unit,
        figure(result.beside) if result.beside is not None else "",
        result.against,
        f"{result.ratio:.2f}" if result.ratio is not None else "",
        result.goal,
        {True: "yes", False: "NO", None: ""}[result.met],
    )


def figure(value: float) -> str:
    """Three digits that matter, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
