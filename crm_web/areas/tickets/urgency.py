"""How urgent a ticket is, and by when it must be dispatched and reached. Pure.

Limits are the pledges of the water profile; a site may be faster, never slower. Working-time
limits (U4) are given as plain hours here: they only colour the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _

URGENCIES = ("U1", "U2", "U3", "U4")
NAMES = {"U1": _("特急"), "U2": _("紧急"), "U3": _("一般"), "U4": _("缓办")}

_DISPATCH_MIN = {"U1": 5, "U2": 10, "U3": 30, "U4": 240}
_ACCEPT_MIN = {"U1": 5, "U2": 15, "U3": 60, "U4": 480}
_ARRIVE_MIN = {"U1": 60, "U2": 120, "U3": 24 * 60, "U4": 3 * 24 * 60}
_FINISH_MIN = {"U1": 24 * 60, "U2": 24 * 60, "U3": 48 * 60, "U4": 5 * 24 * 60}
_FOLLOW_UP_MIN = {"U1": 24 * 60, "U2": 24 * 60, "U3": 48 * 60, "U4": 72 * 60}

# Which limit runs in which state, and from which moment of the ticket.
_RUNNING = {
    "open": (_DISPATCH_MIN, "opened_at"),
    "returned": (_DISPATCH_MIN, "changed_at"),
    "dispatched": (_ACCEPT_MIN, "changed_at"),
    "accepted": (_ARRIVE_MIN, "opened_at"),
    "en_route": (_ARRIVE_MIN, "opened_at"),
    "on_site": (_FINISH_MIN, "opened_at"),
    "finished": (_FINISH_MIN, "opened_at"),
    "written_off": (_FOLLOW_UP_MIN, "changed_at"),
}

_RAISED_BY_CARE = {"medical_device", "infant", "hospital", "elderly_alone"}


@dataclass(frozen=True)
class Deadline:
    """The limit that runs now. `share` is the part of it used up, 1.0 = due."""

    due_at: datetime
    share: float

    @property
    def level(self) -> str:
        """'' below 60 %, warn up to the limit, danger after it."""
        return "danger" if self.share >= 1 else "warn" if self.share >= 0.6 else ""


def raised(urgency: str, care_flags: Iterable[str]) -> str:
    """One step more urgent for people who cannot wait (dialysis, infants, alone and old)."""
    place = URGENCIES.index(urgency)
    return URGENCIES[place - 1] if place and _RAISED_BY_CARE & set(care_flags) else urgency


def due_at(state: str, urgency: str, opened_at: datetime, changed_at: datetime) -> datetime | None:
    """When the running limit ends; None in a state without a limit."""
    running = _RUNNING.get(state)
    if running is None:
        return None
    minutes, since = running
    start = opened_at if since == "opened_at" else changed_at
    return start + timedelta(minutes=minutes[urgency])


def deadline(due: datetime | None, started: datetime, now: datetime) -> Deadline | None:
    """How much of the time from `started` to `due` is used at `now`; None without a limit."""
    if due is None:
        return None
    whole = max((due - started).total_seconds(), 1.0)
    return Deadline(due, (now - started).total_seconds() / whole)


def spoken_left(due: datetime, now: datetime) -> str:
    """剩 6 分 / 剩 3 时 48 分 / 超 4 分, as the cards show it."""
    minutes = int(abs((due - now).total_seconds()) // 60)
    late = due <= now
    if minutes < 60:
        return gettext("超 %(m)s 分", m=minutes) if late else gettext("剩 %(m)s 分", m=minutes)
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        if late:
            return gettext("超 %(h)s 时 %(m)s 分", h=hours, m=rest)
        return gettext("剩 %(h)s 时 %(m)s 分", h=hours, m=rest)
    days = minutes // 1440
    return gettext("超 %(d)s 天", d=days) if late else gettext("剩 %(d)s 天", d=days)
