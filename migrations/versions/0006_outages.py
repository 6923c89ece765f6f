"""Outages, where they reach, what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("outage_no", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("cause_kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("voice_text", sa.Text(), nullable=False),
        sa.Column("planned_start_at", UtcDateTime(), nullable=True),
        sa.Column("planned_end_at", UtcDateTime(), nullable=True),
        sa.Column("actual_start_at", UtcDateTime(), nullable=True),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.Column("etr_at", UtcDateTime(), nullable=True),
        sa.Column("etr_revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("affected_count", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(length=64), nullable=False),
        sa.Column("owner_unit_id", BigId, nullable=False),
        sa.Column("approved_by_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["user.id"],
            name=op.f("fk_outage_approved_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"],
            ["org_unit.id"],
            name=op.f("fk_outage_owner_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("outage_no", name=op.f("uq_outage_outage_no")),
        sa.UniqueConstraint("pub", name=op.f("uq_outage_pub")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_outage_approved_by_id"), "outage", ["approved_by_id"], unique=False)
    op.create_index(op.f("ix_outage_owner_unit_id"), "outage", ["owner_unit_id"], unique=False)
    op.create_index(
        op.f("ix_outage_status_planned_start_at"),
        "outage",
        ["status", "planned_start_at"],
        unique=False,
    )
    op.create_table(
        "outage_scope",
        sa.Column("id", BigId, nullable=False),
        sa.Column("outage_id", BigId, nullable=False),
        sa.Column("scope_kind", sa.String(length=32), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outage.id"], name=op.f("fk_outage_scope_outage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_scope")),
        sa.UniqueConstraint(
            "outage_id",
            "scope_kind",
            "scope_id",
            name=op.f("uq_outage_scope_outage_id_scope_kind_scope_id"),
        ),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_outage_scope_scope_kind_scope_id_outage_id"),
        "outage_scope",
        ["scope_kind", "scope_id", "outage_id"],
        unique=False,
    )
    op.create_table(
        "outage_update",
        sa.Column("id", BigId, nullable=False),
        sa.Column("outage_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"],
            ["outage.id"],
            name=op.f("fk_outage_update_outage_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_update")),
        sa.UniqueConstraint("outage_id", "seq", name=op.f("uq_outage_update_outage_id_seq")),
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("outage_update")
    op.drop_table("outage_scope")
    op.drop_table("outage")
