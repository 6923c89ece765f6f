"""What a time line is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stop:
    """One thing that happened. `ms` is its length where it has one; `late` marks a failure."""

    at: datetime
    title: str
    detail: str = ""
    ms: int | None = None
    late: bool = False
