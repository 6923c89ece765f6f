"""Messages that callers left for a group or an agent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_web.columns import Public, Row, UtcDateTime, Versioned, fk, table_args
from crm_web.extensions import Model


class Voicemail(Row, Public, Versioned, Model):
    """One message. status: new, claimed, called_back, closed. It is for a queue or an agent."""

    __tablename__ = "voicemail"
    __table_args__ = table_args(Index(None, "left_at", "id"), Index(None, "status", "queue_id"))

    left_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ms: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(16), default="new")
    note: Mapped[str] = mapped_column(Text, default="")
    contact_id: Mapped[int] = fk("contact.id", "CASCADE")
    recording_id: Mapped[int] = fk("recording.id", unique=True, index=False)
    queue_id: Mapped[int | None] = fk("queue.id", "SET NULL")
    agent_id: Mapped[int | None] = fk("agent.id", "SET NULL")
    claimed_by_id: Mapped[int | None] = fk("user.id", "SET NULL")
    ticket_id: Mapped[int | None] = fk("ticket.id", "SET NULL")
