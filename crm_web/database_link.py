"""Connections to PostgreSQL and MariaDB on which every wait has a bound.

A server that died says so at once; one that hangs (a frozen machine, a pulled cable) says nothing,
and without a limit of our own each request that meets it would wait for ever. At the limit the
connection is given up, the request gets OperationalError, and the pool forgets its other ones.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL

CONNECT_S = 2
PING_S = 2.0


class BoundedConnection(psycopg.Connection[Any]):
    """Waits at most `answer_s` for the server in each round trip."""

    answer_s = 0.0

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        # The pool looks whether a connection lives before it hands it out, and does so, alone
        # of all, outside a transaction.
        limit_s = min(PING_S, self.answer_s) if self.autocommit else self.answer_s
        ends = time.monotonic() + limit_s
        options.setdefault("timeout", limit_s)
        try:
            return super().wait(gen, *args, **options)
        except psycopg.OperationalError:
            if time.monotonic() < ends:
                raise
            self.close()  # its answer may still come, and would be taken for the next one
            raise psycopg.OperationalError(f"no answer within {limit_s:g} s") from None


def engine_options(url: URL, answer_s: float) -> dict[str, Any]:
    """What create_engine() needs; `bound` does the rest."""
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_S}
    if url.get_backend_name() != "postgresql":
        arguments |= {"read_timeout": answer_s, "write_timeout": answer_s}
    return {"pool_pre_ping": True, "pool_recycle": 1800, "connect_args": arguments}


def bound(engine: Engine, answer_s: float) -> None:
    """PostgreSQL's driver has no such limit among its settings; MariaDB's has."""
    if engine.dialect.name != "postgresql":
        return

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: Any, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> psycopg.Connection[Any]:
        made = BoundedConnection.connect(*arguments, **options)
        made.answer_s = answer_s
        return made
