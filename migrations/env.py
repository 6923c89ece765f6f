"""Alembic's environment: the web's metadata, on the connection that crm_web.database opened."""

from __future__ import annotations

from alembic import context
from sqlalchemy.engine import Connection

from crm_web.models import metadata


def run(connection: Connection) -> None:
    """Run the migrations on `connection` in one transaction, where the database can."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # SQLite can't change a table in place; batch mode copies it.
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run(context.config.attributes["connection"])
