"""The site's days and clock. Times are stored in UTC; days belong to the site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from crm_web.columns import utc_now


def site_zone() -> ZoneInfo:
    """The zone of SITE_TIME_ZONE."""
    zone: ZoneInfo = current_app.extensions["settings"].time_zone
    return zone


def local_date(at: datetime) -> date:
    """The site's day of an aware time."""
    return at.astimezone(site_zone()).date()


def today() -> date:
    """The site's day now."""
    return local_date(utc_now())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """UTC begin (included) and end (excluded) of a site's day."""
    zone = site_zone()
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def show_time(at: datetime | None, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """An aware time on the site's clock; '' for None."""
    return "" if at is None else at.astimezone(site_zone()).strftime(pattern)


def show_yuan(fen: int | None) -> str:
    """分 as 元 with two places and thousands: 12345 → '123.45'; '' for None."""
    if fen is None:
        return ""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def show_duration(ms: int | None) -> str:
    """Milliseconds as 03:26 or 1:03:26; '' for None."""
    if ms is None:
        return ""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def init_app(app: Flask) -> None:
    """Template filters: local_time, yuan, duration."""
    app.jinja_env.filters["local_time"] = show_time
    app.jinja_env.filters["yuan"] = show_yuan
    app.jinja_env.filters["duration"] = show_duration
