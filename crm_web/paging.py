"""Bounded lists: numbered pages for short tables, keyset pages for ones that grow for years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, func, or_, select

from crm_web.columns import from_ms, to_ms
from crm_web.extensions import db

T = TypeVar("T")
PER_PAGE = 50
MOST_PAGES = 200  # beyond this nobody reads on; OFFSET would only get slower


@dataclass(frozen=True)
class Page(Generic[T]):
    """One numbered page, for the `pager` macro."""

    items: Sequence[T]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Stretch(Generic[T]):
    """One keyset page; `older` is the cursor of the next one, "" at the end."""

    items: Sequence[T]
    older: str


def page_number(text: str | None) -> int:
    """The page asked for, from 1 to MOST_PAGES; anything else is the first."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 4:
        return 1
    return min(max(int(text), 1), MOST_PAGES)


def paginate(statement: Select[Any], page: int, per_page: int = PER_PAGE) -> Page[Any]:
    """A numbered page of ORM objects; the statement must be ordered."""
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery()))
    pages = min(max(1, -(-(total or 0) // per_page)), MOST_PAGES)
    page = min(page, pages)
    rows = db.session.scalars(statement.limit(per_page).offset((page - 1) * per_page))
    return Page(rows.unique().all(), page, pages, total or 0)


def keyset(
    statement: Select[Any], at: Any, row_id: Any, cursor: str | None, per_page: int = PER_PAGE
) -> Stretch[Any]:
    """Newest first by (at, id). `at` and `row_id` are mapped columns of the selected model.

    A cursor that can't be read begins at the top.
    """
    known = _read_cursor(cursor)
    if known is not None:
        when, number = known
        statement = statement.where(or_(at < when, and_(at == when, row_id < number)))
    statement = statement.order_by(at.desc(), row_id.desc()).limit(per_page + 1)
    rows = db.session.scalars(statement).unique().all()
    shown = rows[:per_page]
    if len(rows) <= per_page:
        return Stretch(shown, "")
    last = shown[-1]
    return Stretch(shown, f"{to_ms(getattr(last, at.key))}-{getattr(last, row_id.key)}")


def _read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    ms, _, number = (cursor or "").partition("-")
    if not (ms.isascii() and ms.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(ms) > 14 or len(number) > 18:
        return None
    try:
        return from_ms(int(ms)), int(number)
    except (ValueError, OverflowError):
        return None
