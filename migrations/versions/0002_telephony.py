"""Agents, queues, numbers, published configuration; jobs and reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "district",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["district.id"], name=op.f("fk_district_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("code", name=op.f("uq_district_code")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_district_parent_id"), "district", ["parent_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sip_secret", sa.String(length=64), nullable=False),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_extension_unit_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("number", name=op.f("uq_extension_number")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_extension_unit_id"), "extension", ["unit_id"], unique=False)
    op.create_table(
        "queue",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("strategy", sa.String(length=32), nullable=False),
        sa.Column("target_s", sa.Integer(), nullable=False),
        sa.Column("target_pct", sa.Integer(), nullable=False),
        sa.Column("short_abandon_s", sa.Integer(), nullable=False),
        sa.Column("max_wait_s", sa.Integer(), nullable=False),
        sa.Column("ring_s", sa.Integer(), nullable=False),
        sa.Column("wrap_up_s", sa.Integer(), nullable=False),
        sa.Column("music", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_queue_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue")),
        sa.UniqueConstraint("code", name=op.f("uq_queue_code")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_queue_unit_id"), "queue", ["unit_id"], unique=False)
    op.create_table(
        "agent",
        sa.Column("id", BigId, nullable=False),
        sa.Column("agent_no", sa.String(length=16), nullable=False),
        sa.Column("post_code", sa.String(length=32), nullable=False),
        sa.Column("media", sa.String(length=16), nullable=False),
        sa.Column("wrap_up_s", sa.Integer(), nullable=True),
        sa.Column("auto_answer", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("extension_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extension_id"],
            ["extension.id"],
            name=op.f("fk_agent_extension_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_agent_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("agent_no", name=op.f("uq_agent_agent_no")),
        sa.UniqueConstraint("user_id", name=op.f("uq_agent_user_id")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_agent_extension_id"), "agent", ["extension_id"], unique=False)
    op.create_table(
        "called_number",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("flow_code", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fallback_queue_id", BigId, nullable=False),
        sa.Column("district_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["district.id"],
            name=op.f("fk_called_number_district_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["fallback_queue_id"],
            ["queue.id"],
            name=op.f("fk_called_number_fallback_queue_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_called_number")),
        sa.UniqueConstraint("number", name=op.f("uq_called_number_number")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_called_number_district_id"), "called_number", ["district_id"], unique=False
    )
    op.create_index(
        op.f("ix_called_number_fallback_queue_id"),
        "called_number",
        ["fallback_queue_id"],
        unique=False,
    )
    op.create_table(
        "config_snapshot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.CHAR(length=64), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("published_by_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["user.id"],
            name=op.f("fk_config_snapshot_published_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_snapshot")),
        sa.UniqueConstraint("version", name=op.f("uq_config_snapshot_version")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_config_snapshot_published_by_id"),
        "config_snapshot",
        ["published_by_id"],
        unique=False,
    )
    op.create_table(
        "report_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("report", sa.String(length=64), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("storage_key", sa.String(length=190), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("owner_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_report_run_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("pub", name=op.f("uq_report_run_pub")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_report_run_owner_id_created_at"),
        "report_run",
        ["owner_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "queue_member",
        sa.Column("id", BigId, nullable=False),
        sa.Column("queue_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("tier_level", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_queue_member_agent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name=op.f("fk_queue_member_queue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_member")),
        sa.UniqueConstraint("queue_id", "agent_id", name=op.f("uq_queue_member_queue_id_agent_id")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_queue_member_agent_id"), "queue_member", ["agent_id"], unique=False)


def downgrade() -> None:
    op.drop_table("queue_member")
    op.drop_table("report_run")
    op.drop_table("config_snapshot")
    op.drop_table("called_number")
    op.drop_table("agent")
    op.drop_table("queue")
    op.drop_table("extension")
    op.drop_table("district")
