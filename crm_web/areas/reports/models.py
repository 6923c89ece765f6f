"""Reports that were asked for or made on schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_web.columns import Json, Public, Row, UtcDateTime, fk, table_args
from crm_web.extensions import Model


class ReportRun(Row, Public, Model):
    """One making of a report file. owner_id is None for the schedule's own runs."""

    __tablename__ = "report_run"
    __table_args__ = table_args(Index(None, "owner_id", "created_at"))

    report: Mapped[str] = mapped_column(String(64))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    format: Mapped[str] = mapped_column(String(8), default="xlsx")
    status: Mapped[str] = mapped_column(String(16), default="queued")  # running, done, failed
    reason: Mapped[str] = mapped_column(String(255), default="")  # why it was exported
    rows: Mapped[int | None]
    bytes: Mapped[int | None]
    storage_key: Mapped[str | None] = mapped_column(String(190))
    error: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_id: Mapped[int | None] = fk("user.id", "CASCADE", index=False)
