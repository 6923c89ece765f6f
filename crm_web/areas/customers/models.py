"""Places supplied, the people behind them, their telephone numbers, accounts and bills."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_web.columns import (
    Fen,
    Json,
    Public,
    Row,
    UtcDateTime,
    Versioned,
    Volume,
    fk,
    table_args,
)
from crm_web.extensions import Model

Coordinate = Numeric(9, 6)


class District(Row, Model):
    """Administrative area: city, district or street, by level."""

    __tablename__ = "district"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[int]
    parent_id: Mapped[int | None] = fk("district.id")


class Estate(Row, Public, Versioned, Model):
    """A named place that holds buildings: estate, street, lane, village, industrial park."""

    __tablename__ = "estate"
    __table_args__ = table_args(UniqueConstraint("district_id", "name_norm"))

    name: Mapped[str] = mapped_column(String(120))
    name_norm: Mapped[str] = mapped_column(String(120), default="")
    pinyin: Mapped[str] = mapped_column(String(190), index=True, default="")
    kind: Mapped[str] = mapped_column(String(16), default="estate")
    lat: Mapped[Decimal | None] = mapped_column(Coordinate)
    lng: Mapped[Decimal | None] = mapped_column(Coordinate)
    district_id: Mapped[int] = fk("district.id", index=False)
    service_unit_id: Mapped[int | None] = fk("org_unit.id", "SET NULL")

    district: Mapped[District] = relationship()


class EstateAlias(Row, Model):
    """Another name of an estate; typed names are resolved here, they never make a key."""

    __tablename__ = "estate_alias"
    __table_args__ = table_args(UniqueConstraint("alias_norm", "estate_id"))

    estate_id: Mapped[int] = fk("estate.id", "CASCADE")
    alias: Mapped[str] = mapped_column(String(120))
    alias_norm: Mapped[str] = mapped_column(String(120))


class Building(Row, Model):
    """A building of an estate."""

    __tablename__ = "building"
    __table_args__ = table_args(
        UniqueConstraint("estate_id", "building_norm"), Index(None, "lat", "lng")
    )

    estate_id: Mapped[int] = fk("estate.id", index=False)
    building_norm: Mapped[str] = mapped_column(String(32), default="")
    label: Mapped[str] = mapped_column(String(64), default="")
    floors: Mapped[int | None]
    lat: Mapped[Decimal | None] = mapped_column(Coordinate)
    lng: Mapped[Decimal | None] = mapped_column(Coordinate)

    estate: Mapped[Estate] = relationship()


class BuildingUnit(Row, Model):
    """A riser of a building ('' where it has none): what a valve cuts off."""

    __tablename__ = "building_unit"
    __table_args__ = table_args(UniqueConstraint("building_id", "unit_norm"))

    building_id: Mapped[int] = fk("building.id", index=False)
    unit_norm: Mapped[str] = mapped_column(String(32), default="")
    label: Mapped[str] = mapped_column(String(64), default="")

    building: Mapped[Building] = relationship()


class Premise(Row, Public, Versioned, Model):
    """A supplied place: estate + building + unit + door, made one by its normalised key."""

    __tablename__ = "premise"
    __table_args__ = table_args(
        UniqueConstraint("building_unit_id", "door_norm"),
        UniqueConstraint("source", "external_ref"),
    )

    premise_key: Mapped[str] = mapped_column(String(64), unique=True)
    building_unit_id: Mapped[int] = fk("building_unit.id", index=False)
    door_norm: Mapped[str] = mapped_column(String(32), default="")
    address_label: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16), default="home")  # home, shop, office, public
    area_m2: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    status: Mapped[str] = mapped_column(String(16), default="active")  # active, merged, gone
    source: Mapped[str] = mapped_column(String(32), default="local")
    external_ref: Mapped[str | None] = mapped_column(String(64))
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    open_ticket_count: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = fk("premise.id")

    building_unit: Mapped[BuildingUnit] = relationship()
    accounts: Mapped[list[Account]] = relationship(back_populates="premise")
    people: Mapped[list[PremiseCustomer]] = relationship(back_populates="premise")


class Customer(Row, Public, Versioned, Model):
    """A person or organisation that we deal with."""

    __tablename__ = "customer"
    __table_args__ = table_args(Index(None, "class_code", "vip_level"))

    kind: Mapped[str] = mapped_column(String(16), default="person")  # person, organisation
    name: Mapped[str] = mapped_column(String(120))
    name_norm: Mapped[str] = mapped_column(String(120), index=True, default="")
    name_pinyin: Mapped[str] = mapped_column(String(190), index=True, default="")
    gender: Mapped[str] = mapped_column(String(8), default="")
    class_code: Mapped[str] = mapped_column(String(32), default="residential")
    vip_level: Mapped[int] = mapped_column(default=0)
    care_flags: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16), default="active")
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into_id: Mapped[int | None] = fk("customer.id")

    premises: Mapped[list[PremiseCustomer]] = relationship(back_populates="customer")


class Phone(Row, Model):
    """A telephone number, once. Who it belongs to is said by its links."""

    __tablename__ = "phone"

    e164: Mapped[str] = mapped_column(String(20), unique=True)
    last4: Mapped[str] = mapped_column(String(4), index=True)
    tail8: Mapped[str] = mapped_column(String(8), index=True)
    # mobile, landline, short, foreign, none
    kind: Mapped[str] = mapped_column(String(16), default="mobile")
    is_broker: Mapped[bool] = mapped_column(default=False)
    bad_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    links: Mapped[list[PhoneLink]] = relationship(back_populates="phone")


class PhoneLink(Row, Model):
    """A number belongs to a customer, a premise or both; link_key 'p1:c2:m0' makes it one row."""

    __tablename__ = "phone_link"
    __table_args__ = table_args(
        CheckConstraint("customer_id IS NOT NULL OR premise_id IS NOT NULL", name="has_owner"),
        Index(None, "phone_id", "ended_at"),
    )

    link_key: Mapped[str] = mapped_column(String(64), unique=True)
    phone_id: Mapped[int] = fk("phone.id", "CASCADE", index=False)
    customer_id: Mapped[int | None] = fk("customer.id", "CASCADE")
    premise_id: Mapped[int | None] = fk("premise.id", "CASCADE")
    relation: Mapped[str] = mapped_column(String(16), default="occupant")
    confidence: Mapped[str] = mapped_column(String(16), default="likely")
    source: Mapped[str] = mapped_column(String(16), default="desk")
    is_primary: Mapped[bool] = mapped_column(default=False)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    phone: Mapped[Phone] = relationship(back_populates="links")
    customer: Mapped[Customer | None] = relationship()
    premise: Mapped[Premise | None] = relationship()


class PremiseCustomer(Row, Model):
    """What a customer is to a premise: owner, tenant, occupant, payer, property_manager."""

    __tablename__ = "premise_customer"
    __table_args__ = table_args(
        UniqueConstraint("premise_id", "customer_id", "relation", "from_on")
    )

    premise_id: Mapped[int] = fk("premise.id", index=False)
    customer_id: Mapped[int] = fk("customer.id", "CASCADE")
    relation: Mapped[str] = mapped_column(String(16))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(16), default="desk")

    premise: Mapped[Premise] = relationship(back_populates="people")
    customer: Mapped[Customer] = relationship(back_populates="premises")


class Account(Row, Public, Versioned, Model):
    """A billing contract at a premise. Money in 分; a negative balance does not occur."""

    __tablename__ = "account"
    __table_args__ = table_args(
        UniqueConstraint("source", "account_no"), Index(None, "status", "arrears_fen")
    )

    source: Mapped[str] = mapped_column(String(32), default="local")
    account_no: Mapped[str] = mapped_column(String(32), index=True)
    premise_id: Mapped[int] = fk("premise.id")
    payer_id: Mapped[int | None] = fk("customer.id", "SET NULL")
    # supplied, suspended, disconnected, closed
    supply_state: Mapped[str] = mapped_column(String(16), default="supplied")
    status: Mapped[str] = mapped_column(String(16), default="active")
    usage_class: Mapped[str] = mapped_column(String(32), default="residential")
    contract_no: Mapped[str] = mapped_column(String(32), default="")
    cycle: Mapped[str] = mapped_column(String(16), default="month")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    balance_fen: Mapped[int] = mapped_column(Fen, default=0)
    arrears_fen: Mapped[int] = mapped_column(Fen, default=0)
    arrears_since: Mapped[date | None]
    synced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    premise: Mapped[Premise] = relationship(back_populates="accounts")
    payer: Mapped[Customer | None] = relationship()
    bills: Mapped[list[Bill]] = relationship(back_populates="account")


class Bill(Row, Public, Model):
    """One bill of an account; `usage` and `reading` in the unit of the industry, money in 分."""

    __tablename__ = "bill"
    __table_args__ = table_args(
        UniqueConstraint("source", "bill_no"),
        Index(None, "account_id", "period_to"),
        Index(None, "status", "due_on"),
    )

    account_id: Mapped[int] = fk("account.id", index=False)
    source: Mapped[str] = mapped_column(String(32), default="local")
    bill_no: Mapped[str] = mapped_column(String(32))
    period_from: Mapped[date]
    period_to: Mapped[date]
    due_on: Mapped[date]
    usage: Mapped[Decimal] = mapped_column(Volume)
    reading: Mapped[Decimal | None] = mapped_column(Volume)
    amount_fen: Mapped[int] = mapped_column(Fen)
    paid_fen: Mapped[int] = mapped_column(Fen, default=0)
    late_fee_fen: Mapped[int] = mapped_column(Fen, default=0)
    status: Mapped[str] = mapped_column(String(16), default="open")  # open, part_paid, paid, void

    account: Mapped[Account] = relationship(back_populates="bills")
