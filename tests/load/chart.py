"""Line charts as SVG, without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 220, 36, 36
# Told apart also by people who see few colours (Okabe and Ito), then again with dashes.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
DASHES = ("", "6 3", "2 2")


@dataclass(frozen=True)
class Line:
    """Points are (seconds, value), in order of time."""

    name: str
    points: Sequence[tuple[float, float]]


def lines_chart(title: str, unit: str, lines: Sequence[Line]) -> str:
    """An <svg> with axes from zero, a line for each series and their names."""
    points = [point for line in lines for point in line.points]
    end = max((at for at, _ in points), default=0) or 1
    top = nice_above(max((value for _, value in points), default=0))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(at: float, value: float) -> str:
        return f"{LEFT + wide * at / end:.1f},{TOP + high * (1 - value / top):.1f}"

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f'<text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>',
    ]
    for step in range(5):
        value, y = top * step / 4, TOP + high * (1 - step / 4)
        parts.append(f'<path d="M{LEFT} {y:.1f}h{wide}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    parts.append(f'<text x="{LEFT + wide}" y="{HEIGHT - 10}" text-anchor="end">{end:.0f} s</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}">0, {escape(unit)}</text>')
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        dash = DASHES[number // len(COLOURS) % len(DASHES)]
        style = f'stroke="{colour}" stroke-dasharray="{dash}" stroke-width="1.5"'
        path = " ".join(place(at, value) for at, value in line.points)
        parts.append(f'<polyline points="{path}" fill="none" {style}/>')
        x, y = WIDTH - RIGHT + 16, TOP + 8 + 17 * number
        parts.append(f'<path d="M{x} {y}h22" {style}/>')
        parts.append(f'<text x="{x + 28}" y="{y + 4}">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>"])


def nice_above(value: float) -> float:
    """The least of 1, 2, 4, 8 times a power of ten that is not below `value`; 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
