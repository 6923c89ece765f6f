"""What each figure is, as arithmetic on sums; `docs/metrics.md` is the same in words.

A report reads sums per bucket from the database (`metrics.py`) and adds buckets up; only the
total is divided. So a day's ratio is never a mean of ratios, and a report can be rolled up at
will. Times are milliseconds until a page shows them. A ratio whose denominator is 0 is None
("—" on pages).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

SERVICE_LEVEL_FORMULA = "A"  # ANS≤T / (OFF − SAB − CBR − MNU); printed on every report

_Sums = TypeVar("_Sums", "VisitSums", "TalkSums", "ContactSums", "OfferSums", "StateSums")


@dataclass(frozen=True)
class VisitSums:
    """Ended queue visits by outcome (§ base sets of docs/metrics.md), and their waits in ms."""

    offered: int = 0
    answered: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    overflowed: int = 0
    to_menu: int = 0
    to_voicemail: int = 0
    callback_requested: int = 0
    moved: int = 0
    closed_by_system: int = 0
    lost: int = 0
    answered_wait_ms: int = 0
    answered_wait_max_ms: int = 0
    abandoned_wait_ms: int = 0

    def __add__(self, other: VisitSums) -> VisitSums:
        return _add(self, other, largest=("answered_wait_max_ms",))

    @property
    def _asked_for_us(self) -> int:
        # Callers that left at once, asked for a call back or chose the menu did not need us now.
        return self.offered - self.short_abandoned - self.callback_requested - self.to_menu

    @property
    def answer_rate(self) -> float | None:
        """M04 接通率."""
        return ratio(self.answered, self._asked_for_us)

    @property
    def raw_answer_rate(self) -> float | None:
        """M04, raw variant: of all that entered the queue."""
        return ratio(self.answered, self.offered)

    @property
    def service_level(self) -> float | None:
        """M05 formula A: answered within the queue's target, ring time included."""
        return ratio(self.answered_in_target, self._asked_for_us)

    @property
    def abandon_rate(self) -> float | None:
        """M06 放弃率."""
        return ratio(self.abandoned, self._asked_for_us)

    @property
    def short_abandon_rate(self) -> float | None:
        """M07: of all that entered."""
        return ratio(self.short_abandoned, self.offered)

    @property
    def abandon_wait_ms(self) -> float | None:
        """M08 放弃前等待: mean wait of abandoned callers."""
        return ratio(self.abandoned_wait_ms, self.abandoned)

    @property
    def asa_ms(self) -> float | None:
        """M09 平均应答速度: mean wait of answered callers; abandons are not in it."""
        return ratio(self.answered_wait_ms, self.answered)

    @property
    def lost_rate(self) -> float | None:
        """M13: visits that ended because something of ours broke or closed."""
        return ratio(self.lost + self.closed_by_system, self.offered)


@dataclass(frozen=True)
class TalkSums:
    """Talk segments of agents who had the customer, and their times in ms.

    `wrap_due` counts the roles that owe a wrap-up; wrap_ms is theirs. Who was consulted or joined
    a conference helped during minutes that are counted already: `assists`, with assist_ms.
    """

    segments: int = 0
    wrap_due: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_ms: int = 0
    primary: int = 0
    transferred: int = 0
    held: int = 0
    hold_count: int = 0
    assists: int = 0
    assist_ms: int = 0

    def __add__(self, other: TalkSums) -> TalkSums:
        return _add(self, other)

    @property
    def att_ms(self) -> float | None:
        """M24 平均通话时长: hold excluded."""
        return ratio(self.talk_ms, self.segments)

    @property
    def acw_ms(self) -> float | None:
        """M25 平均话后时长: wraps of 0 s count too."""
        return ratio(self.wrap_ms, self.wrap_due)

    @property
    def aht_ms(self) -> float | None:
        """M26 平均处理时长, per segment (the agent's view)."""
        return ratio(self.talk_ms + self.hold_ms + self.wrap_ms, self.segments)

    @property
    def transfer_rate(self) -> float | None:
        """M21 转接率: first talks that were handed on; a consultation alone is no transfer."""
        return ratio(self.transferred, self.primary)

    @property
    def hold_rate(self) -> float | None:
        """M23: talks with at least one hold."""
        return ratio(self.held, self.segments)

    @property
    def hold_avg_ms(self) -> float | None:
        """M23: mean length of a hold."""
        return ratio(self.hold_ms, self.hold_count)


@dataclass(frozen=True)
class StateSums:
    """An agent's signed-in time by state, in ms."""

    ready: int = 0
    offered: int = 0
    on_call: int = 0
    wrap_up: int = 0
    not_ready: int = 0
    unreachable: int = 0

    def __add__(self, other: StateSums) -> StateSums:
        return _add(self, other)

    @property
    def _busy(self) -> int:
        return self.offered + self.on_call + self.wrap_up

    @property
    def signed_in(self) -> int:
        """All states but signed out."""
        return self._busy + self.ready + self.not_ready + self.unreachable

    @property
    def occupancy(self) -> float | None:
        """M28 占用率: time in which nobody can be reached is in neither part."""
        return ratio(self._busy, self._busy + self.ready)

    @property
    def ready_share(self) -> float | None:
        """M30 在岗率."""
        return ratio(self._busy + self.ready, self.signed_in)


@dataclass(frozen=True)
class ContactSums:
    """Inbound calls (M01) and what became of those that entered a flow (M17)."""

    calls: int = 0
    entered_flow: int = 0
    contained: int = 0

    def __add__(self, other: ContactSums) -> ContactSums:
        return _add(self, other)

    @property
    def containment(self) -> float | None:
        """M17 自助解决率: reached a goal and never asked for a person, of those in a flow."""
        return ratio(self.contained, self.entered_flow)


@dataclass(frozen=True)
class OfferSums:
    """Offers to an agent that have ended; `not_the_agents` are those the caller or we ended."""

    offers: int = 0
    missed: int = 0
    not_the_agents: int = 0

    def __add__(self, other: OfferSums) -> OfferSums:
        return _add(self, other)

    @property
    def miss_rate(self) -> float | None:
        """M27 坐席无应答率: a caller who left while it rang is never the agent's miss."""
        return ratio(self.missed, self.offers - self.not_the_agents)


def ratio(part: int, whole: int) -> float | None:
    """part / whole, None when there is nothing to divide by."""
    return part / whole if whole else None


def percent(value: float | None) -> str:
    """One decimal, half up: 0.8755 → "87.6%"; None → "—"."""
    return "—" if value is None else f"{_half_up(value * 100)}%"


def seconds(value_ms: float | None) -> str:
    """Milliseconds as seconds with one decimal, half up: 12345 → "12.3"; None → "—"."""
    return "—" if value_ms is None else _half_up(value_ms / 1000)


def _half_up(value: float) -> str:
    # Through str(), not the binary value: 0.05 must round up although it is stored just below.
    return str(Decimal(str(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _add(one: _Sums, other: _Sums, largest: tuple[str, ...] = ()) -> _Sums:
    values: dict[str, Any] = {}
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        values[field.name] = max(a, b) if field.name in largest else a + b
    return type(one)(**values)
