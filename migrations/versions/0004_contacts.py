"""Contacts with their legs, flows, queues, offers and talks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("called_number", sa.String(length=32), nullable=False),
        sa.Column("number_mask", sa.String(length=32), nullable=False),
        sa.Column("match_kind", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("ivr_ms", sa.Integer(), nullable=False),
        sa.Column("wait_ms", sa.Integer(), nullable=False),
        sa.Column("talk_ms", sa.Integer(), nullable=False),
        sa.Column("hold_ms", sa.Integer(), nullable=False),
        sa.Column("wrap_ms", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("hangup_cause", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("phone_id", BigId, nullable=True),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("premise_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("wrap_up_result_id", BigId, nullable=True),
        sa.Column("first_queue_id", BigId, nullable=True),
        sa.Column("last_agent_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contact_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_contact_customer_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["first_queue_id"],
            ["queue.id"],
            name=op.f("fk_contact_first_queue_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["last_agent_id"],
            ["agent.id"],
            name=op.f("fk_contact_last_agent_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["contact.id"], name=op.f("fk_contact_parent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phone.id"], name=op.f("fk_contact_phone_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["premise_id"], ["premise.id"], name=op.f("fk_contact_premise_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["wrap_up_result_id"],
            ["dictionary_item.id"],
            name=op.f("fk_contact_wrap_up_result_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("pub", name=op.f("uq_contact_pub")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_contact_account_id"), "contact", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_contact_customer_id_started_at"),
        "contact",
        ["customer_id", "started_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contact_first_queue_id_started_at"),
        "contact",
        ["first_queue_id", "started_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contact_last_agent_id_started_at"),
        "contact",
        ["last_agent_id", "started_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contact_local_date_outcome"), "contact", ["local_date", "outcome"], unique=False
    )
    op.create_index(op.f("ix_contact_parent_id"), "contact", ["parent_id"], unique=False)
    op.create_index(
        op.f("ix_contact_phone_id_started_at"), "contact", ["phone_id", "started_at"], unique=False
    )
    op.create_index(
        op.f("ix_contact_premise_id_started_at"),
        "contact",
        ["premise_id", "started_at"],
        unique=False,
    )
    op.create_index(op.f("ix_contact_started_at_id"), "contact", ["started_at", "id"], unique=False)
    op.create_index(
        op.f("ix_contact_wrap_up_result_id"), "contact", ["wrap_up_result_id"], unique=False
    )
    op.create_table(
        "call_leg",
        sa.Column("id", BigId, nullable=False),
        sa.Column("switch_uuid", sa.String(length=64), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("rang_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("hangup_cause", sa.String(length=64), nullable=False),
        sa.Column("sip_code", sa.Integer(), nullable=True),
        sa.Column("codec", sa.String(length=32), nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=True),
        sa.Column("phone_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_call_leg_agent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_call_leg_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phone.id"], name=op.f("fk_call_leg_phone_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_leg")),
        sa.UniqueConstraint("switch_uuid", name=op.f("uq_call_leg_switch_uuid")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_call_leg_agent_id"), "call_leg", ["agent_id"], unique=False)
    op.create_index(op.f("ix_call_leg_contact_id"), "call_leg", ["contact_id"], unique=False)
    op.create_index(op.f("ix_call_leg_phone_id"), "call_leg", ["phone_id"], unique=False)
    op.create_table(
        "flow_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("flow_code", sa.String(length=64), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("exit_kind", sa.String(length=16), nullable=False),
        sa.Column("goal_code", sa.String(length=64), nullable=False),
        sa.Column("last_node", sa.String(length=64), nullable=False),
        sa.Column("trail", Json(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_flow_run_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_run")),
        sa.UniqueConstraint("contact_id", "seq", name=op.f("uq_flow_run_contact_id_seq")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_flow_run_flow_code_entered_at"),
        "flow_run",
        ["flow_code", "entered_at"],
        unique=False,
    )
    op.create_table(
        "queue_visit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("queue_id", BigId, nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("first_offered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("wait_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("came_from", sa.String(length=16), nullable=False),
        sa.Column("request_started_at", UtcDateTime(), nullable=True),
        sa.Column("ends_request", sa.Boolean(), nullable=False),
        sa.Column("answered_agent_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_agent_id"],
            ["agent.id"],
            name=op.f("fk_queue_visit_answered_agent_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_queue_visit_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name=op.f("fk_queue_visit_queue_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_visit")),
        sa.UniqueConstraint("contact_id", "seq", name=op.f("uq_queue_visit_contact_id_seq")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_queue_visit_answered_agent_id"), "queue_visit", ["answered_agent_id"], unique=False
    )
    op.create_index(op.f("ix_queue_visit_entered_at"), "queue_visit", ["entered_at"], unique=False)
    op.create_index(
        op.f("ix_queue_visit_queue_id_entered_at"),
        "queue_visit",
        ["queue_id", "entered_at"],
        unique=False,
    )
    op.create_table(
        "agent_offer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("queue_visit_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ring_ms", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_offer_agent_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["queue_visit_id"],
            ["queue_visit.id"],
            name=op.f("fk_agent_offer_queue_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_offer")),
        sa.UniqueConstraint(
            "queue_visit_id", "seq", name=op.f("uq_agent_offer_queue_visit_id_seq")
        ),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_agent_offer_agent_id_offered_at"),
        "agent_offer",
        ["agent_id", "offered_at"],
        unique=False,
    )
    op.create_table(
        "talk_segment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("contact_id", BigId, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("talk_ms", sa.Integer(), nullable=False),
        sa.Column("hold_ms", sa.Integer(), nullable=False),
        sa.Column("hold_count", sa.Integer(), nullable=False),
        sa.Column("wrap_started_at", UtcDateTime(), nullable=True),
        sa.Column("wrap_ms", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.Column("agent_id", BigId, nullable=False),
        sa.Column("queue_visit_id", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_talk_segment_agent_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_talk_segment_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["queue_visit_id"],
            ["queue_visit.id"],
            name=op.f("fk_talk_segment_queue_visit_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_segment")),
        sa.UniqueConstraint("contact_id", "seq", name=op.f("uq_talk_segment_contact_id_seq")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_talk_segment_agent_id_started_at"),
        "talk_segment",
        ["agent_id", "started_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_talk_segment_queue_visit_id"), "talk_segment", ["queue_visit_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("talk_segment")
    op.drop_table("agent_offer")
    op.drop_table("queue_visit")
    op.drop_table("flow_run")
    op.drop_table("call_leg")
    op.drop_table("contact")
