"""The workers' connection to the database: one engine a process, made from its settings."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from crm_web.database_link import bound, engine_options
from crm_web.settings import DRIVERS
from crm_web.transaction import prepare_sqlite

POOL_WAIT_S = 10
#: The longest statement of a report or a clean-up; a server that hangs is noticed after it.
ANSWER_S = 60.0


def open_engine(url: str) -> Engine:
    """An engine for `url`; connects only when it is used, and waits a bounded time for that."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address)
        prepare_sqlite(engine)
        return engine
    address = address.set(drivername=DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() in ("mysql", "mariadb"):
        address = address.update_query_dict({"charset": "utf8mb4"})
    engine = create_engine(address, **engine_options(address, ANSWER_S), pool_timeout=POOL_WAIT_S)
    bound(engine, ANSWER_S)
    return engine
