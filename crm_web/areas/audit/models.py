"""Who did what, when, from where. Written in the transaction of the change itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_web.columns import BigId, Json, Row, UtcDateTime, table_args
from crm_web.extensions import Model


class AuditLog(Row, Model):
    """One recorded act. No foreign keys: what it names may be erased, the record stays."""

    __tablename__ = "audit_log"
    __table_args__ = table_args(
        Index(None, "at"),
        Index(None, "user_id", "at"),
        Index(None, "entity_kind", "entity_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))  # user, system, api
    user_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(80), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")
    action: Mapped[str] = mapped_column(String(64))
    entity_kind: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(255), default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(String(26), default="")
