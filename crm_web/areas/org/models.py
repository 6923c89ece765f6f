"""People, roles, queues, numbers and the switch configuration made from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CHAR, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_web.columns import (
    Json,
    Public,
    Row,
    Stamped,
    UtcDateTime,
    Versioned,
    fk,
    table_args,
    utc_now,
)
from crm_web.extensions import Model


class OrgUnit(Row, Versioned, Model):
    """Company, department, station or team; `path` holds the ids from the root, "/1/4/9/"."""

    __tablename__ = "org_unit"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(32))  # company, department, station, team
    path: Mapped[str] = mapped_column(String(190), index=True, default="")
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    parent_id: Mapped[int | None] = fk("org_unit.id")


class User(Row, Public, Versioned, Model):
    """A person who may sign in. Never deleted: records keep naming who did what."""

    __tablename__ = "user"
    __table_args__ = table_args(Index(None, "unit_id", "status"))

    login_name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(255))
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(190), default="")
    status: Mapped[str] = mapped_column(String(16), default="active")  # active, locked, left
    locale: Mapped[str] = mapped_column(String(8), default="")
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=False)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unit_id: Mapped[int] = fk("org_unit.id", index=False)

    unit: Mapped[OrgUnit] = relationship()
    roles: Mapped[list[UserRole]] = relationship(
        back_populates="user", cascade="all, delete-orphan", foreign_keys="UserRole.user_id"
    )
    agent: Mapped[Agent | None] = relationship(back_populates="user")


class Role(Row, Versioned, Model):
    """A named set of permissions; the built-in ones come with the program."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    built_in: Mapped[bool] = mapped_column(default=False)

    permissions: Mapped[list[RolePermission]] = relationship(
        back_populates="role", cascade="all, delete-orphan"
    )


class RolePermission(Row, Model):
    """One permission of a role, with how far it reaches."""

    __tablename__ = "role_permission"
    __table_args__ = table_args(UniqueConstraint("role_id", "permission"))

    role_id: Mapped[int] = fk("role.id", "CASCADE", index=False)
    permission: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(16))  # own, group, unit, all, tickets

    role: Mapped[Role] = relationship(back_populates="permissions")


class UserRole(Row, Model):
    """A role given to a user for a unit and what is below it."""

    __tablename__ = "user_role"
    __table_args__ = table_args(UniqueConstraint("user_id", "role_id", "unit_id"))

    user_id: Mapped[int] = fk("user.id", "CASCADE", index=False)
    role_id: Mapped[int] = fk("role.id")
    unit_id: Mapped[int] = fk("org_unit.id", "CASCADE")
    granted_by_id: Mapped[int | None] = fk("user.id", "SET NULL")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="roles", foreign_keys=[user_id])
    role: Mapped[Role] = relationship()
    unit: Mapped[OrgUnit] = relationship()


class LoginSession(Row, Public, Model):
    """One signed-in browser. Only a hash of its token is kept."""

    __tablename__ = "login_session"
    __table_args__ = table_args(Index(None, "user_id", "ended_at"))

    user_id: Mapped[int] = fk("user.id", "CASCADE", index=False)
    token_hash: Mapped[str] = mapped_column(CHAR(64), unique=True)
    ip: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(255), default="")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(16), default="")

    user: Mapped[User] = relationship()


class Extension(Row, Versioned, Model):
    """An internal number with its SIP secret; the secret leaves only for its own agent's phone."""

    __tablename__ = "extension"

    number: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="webrtc")  # webrtc, sip, remote
    sip_secret: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int | None] = fk("org_unit.id", "SET NULL")


class Agent(Row, Versioned, Model):
    """A person who serves calls; agent_no belongs to the person, not to the seat."""

    __tablename__ = "agent"

    agent_no: Mapped[str] = mapped_column(String(16), unique=True)
    post_code: Mapped[str] = mapped_column(String(32), default="agent")
    media: Mapped[str] = mapped_column(String(16), default="webrtc")  # webrtc, sip, remote
    wrap_up_s: Mapped[int | None]  # None: the queue's
    auto_answer: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    user_id: Mapped[int] = fk("user.id", index=False, unique=True)
    extension_id: Mapped[int | None] = fk("extension.id", "SET NULL")

    user: Mapped[User] = relationship(back_populates="agent")
    extension: Mapped[Extension | None] = relationship()
    queues: Mapped[list[QueueMember]] = relationship(
        back_populates="agent", cascade="all, delete-orphan"
    )


class Queue(Row, Versioned, Model):
    """A waiting line with its policy. Times in seconds."""

    __tablename__ = "queue"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16), default="public")  # public, internal
    strategy: Mapped[str] = mapped_column(String(32), default="longest_idle")
    target_s: Mapped[int] = mapped_column(default=20)
    target_pct: Mapped[int] = mapped_column(default=80)
    short_abandon_s: Mapped[int] = mapped_column(default=5)
    max_wait_s: Mapped[int] = mapped_column(default=0)  # 0: no limit
    ring_s: Mapped[int] = mapped_column(default=20)
    wrap_up_s: Mapped[int] = mapped_column(default=45)
    music: Mapped[str] = mapped_column(String(64), default="moh")
    active: Mapped[bool] = mapped_column(default=True)
    sort: Mapped[int] = mapped_column(default=0)
    unit_id: Mapped[int] = fk("org_unit.id")

    members: Mapped[list[QueueMember]] = relationship(
        back_populates="queue", cascade="all, delete-orphan"
    )


class QueueMember(Row, Model):
    """An agent's place in a queue: level 1 is asked first."""

    __tablename__ = "queue_member"
    __table_args__ = table_args(UniqueConstraint("queue_id", "agent_id"))

    queue_id: Mapped[int] = fk("queue.id", "CASCADE", index=False)
    agent_id: Mapped[int] = fk("agent.id", "CASCADE")
    tier_level: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=1)

    queue: Mapped[Queue] = relationship(back_populates="members")
    agent: Mapped[Agent] = relationship(back_populates="queues")


class CalledNumber(Row, Versioned, Model):
    """A published number, the flow that answers it and the queue when the flow cannot."""

    __tablename__ = "called_number"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    flow_code: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=True)
    fallback_queue_id: Mapped[int] = fk("queue.id")
    district_id: Mapped[int | None] = fk("district.id", "SET NULL")

    fallback_queue: Mapped[Queue] = relationship()


class ConfigSnapshot(Row, Model):
    """One published state of the telephony configuration, as sent to the controller."""

    __tablename__ = "config_snapshot"

    version: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[str] = mapped_column(CHAR(64))
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    published_by_id: Mapped[int | None] = fk("user.id", "SET NULL")


class Setting(Row, Versioned, Model):
    """A site setting by key."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    value: Mapped[Any] = mapped_column(Json)


class Dictionary(Row, Model):
    """A list of codes that a site may rename and extend."""

    __tablename__ = "dictionary"

    kind: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))

    items: Mapped[list[DictionaryItem]] = relationship(
        back_populates="dictionary", order_by="DictionaryItem.sort"
    )


class DictionaryItem(Row, Versioned, Model):
    """A code with its names. Never deleted, only made inactive: old records keep naming it."""

    __tablename__ = "dictionary_item"
    __table_args__ = table_args(UniqueConstraint("dictionary_id", "code"))

    dictionary_id: Mapped[int] = fk("dictionary.id", index=False)
    parent_id: Mapped[int | None] = fk("dictionary_item.id")
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    attrs: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    profile: Mapped[str] = mapped_column(String(16), default="all")  # all, water, heating, gas

    dictionary: Mapped[Dictionary] = relationship(back_populates="items")


class NumberSequence(Stamped, Model):
    """The last number given out for a name in a period: GD + 261123 → GD261123-00042."""

    __tablename__ = "number_sequence"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(16), primary_key=True)
    last_value: Mapped[int] = mapped_column(default=0)
