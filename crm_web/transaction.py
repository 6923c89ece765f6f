"""One commit point per request or job; what leaves the database's world leaves after it.

A view that answers below 400 commits; one that raises or answers a refusal (a form shown again
with its errors) rolls back. Services never commit. GET requests
read in a deferred transaction, everything else writes; on SQLite a writing transaction begins
with BEGIN IMMEDIATE, because one that reads first and writes later fails at once when another
process wrote in between, whatever busy_timeout says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore
from typing import Any, TypeVar

from flask import Flask, current_app, has_request_context, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from crm_web.extensions import db

log = logging.getLogger("crm_web.transaction")

View = TypeVar("View", bound=Callable[..., Any])
_read_only: ContextVar[bool | None] = ContextVar("read_only", default=None)
_QUEUE = "after_commit_effects"
READING = ("GET", "HEAD", "OPTIONS")
TURN_S = 5.0


def on_commit(effect: Callable[[], Any]) -> None:
    """Run `effect` after the present transaction has committed; never if it rolls back."""
    db.session().info.setdefault(_QUEUE, []).append(effect)


def writes(view: View) -> View:
    """Marks a GET view that writes (a read that must be audited)."""
    view.writes = True  # type: ignore[attr-defined]
    return view


def reads(view: View) -> View:
    """Marks a POST view that only reads the database (an enquiry, a command for the switch), so
    that it waits for no writer."""
    view.writes = False  # type: ignore[attr-defined]
    return view


def commits_refusals(view: View) -> View:
    """Marks a view whose refusal must be remembered too (a failed sign-in is counted)."""
    view.commits_refusals = True  # type: ignore[attr-defined]
    return view


def is_read_only() -> bool:
    """Whether the present transaction may only read."""
    told = _read_only.get()
    if told is not None:
        return told
    if not has_request_context():
        return False
    view = current_app.view_functions.get(request.endpoint or "")
    return not getattr(view, "writes", request.method not in READING)


@contextmanager
def only_reading() -> Iterator[None]:
    """Transactions that begin in here write nothing and do not ask for SQLite's write lock."""
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Outside requests: a long read (a report) that must not hold SQLite's write lock."""
    with only_reading():
        try:
            yield
        finally:
            db.session.rollback()


@contextmanager
def apart() -> Iterator[Connection]:
    """A short write of its own beside a reading request. Never inside a writing one: on SQLite
    it would wait for the lock that the request itself holds."""
    token = _read_only.set(False)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _read_only.reset(token)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The commit point of jobs, consumers and the command line; needs an app context."""
    token = _read_only.set(False)
    try:
        yield
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        _read_only.reset(token)


def commit() -> None:
    """Commit, then let the effects leave. A failing effect is raised after the others ran."""
    effects: list[Callable[[], Any]] = db.session().info.pop(_QUEUE, [])
    db.session.commit()
    failed: Exception | None = None
    for effect in effects:
        try:
            effect()
        except Exception as error:  # the row is committed; the other effects must still leave
            log.error("an effect after commit failed: %s", error)
            failed = failed or error
    if failed is not None:
        raise failed


def rollback() -> None:
    """Forget the transaction and everything that waited for its commit."""
    db.session().info.pop(_QUEUE, None)
    db.session.rollback()


class TransactionalFlask(Flask):
    """Flask with the commit point around each view."""

    def dispatch_request(self) -> ResponseReturnValue:
        try:
            answer = self.make_response(super().dispatch_request())
            if is_read_only():
                _refuse_writes()
            if answer.status_code < 400 or _remembers_refusals():
                commit()
            else:
                rollback()
        except BaseException:
            rollback()
            raise
        return answer


def _remembers_refusals() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "commits_refusals", False))


def _refuse_writes() -> None:
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError(f"{request.endpoint} wrote in a GET request; mark it with @writes")


def prepare_sqlite(engine: Engine) -> None:
    """WAL, a bounded wait for locks, foreign keys on, and our own BEGIN.

    Writers of this process take turns before they ask SQLite: its own wait would hold the one
    thread of all requests, also that of the request which has the lock and only needs to go on.
    """
    turn = Semaphore(1)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "busy_timeout = 5000",
            "synchronous = NORMAL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if is_read_only():
            connection.exec_driver_sql("BEGIN")
            return
        # Not forever: one request may, by mistake, open two writing connections.
        connection.info["turn"] = turn.acquire(timeout=TURN_S)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            _end(connection)
            raise

    @event.listens_for(engine, "commit")
    @event.listens_for(engine, "rollback")
    def _end(connection: Connection) -> None:
        if connection.info.pop("turn", False):
            turn.release()
