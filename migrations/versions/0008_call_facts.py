"""Transfers, what happens on a contact, listening; recording rules and gaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _row() -> list[sa.Column]:
    return [
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    ]


def _fk(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def upgrade() -> None:
    with op.batch_alter_table("talk_segment") as batch:
        batch.add_column(
            sa.Column("transfer_kind", sa.String(16), nullable=False, server_default="")
        )
        batch.add_column(
            sa.Column("transfer_target", sa.String(80), nullable=False, server_default="")
        )
    op.create_table(
        "contact_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("event_id", sa.CHAR(length=26), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=True),
        *_row(),
        _fk("contact_event", "contact_id", "contact", "CASCADE"),
        _fk("contact_event", "agent_id", "agent", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_contact_event_event_id")),
        **MYSQL_TABLE,
    )
    _index("contact_event", "contact_id", "at")
    _index("contact_event", "agent_id")
    op.create_table(
        "monitor_session",
        sa.Column("id", BigId, nullable=False),
        sa.Column("leg", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("modes", Json(), nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("supervisor_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        *_row(),
        _fk("monitor_session", "contact_id", "contact", "CASCADE"),
        _fk("monitor_session", "supervisor_id", "agent", "RESTRICT"),
        _fk("monitor_session", "agent_id", "agent", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_session")),
        sa.UniqueConstraint("leg", name=op.f("uq_monitor_session_leg")),
        **MYSQL_TABLE,
    )
    _index("monitor_session", "supervisor_id", "started_at")
    _index("monitor_session", "contact_id")
    _index("monitor_session", "agent_id")
    op.create_table(
        "recording_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        *_row(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_rule")),
        sa.UniqueConstraint(
            "scope", "code", "direction", name=op.f("uq_recording_rule_scope_code_direction")
        ),
        **MYSQL_TABLE,
    )
    op.create_table(
        "recording_gap",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=190), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("contact_id", BigId, nullable=True),
        *_row(),
        _fk("recording_gap", "contact_id", "contact", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_gap")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_recording_gap_kind_subject")),
        **MYSQL_TABLE,
    )
    _index("recording_gap", "closed_at", "found_at")
    _index("recording_gap", "contact_id")


def downgrade() -> None:
    op.drop_table("recording_gap")
    op.drop_table("recording_rule")
    op.drop_table("monitor_session")
    op.drop_table("contact_event")
    with op.batch_alter_table("talk_segment") as batch:
        batch.drop_column("transfer_target")
        batch.drop_column("transfer_kind")
