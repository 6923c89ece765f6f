"""Places, customers, telephone numbers, accounts, bills."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_web.columns import MYSQL_TABLE, BigId, Json, UtcDateTime, Volume

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_norm", sa.String(length=120), nullable=False),
        sa.Column("name_pinyin", sa.String(length=190), nullable=False),
        sa.Column("gender", sa.String(length=8), nullable=False),
        sa.Column("class_code", sa.String(length=32), nullable=False),
        sa.Column("vip_level", sa.Integer(), nullable=False),
        sa.Column("care_flags", Json(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["customer.id"],
            name=op.f("fk_customer_merged_into_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("pub", name=op.f("uq_customer_pub")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_customer_class_code_vip_level"),
        "customer",
        ["class_code", "vip_level"],
        unique=False,
    )
    op.create_index(
        op.f("ix_customer_merged_into_id"), "customer", ["merged_into_id"], unique=False
    )
    op.create_index(op.f("ix_customer_name_norm"), "customer", ["name_norm"], unique=False)
    op.create_index(op.f("ix_customer_name_pinyin"), "customer", ["name_pinyin"], unique=False)
    op.create_table(
        "phone",
        sa.Column("id", BigId, nullable=False),
        sa.Column("e164", sa.String(length=20), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("tail8", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_broker", sa.Boolean(), nullable=False),
        sa.Column("bad_since", UtcDateTime(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone")),
        sa.UniqueConstraint("e164", name=op.f("uq_phone_e164")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_phone_last4"), "phone", ["last4"], unique=False)
    op.create_index(op.f("ix_phone_tail8"), "phone", ["tail8"], unique=False)
    op.create_table(
        "estate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_norm", sa.String(length=120), nullable=False),
        sa.Column("pinyin", sa.String(length=190), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("district_id", BigId, nullable=False),
        sa.Column("service_unit_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"],
            ["district.id"],
            name=op.f("fk_estate_district_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["service_unit_id"],
            ["org_unit.id"],
            name=op.f("fk_estate_service_unit_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate")),
        sa.UniqueConstraint(
            "district_id", "name_norm", name=op.f("uq_estate_district_id_name_norm")
        ),
        sa.UniqueConstraint("pub", name=op.f("uq_estate_pub")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_estate_pinyin"), "estate", ["pinyin"], unique=False)
    op.create_index(op.f("ix_estate_service_unit_id"), "estate", ["service_unit_id"], unique=False)
    op.create_table(
        "building",
        sa.Column("id", BigId, nullable=False),
        sa.Column("estate_id", BigId, nullable=False),
        sa.Column("building_norm", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("lat", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("lng", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_building_estate_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint(
            "estate_id", "building_norm", name=op.f("uq_building_estate_id_building_norm")
        ),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_building_lat_lng"), "building", ["lat", "lng"], unique=False)
    op.create_table(
        "estate_alias",
        sa.Column("id", BigId, nullable=False),
        sa.Column("estate_id", BigId, nullable=False),
        sa.Column("alias", sa.String(length=120), nullable=False),
        sa.Column("alias_norm", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_estate_alias_estate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate_alias")),
        sa.UniqueConstraint(
            "alias_norm", "estate_id", name=op.f("uq_estate_alias_alias_norm_estate_id")
        ),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_estate_alias_estate_id"), "estate_alias", ["estate_id"], unique=False)
    op.create_table(
        "building_unit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("building_id", BigId, nullable=False),
        sa.Column("unit_norm", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"],
            ["building.id"],
            name=op.f("fk_building_unit_building_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building_unit")),
        sa.UniqueConstraint(
            "building_id", "unit_norm", name=op.f("uq_building_unit_building_id_unit_norm")
        ),
        **MYSQL_TABLE,
    )
    op.create_table(
        "premise",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("premise_key", sa.String(length=64), nullable=False),
        sa.Column("building_unit_id", BigId, nullable=False),
        sa.Column("door_norm", sa.String(length=32), nullable=False),
        sa.Column("address_label", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("area_m2", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("external_ref", sa.String(length=64), nullable=True),
        sa.Column("last_contact_at", UtcDateTime(), nullable=True),
        sa.Column("open_ticket_count", sa.Integer(), nullable=False),
        sa.Column("merged_into_id", BigId, nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_unit_id"],
            ["building_unit.id"],
            name=op.f("fk_premise_building_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["premise.id"],
            name=op.f("fk_premise_merged_into_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premise")),
        sa.UniqueConstraint(
            "building_unit_id", "door_norm", name=op.f("uq_premise_building_unit_id_door_norm")
        ),
        sa.UniqueConstraint("premise_key", name=op.f("uq_premise_premise_key")),
        sa.UniqueConstraint("pub", name=op.f("uq_premise_pub")),
        sa.UniqueConstraint("source", "external_ref", name=op.f("uq_premise_source_external_ref")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_premise_merged_into_id"), "premise", ["merged_into_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("account_no", sa.String(length=32), nullable=False),
        sa.Column("premise_id", BigId, nullable=False),
        sa.Column("payer_id", BigId, nullable=True),
        sa.Column("supply_state", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("usage_class", sa.String(length=32), nullable=False),
        sa.Column("contract_no", sa.String(length=32), nullable=False),
        sa.Column("cycle", sa.String(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("arrears_fen", sa.BigInteger(), nullable=False),
        sa.Column("arrears_since", sa.Date(), nullable=True),
        sa.Column("synced_at", UtcDateTime(), nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payer_id"], ["customer.id"], name=op.f("fk_account_payer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["premise_id"], ["premise.id"], name=op.f("fk_account_premise_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("pub", name=op.f("uq_account_pub")),
        sa.UniqueConstraint("source", "account_no", name=op.f("uq_account_source_account_no")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_account_account_no"), "account", ["account_no"], unique=False)
    op.create_index(op.f("ix_account_payer_id"), "account", ["payer_id"], unique=False)
    op.create_index(op.f("ix_account_premise_id"), "account", ["premise_id"], unique=False)
    op.create_index(
        op.f("ix_account_status_arrears_fen"), "account", ["status", "arrears_fen"], unique=False
    )
    op.create_table(
        "phone_link",
        sa.Column("id", BigId, nullable=False),
        sa.Column("link_key", sa.String(length=64), nullable=False),
        sa.Column("phone_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=True),
        sa.Column("premise_id", BigId, nullable=True),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "customer_id IS NOT NULL OR premise_id IS NOT NULL",
            name=op.f("ck_phone_link_has_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_phone_link_customer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"], ["phone.id"], name=op.f("fk_phone_link_phone_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["premise_id"],
            ["premise.id"],
            name=op.f("fk_phone_link_premise_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_link")),
        sa.UniqueConstraint("link_key", name=op.f("uq_phone_link_link_key")),
        **MYSQL_TABLE,
    )
    op.create_index(op.f("ix_phone_link_customer_id"), "phone_link", ["customer_id"], unique=False)
    op.create_index(
        op.f("ix_phone_link_phone_id_ended_at"),
        "phone_link",
        ["phone_id", "ended_at"],
        unique=False,
    )
    op.create_index(op.f("ix_phone_link_premise_id"), "phone_link", ["premise_id"], unique=False)
    op.create_table(
        "premise_customer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("premise_id", BigId, nullable=False),
        sa.Column("customer_id", BigId, nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_premise_customer_customer_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["premise_id"],
            ["premise.id"],
            name=op.f("fk_premise_customer_premise_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premise_customer")),
        sa.UniqueConstraint(
            "premise_id",
            "customer_id",
            "relation",
            "from_on",
            name=op.f("uq_premise_customer_premise_id_customer_id_relation_from_on"),
        ),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_premise_customer_customer_id"), "premise_customer", ["customer_id"], unique=False
    )
    op.create_table(
        "bill",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pub", sa.CHAR(length=26), nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("bill_no", sa.String(length=32), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("usage", Volume(), nullable=False),
        sa.Column("reading", Volume(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_bill_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("pub", name=op.f("uq_bill_pub")),
        sa.UniqueConstraint("source", "bill_no", name=op.f("uq_bill_source_bill_no")),
        **MYSQL_TABLE,
    )
    op.create_index(
        op.f("ix_bill_account_id_period_to"), "bill", ["account_id", "period_to"], unique=False
    )
    op.create_index(op.f("ix_bill_status_due_on"), "bill", ["status", "due_on"], unique=False)


def downgrade() -> None:
    op.drop_table("bill")
    op.drop_table("premise_customer")
    op.drop_table("phone_link")
    op.drop_table("account")
    op.drop_table("premise")
    op.drop_table("building_unit")
    op.drop_table("estate_alias")
    op.drop_table("building")
    op.drop_table("estate")
    op.drop_table("phone")
    op.drop_table("customer")
