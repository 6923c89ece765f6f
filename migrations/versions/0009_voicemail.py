"""Messages that callers left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OWNERS = (
    ("contact_id", "contact", "CASCADE", False),
    ("recording_id", "recording", "RESTRICT", False),
    ("queue_id", "queue", "SET NULL", True),
    ("agent_id", "agent", "SET NULL", True),
    ("claimed_by_id", "user", "SET NULL", True),
    ("ticket_id", "ticket", "SET NULL", True),
)
_INDEXES = (
    ("left_at", "id"),
    ("status", "queue_id"),
    ("contact_id",),
    ("queue_id",),
    ("agent_id",),
    ("claimed_by_id",),
    ("ticket_id",),
)


def upgrade() -> None:
    op.create_table(
        "voicemail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *(sa.Column(name, BigId, nullable=empty) for name, _to, _then, empty in _OWNERS),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{to}.id"], name=op.f(f"fk_voicemail_{name}"), ondelete=then
            )
            for name, to, then, _empty in _OWNERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemail")),
        sa.UniqueConstraint("pub", name=op.f("uq_voicemail_pub")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_voicemail_recording_id")),
        **MYSQL_TABLE,
    )
    for columns in _INDEXES:
        name = op.f(f"ix_voicemail_{'_'.join(columns)}")
        op.create_index(name, "voicemail", list(columns), unique=False)


def downgrade() -> None:
    op.drop_table("voicemail")
