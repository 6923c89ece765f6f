"""The record of every contact, written from events: each table has the event's natural key.

Times ending in _ms are milliseconds of duration.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CHAR, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_web.columns import Json, Public, Row, UtcDateTime, Versioned, fk, table_args
from crm_web.extensions import Model


class Contact(Row, Public, Versioned, Model):
    """One visit of one customer; `pub` is the contact_id over all its legs."""

    __tablename__ = "contact"
    __table_args__ = table_args(
        Index(None, "started_at", "id"),
        Index(None, "premise_id", "started_at"),
        Index(None, "customer_id", "started_at"),
        Index(None, "phone_id", "started_at"),
        Index(None, "last_agent_id", "started_at"),
        Index(None, "first_queue_id", "started_at"),
        Index(None, "local_date", "outcome"),
    )

    channel: Mapped[str] = mapped_column(String(16), default="call")
    direction: Mapped[str] = mapped_column(String(16), default="inbound")
    origin: Mapped[str] = mapped_column(String(16), default="trunk")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    local_date: Mapped[date]  # the site's day of started_at
    called_number: Mapped[str] = mapped_column(String(32), default="")
    number_mask: Mapped[str] = mapped_column(String(32), default="")
    match_kind: Mapped[str] = mapped_column(String(16), default="none")
    # answered, abandoned, short_abandoned, self_service, ivr_abandoned, ...; "" while it runs
    outcome: Mapped[str] = mapped_column(String(32), default="")
    ivr_ms: Mapped[int] = mapped_column(default=0)
    wait_ms: Mapped[int] = mapped_column(default=0)
    talk_ms: Mapped[int] = mapped_column(default=0)
    hold_ms: Mapped[int] = mapped_column(default=0)
    wrap_ms: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str] = mapped_column(String(16), default="")
    hangup_cause: Mapped[str] = mapped_column(String(64), default="")
    node: Mapped[str] = mapped_column(String(64), default="")
    is_test: Mapped[bool] = mapped_column(default=False)
    phone_id: Mapped[int | None] = fk("phone.id", "SET NULL", index=False)
    customer_id: Mapped[int | None] = fk("customer.id", "SET NULL", index=False)
    premise_id: Mapped[int | None] = fk("premise.id", "SET NULL", index=False)
    account_id: Mapped[int | None] = fk("account.id", "SET NULL")
    parent_id: Mapped[int | None] = fk("contact.id", "SET NULL")
    wrap_up_result_id: Mapped[int | None] = fk("dictionary_item.id", "SET NULL")
    first_queue_id: Mapped[int | None] = fk("queue.id", "SET NULL", index=False)
    last_agent_id: Mapped[int | None] = fk("agent.id", "SET NULL", index=False)


class ContactEvent(Row, Model):
    """Something that happened on a contact and has no table of its own: holding, other parties,
    conferences, help, a forced release. `event_id` is the event's own, so twice is once.

    type: the event's; data: what it said, outside numbers masked.
    """

    __tablename__ = "contact_event"
    __table_args__ = table_args(Index(None, "contact_id", "at"))

    event_id: Mapped[str] = mapped_column(CHAR(26), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    type: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    agent_id: Mapped[int | None] = fk("agent.id", "SET NULL")


class MonitorSession(Row, Model):
    """One listening of a supervisor to an agent's call. modes: [[mode, epoch ms], …], the first
    is how it began. `leg` is the supervisor's channel."""

    __tablename__ = "monitor_session"
    __table_args__ = table_args(Index(None, "supervisor_id", "started_at"))

    leg: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    modes: Mapped[list[list[Any]]] = mapped_column(Json, default=list)
    contact_id: Mapped[int] = fk("contact.id", "CASCADE")
    supervisor_id: Mapped[int] = fk("agent.id", index=False)
    agent_id: Mapped[int] = fk("agent.id")


class CallLeg(Row, Model):
    """One channel of the switch. role: customer, agent, consult, outside, supervisor."""

    __tablename__ = "call_leg"

    switch_uuid: Mapped[str] = mapped_column(String(64), unique=True)
    node: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hangup_cause: Mapped[str] = mapped_column(String(64), default="")
    sip_code: Mapped[int | None]
    codec: Mapped[str] = mapped_column(String(32), default="")
    contact_id: Mapped[int] = fk("contact.id", "CASCADE")
    agent_id: Mapped[int | None] = fk("agent.id", "SET NULL")
    phone_id: Mapped[int | None] = fk("phone.id", "SET NULL")


class FlowRun(Row, Model):
    """One passage through a flow. trail: at most 200 × {node, title, exit, at, ms, keyed}."""

    __tablename__ = "flow_run"
    __table_args__ = table_args(
        UniqueConstraint("contact_id", "seq"), Index(None, "flow_code", "entered_at")
    )

    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    seq: Mapped[int]
    flow_code: Mapped[str] = mapped_column(String(64))
    flow_version: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # goal, queue, transfer, hangup, timeout, error, controller_gone
    exit_kind: Mapped[str] = mapped_column(String(16), default="")
    goal_code: Mapped[str] = mapped_column(String(64), default="")
    last_node: Mapped[str] = mapped_column(String(64), default="")
    trail: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)


class QueueVisit(Row, Model):
    """One stay in a queue; the outcome is stored with the threshold that was then valid."""

    __tablename__ = "queue_visit"
    __table_args__ = table_args(
        UniqueConstraint("contact_id", "seq"),
        Index(None, "queue_id", "entered_at"),
        Index(None, "entered_at"),
    )

    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    seq: Mapped[int]
    queue_id: Mapped[int] = fk("queue.id", index=False)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wait_ms: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(32), default="")  # "" while it waits
    came_from: Mapped[str] = mapped_column(String(16), default="flow")
    request_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_request: Mapped[bool] = mapped_column(default=True)
    answered_agent_id: Mapped[int | None] = fk("agent.id", "SET NULL")

    offers: Mapped[list[AgentOffer]] = relationship(back_populates="visit")


class AgentOffer(Row, Model):
    """One try to give a waiting call to one agent."""

    __tablename__ = "agent_offer"
    __table_args__ = table_args(
        UniqueConstraint("queue_visit_id", "seq"), Index(None, "agent_id", "offered_at")
    )

    queue_visit_id: Mapped[int] = fk("queue_visit.id", "CASCADE", index=False)
    seq: Mapped[int]
    agent_id: Mapped[int] = fk("agent.id", index=False)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ring_ms: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(String(32), default="")  # "" while it rings

    visit: Mapped[QueueVisit] = relationship(back_populates="offers")


#: Roles of the one agent who has the customer at a time; the others (consult, conference) help
#: during the same minutes, so totals of a call or a queue leave them out.
SERVING_ROLES = ("primary", "transferee", "take_over", "outbound")


class TalkSegment(Row, Model):
    """One agent on the line, from–to; talk_ms leaves holding out.

    role: SERVING_ROLES, consult or conference. transfer_kind: blind, attended, take_over or "";
    transfer_target: agent:…, queue:… or outside:… (masked), "" without transfer.
    """

    __tablename__ = "talk_segment"
    __table_args__ = table_args(
        UniqueConstraint("contact_id", "seq"), Index(None, "agent_id", "started_at")
    )

    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    seq: Mapped[int]
    role: Mapped[str] = mapped_column(String(16), default="primary")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    talk_ms: Mapped[int] = mapped_column(default=0)
    hold_ms: Mapped[int] = mapped_column(default=0)
    hold_count: Mapped[int] = mapped_column(default=0)
    wrap_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrap_ms: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str] = mapped_column(String(16), default="")
    transfer_kind: Mapped[str] = mapped_column(String(16), default="")
    transfer_target: Mapped[str] = mapped_column(String(80), default="")
    agent_id: Mapped[int] = fk("agent.id", index=False)
    queue_visit_id: Mapped[int | None] = fk("queue_visit.id", "SET NULL")


class WrapUp(Row, Versioned, Model):
    """What an agent noted after a talk.

    One row for a contact and an agent: the desk may save it before the call-log consumer has
    written the talk segment, which is filled in later.
    """

    __tablename__ = "wrap_up"
    __table_args__ = table_args(UniqueConstraint("contact_id", "agent_id"))

    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    agent_id: Mapped[int] = fk("agent.id")
    talk_segment_id: Mapped[int | None] = fk("talk_segment.id", "SET NULL")
    result_id: Mapped[int] = fk("dictionary_item.id")
    kind_id: Mapped[int | None] = fk("ticket_kind.id", "SET NULL")
    ticket_id: Mapped[int | None] = fk("ticket.id", "SET NULL")
    note: Mapped[str] = mapped_column(Text, default="")
    auto: Mapped[bool] = mapped_column(default=False)  # the timer ran out


class Recording(Row, Public, Model):
    """One sound file; storage_key never changes, whatever store it is moved to."""

    __tablename__ = "recording"
    __table_args__ = table_args(
        UniqueConstraint("contact_id", "n"), Index(None, "status", "purge_after")
    )

    contact_id: Mapped[int] = fk("contact.id", index=False)
    n: Mapped[int]
    storage_key: Mapped[str] = mapped_column(String(190), unique=True)
    kind: Mapped[str] = mapped_column(String(16), default="talk")  # talk, voicemail
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ms: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int | None]
    channels: Mapped[int] = mapped_column(default=2)
    codec: Mapped[str] = mapped_column(String(16), default="wav")
    sha256: Mapped[str | None] = mapped_column(CHAR(64))
    # recording, complete, missing, corrupt, purged
    status: Mapped[str] = mapped_column(String(16), default="recording")
    purge_after: Mapped[date | None]
    hold_until: Mapped[date | None]
    has_mask: Mapped[bool] = mapped_column(default=False)
    leg_id: Mapped[int | None] = fk("call_leg.id", "SET NULL")
    talk_segment_id: Mapped[int | None] = fk("talk_segment.id", "SET NULL")

    masks: Mapped[list[RecordingMask]] = relationship(back_populates="recording")


class RecordingMask(Row, Model):
    """A stretch of a recording that was paused; to_ms is None while it still is."""

    __tablename__ = "recording_mask"
    __table_args__ = table_args(UniqueConstraint("recording_id", "from_ms"))

    recording_id: Mapped[int] = fk("recording.id", "CASCADE", index=False)
    from_ms: Mapped[int]
    to_ms: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(32), default="")

    recording: Mapped[Recording] = relationship(back_populates="masks")


class RecordingRule(Row, Versioned, Model):
    """Whether calls are recorded, and how long the sound is kept.

    scope: default (code "", direction "any"; the one that applies when no other fits), extension,
    agent or queue, with its number or code. direction: inbound, outbound, internal, any. mode:
    always, never, on_demand. keep_days None: as the default rule says.
    """

    __tablename__ = "recording_rule"
    __table_args__ = table_args(UniqueConstraint("scope", "code", "direction"))

    scope: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(32), default="")
    direction: Mapped[str] = mapped_column(String(16), default="any")
    mode: Mapped[str] = mapped_column(String(16), default="always")
    keep_days: Mapped[int | None]


class RecordingGap(Row, Model):
    """Where files and call records disagree. kind: file_without_row (subject: its storage key),
    row_without_file, file_corrupt (its storage key too), talk_not_recorded or
    talk_partly_recorded ("contact_id/seq"). closed_at: since when it agrees again."""

    __tablename__ = "recording_gap"
    __table_args__ = table_args(
        UniqueConstraint("kind", "subject"), Index(None, "closed_at", "found_at")
    )

    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(190))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact_id: Mapped[int | None] = fk("contact.id", "CASCADE")


class ReviewMark(Row, Model):
    """A contact that somebody wants quality inspection to look at, and why. Taken away it is gone;
    the audit log keeps who marked it."""

    __tablename__ = "review_mark"
    __table_args__ = table_args(UniqueConstraint("contact_id"))

    contact_id: Mapped[int] = fk("contact.id", "CASCADE", index=False)
    user_id: Mapped[int] = fk("user.id")
    reason: Mapped[str] = mapped_column(String(255))


class AgentSession(Row, Public, Model):
    """From sign-in to sign-out; `pub` is the session_id of the events."""

    __tablename__ = "agent_session"
    __table_args__ = table_args(UniqueConstraint("agent_id", "signed_in_at"))

    agent_id: Mapped[int] = fk("agent.id", index=False)
    signed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(String(16), default="")
    device: Mapped[str] = mapped_column(String(255), default="")
    ip: Mapped[str] = mapped_column(String(45), default="")


class AgentStateInterval(Row, Model):
    """An agent's state from–to. open_marker is 1 while it lasts, then NULL: one open interval."""

    __tablename__ = "agent_state_interval"
    __table_args__ = table_args(
        UniqueConstraint("agent_id", "started_at"),
        UniqueConstraint("agent_id", "open_marker"),
        Index(None, "started_at"),
    )

    agent_id: Mapped[int] = fk("agent.id", index=False)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    presence: Mapped[str] = mapped_column(String(16))
    phone: Mapped[str] = mapped_column(String(16))
    work: Mapped[str] = mapped_column(String(16), default="")
    cause: Mapped[str] = mapped_column(String(16), default="")
    open_marker: Mapped[int | None]
    session_id: Mapped[int | None] = fk("agent_session.id", "CASCADE")
    reason_id: Mapped[int | None] = fk("dictionary_item.id", "SET NULL")
    contact_id: Mapped[int | None] = fk("contact.id", "SET NULL")
    queue_id: Mapped[int | None] = fk("queue.id", "SET NULL")
