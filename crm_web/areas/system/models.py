"""The machine's own book-keeping: handled events, job runs, repairs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_web.columns import Json, Row, UtcDateTime, table_args, utc_now
from crm_web.extensions import Model


class EventInbox(Model):
    """An event that a consumer has handled: the same one again is a no-op. Kept seven days."""

    __tablename__ = "event_inbox"

    event_id: Mapped[str] = mapped_column(CHAR(26), primary_key=True)
    handler: Mapped[str] = mapped_column(String(32), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class JobRun(Row, Model):
    """One run of a worker's job."""

    __tablename__ = "job_run"
    __table_args__ = table_args(Index(None, "name", "started_at"))

    name: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))  # running, done, failed
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ms: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class RepairLog(Row, Model):
    """Something that the program found broken and put right (or could not)."""

    __tablename__ = "repair_log"

    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    node: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128), default="")
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json, nullable=True)
    ok: Mapped[bool] = mapped_column(default=True)
