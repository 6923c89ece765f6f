"""Recordings; agents' sessions and states."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_session",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("signed_in_at", UtcDateTime(), nullable=False),
        sa.Column("signed_out_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_session_agent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_session")),
        sa.UniqueConstraint(
            "agent_id", "signed_in_at", name=op.f("uq_agent_session_agent_id_signed_in_at")
        ),
        sa.UniqueConstraint("pub", name=op.f("uq_agent_session_pub")),
        **MYSQL_TABLE,
    )
    op.create_table(
        "agent_state_interval",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("presence", sa.String(length=16), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("work", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("open_marker", sa.Integer(), nullable=True),
        sa.Column("session_id", BigId, nullable=True),
        sa.Column("reason_id", BigId, nullable=True),
        sa.Column("contact_id", BigId, nullable=True),
        sa.Column("queue_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
            name=op.f("fk_agent_state_interval_agent_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_agent_state_interval_contact_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.id"],
            name=op.f("fk_agent_state_interval_queue_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["reason_id"],
            ["dictionary_item.id"],
            name=op.f("fk_agent_state_interval_reason_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_session.id"],
            name=op.f("fk_agent_state_interval_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_state_interval")),
        sa.UniqueConstraint(
            "agent_id", "open_marker", name=op.f("uq_agent_state_interval_agent_id_open_marker")
        ),
        sa.UniqueConstraint(
            "agent_id", "started_at", name=op.f("uq_agent_state_interval_agent_id_started_at")
        ),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_agent_state_interval_contact_id"),
        "agent_state_interval",
        ["contact_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agent_state_interval_queue_id"), "agent_state_interval", ["queue_id"], unique=False
    )
    op.create_index(
        op.f("ix_agent_state_interval_reason_id"),
        "agent_state_interval",
        ["reason_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agent_state_interval_session_id"),
        "agent_state_interval",
        ["session_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_agent_state_interval_started_at"),
        "agent_state_interval",
        ["started_at"],
        unique=False,
    )
    op.create_table(
        "recording",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=190), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("purge_after", sa.Date(), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("has_mask", sa.Boolean(), nullable=False),
        sa.Column("leg_id", BigId, nullable=True),
        sa.Column("talk_segment_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_recording_contact_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["leg_id"], ["call_leg.id"], name=op.f("fk_recording_leg_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["talk_segment_id"],
            ["talk_segment.id"],
            name=op.f("fk_recording_talk_segment_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("contact_id", "n", name=op.f("uq_recording_contact_id_n")),
        sa.UniqueConstraint("pub", name=op.f("uq_recording_pub")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_recording_storage_key")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_recording_leg_id"), "recording", ["leg_id"], unique=False)
    op.create_index(
        op.f("ix_recording_status_purge_after"),
        "recording",
        ["status", "purge_after"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recording_talk_segment_id"), "recording", ["talk_segment_id"], unique=False
    )
    op.create_table(
        "recording_mask",
        sa.Column("id", BigId, nullable=False),
        sa.Column("recording_id", BigId, nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("to_ms", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_recording_mask_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_mask")),
        sa.UniqueConstraint(
            "recording_id", "from_ms", name=op.f("uq_recording_mask_recording_id_from_ms")
        ),
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("recording_mask")
    op.drop_table("recording")
    op.drop_table("agent_state_interval")
    op.drop_table("agent_session")
