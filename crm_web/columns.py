"""Column types and mixins that every table shares, equal on SQLite, PostgreSQL and MariaDB.

The differences between the three databases end here: areas' models name only these types.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    Text,
    event,
    types,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, declared_attr, mapped_column

from esl_controller.domain.ids import new_ulid

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# utf8mb4_bin: the default collation calls two different emoji, and A and a, the same key.
MYSQL_TABLE = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def utc_now() -> datetime:
    """Now in UTC, cut to the milliseconds that the databases keep."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def from_ms(epoch_ms: int) -> datetime:
    """Milliseconds since the epoch (the unit of every event) as an aware UTC time."""
    seconds, ms = divmod(epoch_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000)


def to_ms(at: datetime) -> int:
    """An aware time as milliseconds since the epoch."""
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


class UtcDateTime(types.TypeDecorator[datetime]):
    """An aware UTC time with milliseconds; a naive one is refused, for it hides a zone bug."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True, precision=3))
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=3))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone reached the database: {value!r}")
        value = value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(types.TypeDecorator[Any]):
    """A JSON document kept as text: nothing searches inside it, and all databases agree on text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Volume(types.TypeDecorator[Decimal]):
    """Cubic metres and the like with three places; SQLite keeps whole thousandths."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(14, 3))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        if value is None:
            return None
        value = Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_UP)
        return int(value * 1000) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(value) / 1000
        return Decimal(value)


BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER key
Fen = BigInteger()  # money: whole 分, never a fraction
PublicId = CHAR(26)  # ULID; the only id in addresses, events and files


class Base(DeclarativeBase):
    """The declarative base; models subclass `crm_web.extensions.Model`, made from it."""

    metadata = MetaData(naming_convention=NAMING)
    __table_args__: Any = MYSQL_TABLE


def table_args(*items: Any) -> tuple[Any, ...]:
    """`__table_args__` of a model that adds constraints or indexes to the shared options."""
    return (*items, MYSQL_TABLE)


class Stamped:
    """When the row was made and last changed; every table has them."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, sort_order=900)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=utc_now, onupdate=utc_now, sort_order=901
    )


class Row(Stamped):
    """A numbered row with its time stamps."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, sort_order=-100)


class Public:
    """A row that pages, events and files name: by `pub`, never by its number."""

    pub: Mapped[str] = mapped_column(PublicId, unique=True, default=new_ulid, sort_order=-90)


class Versioned:
    """Optimistic lock: an UPDATE from an older reading fails with StaleDataError (409)."""

    ver: Mapped[int] = mapped_column(default=1, sort_order=800)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.ver}


def fk(target: str, ondelete: str = "RESTRICT", *, index: bool = True, **options: Any) -> Any:
    """A foreign key column.

    `target` is "table.id"; `ondelete` is RESTRICT, CASCADE or SET NULL. Pass index=False only
    where another index of the table begins with this column.
    """
    return mapped_column(BigId, ForeignKey(target, ondelete=ondelete), index=index, **options)


@event.listens_for(Mapper, "init")
def _apply_defaults(target: Any, args: Any, kwargs: dict[str, Any]) -> None:
    """Give a new object its column defaults at once, so that rules can read them before INSERT."""
    for attribute in type(target).__mapper__.column_attrs:
        default = getattr(attribute.columns[0], "default", None)
        if default is None or attribute.key in kwargs:
            continue
        if default.is_scalar:
            kwargs[attribute.key] = default.arg
        elif default.is_callable:
            kwargs[attribute.key] = default.arg(None)
