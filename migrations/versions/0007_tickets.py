"""Tickets with their steps and contacts; wrap-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_kind",
        sa.Column("id", BigId, nullable=False),
        sa.Column("code", sa.String(length=96), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("kind_class", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("form_schema", Json(), nullable=True),
        sa.Column("default_urgency", sa.String(length=2), nullable=False),
        sa.Column("needs_premise", sa.Boolean(), nullable=False),
        sa.Column("needs_visit", sa.Boolean(), nullable=False),
        sa.Column("follow_up", sa.String(length=16), nullable=False),
        sa.Column("external_code", sa.String(length=32), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["ticket_kind.id"],
            name=op.f("fk_ticket_kind_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_ticket_kind_code")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_ticket_kind_parent_id"), "ticket_kind", ["parent_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("ticket_no", sa.String(length=32), nullable=False),
        sa.Column("kind_class", sa.String(length=32), nullable=False),
        sa.Column("urgency", sa.String(length=2), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address_text", sa.String(length=255), nullable=False),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("contact_name", sa.String(length=80), nullable=False),
        sa.Column("form", Json(), nullable=False),
        sa.Column("source_channel", sa.String(length=16), nullable=False),
        sa.Column("external_system", sa.String(length=16), nullable=True),
        sa.Column("external_no", sa.String(length=64), nullable=True),
        sa.Column("is_incident", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("dispatched_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("written_off_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("first_due_at", UtcDateTime(), nullable=True),
        sa.Column("breached_count", sa.Integer(), nullable=False),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("reassign_count", sa.Integer(), nullable=False),
        sa.Column("chase_count", sa.Integer(), nullable=False),
        sa.Column("close_code", sa.String(length=32), nullable=False),
        sa.Column("result_text", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("kind_id", BigId, nullable=False),
        sa.Column("premise_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("phone_id", BigId, nullable=True),
        sa.Column("source_contact_id", BigId, nullable=True),
        sa.Column("outage_id", BigId, nullable=True),
        sa.Column("estate_id", BigId, nullable=True),
        sa.Column("taker_id", BigId, nullable=False),
        sa.Column("owner_unit_id", BigId, nullable=False),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_ticket_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user.id"], name=op.f("fk_ticket_assignee_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_ticket_customer_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_ticket_estate_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["ticket_kind.id"], name=op.f("fk_ticket_kind_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outage.id"], name=op.f("fk_ticket_outage_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"],
            ["org_unit.id"],
            name=op.f("fk_ticket_owner_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["ticket.id"], name=op.f("fk_ticket_parent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phone.id"], name=op.f("fk_ticket_phone_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["premise_id"], ["premise.id"], name=op.f("fk_ticket_premise_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["source_contact_id"],
            ["contact.id"],
            name=op.f("fk_ticket_source_contact_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"], ["user.id"], name=op.f("fk_ticket_taker_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint(
            "external_system", "external_no", name=op.f("uq_ticket_external_system_external_no")
        ),
        sa.UniqueConstraint("pub", name=op.f("uq_ticket_pub")),
        sa.UniqueConstraint("ticket_no", name=op.f("uq_ticket_ticket_no")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_ticket_account_id"), "ticket", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_ticket_assignee_id_status"), "ticket", ["assignee_id", "status"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_customer_id_opened_at"),
        "ticket",
        ["customer_id", "opened_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ticket_estate_id_opened_at"), "ticket", ["estate_id", "opened_at"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_kind_id_opened_at"), "ticket", ["kind_id", "opened_at"], unique=False
    )
    op.create_index(op.f("ix_ticket_opened_at_id"), "ticket", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_ticket_outage_id"), "ticket", ["outage_id"], unique=False)
    op.create_index(
        op.f("ix_ticket_owner_unit_id_status_opened_at"),
        "ticket",
        ["owner_unit_id", "status", "opened_at"],
        unique=False,
    )
    op.create_index(op.f("ix_ticket_parent_id"), "ticket", ["parent_id"], unique=False)
    op.create_index(op.f("ix_ticket_phone_id"), "ticket", ["phone_id"], unique=False)
    op.create_index(
        op.f("ix_ticket_premise_id_opened_at"), "ticket", ["premise_id", "opened_at"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_source_contact_id"), "ticket", ["source_contact_id"], unique=False
    )
    op.create_index(
        op.f("ix_ticket_status_first_due_at"), "ticket", ["status", "first_due_at"], unique=False
    )
    op.create_index(op.f("ix_ticket_taker_id"), "ticket", ["taker_id"], unique=False)
    op.create_table(
        "ticket_contact",
        sa.Column("ticket_id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_ticket_contact_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_ticket_contact_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "contact_id", name=op.f("pk_ticket_contact")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_ticket_contact_contact_id"), "ticket_contact", ["contact_id"], unique=False
    )
    op.create_table(
        "ticket_step",
        sa.Column("id", BigId, nullable=False),
        sa.Column("ticket_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("from_status", sa.String(length=16), nullable=False),
        sa.Column("to_status", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", BigId, nullable=True),
        sa.Column("unit_id", BigId, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=True),
        sa.Column("client_op_id", sa.String(length=36), nullable=True),
        sa.Column("prev_hash", sa.CHAR(length=64), nullable=False),
        sa.Column("hash", sa.CHAR(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_ticket_step_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_step_ticket_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_ticket_step_unit_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_step")),
        sa.UniqueConstraint("client_op_id", name=op.f("uq_ticket_step_client_op_id")),
        sa.UniqueConstraint("ticket_id", "seq", name=op.f("uq_ticket_step_ticket_id_seq")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_ticket_step_actor_id_at"), "ticket_step", ["actor_id", "at"], unique=False
    )
    op.create_index(op.f("ix_ticket_step_unit_id"), "ticket_step", ["unit_id"], unique=False)
    op.create_table(
        "wrap_up",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("talk_segment_id", BigId, nullable=True),
        sa.Column("result_id", BigId, nullable=False),
        sa.Column("kind_id", BigId, nullable=True),
        sa.Column("ticket_id", BigId, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_wrap_up_agent_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_wrap_up_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["ticket_kind.id"], name=op.f("fk_wrap_up_kind_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["dictionary_item.id"],
            name=op.f("fk_wrap_up_result_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["talk_segment_id"],
            ["talk_segment.id"],
            name=op.f("fk_wrap_up_talk_segment_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_wrap_up_ticket_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrap_up")),
        sa.UniqueConstraint("contact_id", "agent_id", name=op.f("uq_wrap_up_contact_id_agent_id")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_wrap_up_agent_id"), "wrap_up", ["agent_id"], unique=False)
    op.create_index(op.f("ix_wrap_up_kind_id"), "wrap_up", ["kind_id"], unique=False)
    op.create_index(op.f("ix_wrap_up_result_id"), "wrap_up", ["result_id"], unique=False)
    op.create_index(
        op.f("ix_wrap_up_talk_segment_id"), "wrap_up", ["talk_segment_id"], unique=False
    )
    op.create_index(op.f("ix_wrap_up_ticket_id"), "wrap_up", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("wrap_up")
    op.drop_table("ticket_step")
    op.drop_table("ticket_contact")
    op.drop_table("ticket")
    op.drop_table("ticket_kind")
