"""Tickets, their kinds and the append-only steps that made them what they are."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_web.columns import Json, Public, Row, Stamped, UtcDateTime, Versioned, fk, table_args
from crm_web.extensions import Model


class TicketKind(Row, Versioned, Model):
    """A kind of case; a tree of three levels, code "repair.leak.main_burst"."""

    __tablename__ = "ticket_kind"

    code: Mapped[str] = mapped_column(String(96), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    kind_class: Mapped[str] = mapped_column(String(32))
    level: Mapped[int]
    form_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    default_urgency: Mapped[str] = mapped_column(String(2), default="U3")  # U1 … U4
    needs_premise: Mapped[bool] = mapped_column(default=True)
    needs_visit: Mapped[bool] = mapped_column(default=False)
    follow_up: Mapped[str] = mapped_column(String(16), default="never")  # always, sample, never
    external_code: Mapped[str] = mapped_column(String(32), default="")
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    parent_id: Mapped[int | None] = fk("ticket_kind.id")

    parent: Mapped[TicketKind | None] = relationship(remote_side="TicketKind.id")


class Ticket(Row, Public, Versioned, Model):
    """A case. The row is the projection of its steps; `ver` guards every change."""

    __tablename__ = "ticket"
    __table_args__ = table_args(
        UniqueConstraint("external_system", "external_no"),
        Index(None, "status", "first_due_at"),
        Index(None, "owner_unit_id", "status", "opened_at"),
        Index(None, "assignee_id", "status"),
        Index(None, "premise_id", "opened_at"),
        Index(None, "customer_id", "opened_at"),
        Index(None, "kind_id", "opened_at"),
        Index(None, "estate_id", "opened_at"),
        Index(None, "opened_at", "id"),
    )

    ticket_no: Mapped[str] = mapped_column(String(32), unique=True)
    kind_class: Mapped[str] = mapped_column(String(32))
    urgency: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(16), default="open")
    title: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(Text, default="")
    address_text: Mapped[str] = mapped_column(String(255), default="")
    lat: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    lng: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    contact_name: Mapped[str] = mapped_column(String(80), default="")
    form: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    source_channel: Mapped[str] = mapped_column(String(16), default="call")
    external_system: Mapped[str | None] = mapped_column(String(16))
    external_no: Mapped[str | None] = mapped_column(String(64))
    is_incident: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dispatched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    written_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breached_count: Mapped[int] = mapped_column(default=0)
    reopen_count: Mapped[int] = mapped_column(default=0)
    reassign_count: Mapped[int] = mapped_column(default=0)
    chase_count: Mapped[int] = mapped_column(default=0)
    close_code: Mapped[str] = mapped_column(String(32), default="")
    result_text: Mapped[str] = mapped_column(Text, default="")
    grade: Mapped[int | None]
    local_date: Mapped[date]  # the site's day of opened_at
    kind_id: Mapped[int] = fk("ticket_kind.id", index=False)
    premise_id: Mapped[int | None] = fk("premise.id", index=False)
    account_id: Mapped[int | None] = fk("account.id", "SET NULL")
    customer_id: Mapped[int | None] = fk("customer.id", "SET NULL", index=False)
    phone_id: Mapped[int | None] = fk("phone.id", "SET NULL")
    source_contact_id: Mapped[int | None] = fk("contact.id", "SET NULL")
    outage_id: Mapped[int | None] = fk("outage.id", "SET NULL")
    estate_id: Mapped[int | None] = fk("estate.id", "SET NULL", index=False)
    taker_id: Mapped[int] = fk("user.id")
    owner_unit_id: Mapped[int] = fk("org_unit.id", index=False)
    assignee_id: Mapped[int | None] = fk("user.id", "SET NULL", index=False)
    parent_id: Mapped[int | None] = fk("ticket.id", "SET NULL")

    kind: Mapped[TicketKind] = relationship()
    steps: Mapped[list[TicketStep]] = relationship(
        back_populates="ticket", order_by="TicketStep.seq"
    )


class TicketStep(Row, Model):
    """One action on a ticket. Append-only; a second writer of the same seq loses."""

    __tablename__ = "ticket_step"
    __table_args__ = table_args(
        UniqueConstraint("ticket_id", "seq"), Index(None, "actor_id", "at")
    )

    ticket_id: Mapped[int] = fk("ticket.id", index=False)
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(String(32))
    from_status: Mapped[str] = mapped_column(String(16), default="")
    to_status: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16), default="user")
    actor_id: Mapped[int | None] = fk("user.id", "SET NULL", index=False)
    unit_id: Mapped[int | None] = fk("org_unit.id", "SET NULL")
    note: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    client_op_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    prev_hash: Mapped[str] = mapped_column(CHAR(64), default="")  # of the step before; chain.FIRST
    hash: Mapped[str] = mapped_column(CHAR(64), default="")  # SHA-256 over prev_hash and content

    ticket: Mapped[Ticket] = relationship(back_populates="steps")


class TicketContact(Stamped, Model):
    """A contact that has to do with a ticket: created, asked, chased, follow_up, attached."""

    __tablename__ = "ticket_contact"

    ticket_id: Mapped[int] = fk("ticket.id", "CASCADE", index=False, primary_key=True)
    contact_id: Mapped[int] = fk("contact.id", "CASCADE", primary_key=True)
    relation: Mapped[str] = mapped_column(String(16), default="attached")
