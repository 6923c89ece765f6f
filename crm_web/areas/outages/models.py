"""Outages, what they reach and what was said about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_web.columns import Json, Public, Row, UtcDateTime, Versioned, fk, table_args
from crm_web.extensions import Model


class Outage(Row, Public, Versioned, Model):
    """An interruption or loss of quality; planned or emergency.

    status: draft, review, published, ongoing, restored, closed, cancelled, discarded.
    """

    __tablename__ = "outage"
    __table_args__ = table_args(Index(None, "status", "planned_start_at"))

    outage_no: Mapped[str] = mapped_column(String(32), unique=True)
    # no_supply, low_pressure, no_heat, no_gas, water_quality
    kind: Mapped[str] = mapped_column(String(16))
    cause_kind: Mapped[str] = mapped_column(String(16))  # planned, emergency
    title: Mapped[str] = mapped_column(String(120))
    public_text: Mapped[str] = mapped_column(Text, default="")
    voice_text: Mapped[str] = mapped_column(Text, default="")
    planned_start_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planned_end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    actual_start_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    etr_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    etr_revision: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    affected_count: Mapped[int] = mapped_column(default=0)
    external_ref: Mapped[str] = mapped_column(String(64), default="")
    owner_unit_id: Mapped[int] = fk("org_unit.id")
    approved_by_id: Mapped[int | None] = fk("user.id", "SET NULL")

    scopes: Mapped[list[OutageScope]] = relationship(
        back_populates="outage", cascade="all, delete-orphan"
    )
    updates: Mapped[list[OutageUpdate]] = relationship(
        back_populates="outage", cascade="all, delete-orphan", order_by="OutageUpdate.seq"
    )


class OutageScope(Row, Model):
    """A place that the outage reaches, or (excluded) does not.

    scope_kind: district, estate, building, building_unit, premise; scope_id is that row's id.
    """

    __tablename__ = "outage_scope"
    __table_args__ = table_args(
        UniqueConstraint("outage_id", "scope_kind", "scope_id"),
        Index(None, "scope_kind", "scope_id", "outage_id"),
    )

    outage_id: Mapped[int] = fk("outage.id", "CASCADE", index=False)
    scope_kind: Mapped[str] = mapped_column(String(32))
    scope_id: Mapped[int]
    excluded: Mapped[bool] = mapped_column(default=False)

    outage: Mapped[Outage] = relationship(back_populates="scopes")


class OutageUpdate(Row, Model):
    """One thing said after publishing: published, etr, scope, text, restored, cancelled."""

    __tablename__ = "outage_update"
    __table_args__ = table_args(UniqueConstraint("outage_id", "seq"))

    outage_id: Mapped[int] = fk("outage.id", "CASCADE", index=False)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)

    outage: Mapped[Outage] = relationship(back_populates="updates")
