"""Reading the area's form: local times become UTC, lines become places."""

from __future__ import annotations

from datetime import UTC, datetime

from werkzeug.datastructures import MultiDict

from crm_web import localtime
from crm_web.areas.outages.services import OutageInput

Form = MultiDict[str, str]


def text(form: Form, name: str, limit: int = 4000) -> str:
    return (form.get(name) or "").strip()[:limit]


def lines(form: Form, name: str) -> tuple[str, ...]:
    """Non-empty lines; 、 and ; separate too."""
    raw = text(form, name, 20_000)
    for mark in ("、", "；", ";"):
        raw = raw.replace(mark, "\n")
    return tuple(line.strip() for line in raw.splitlines() if line.strip())


def local_time(form: Form, name: str) -> datetime | None:
    """A datetime-local field on the site's clock as UTC; None when empty or unreadable."""
    try:
        at = datetime.fromisoformat(text(form, name, 19))
    except ValueError:
        return None
    zoned = at if at.tzinfo else at.replace(tzinfo=localtime.site_zone())
    try:
        return zoned.astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar
        return None


def outage_input(form: Form) -> OutageInput:
    return OutageInput(
        kind=text(form, "kind", 16),
        cause_kind=text(form, "cause_kind", 16),
        title=text(form, "title"),
        public_text=text(form, "public_text"),
        voice_text=text(form, "voice_text"),
        places=lines(form, "places"),
        except_places=lines(form, "except_places"),
        starts_at=local_time(form, "starts_at"),
        etr_at=local_time(form, "etr_at"),
    )


def ver(form: Form) -> int | None:
    value = text(form, "ver", 18)
    return int(value) if value.isascii() and value.isdigit() else None
