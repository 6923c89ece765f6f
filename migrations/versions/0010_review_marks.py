"""Contacts marked for quality inspection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_mark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_review_mark_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_review_mark_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mark")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_review_mark_contact_id")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_review_mark_user_id"), "review_mark", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("review_mark")
