"""Writing down who was refused for want of a right: at a page, a command, a live room.

One row a minute for a user and a place: whoever tries a thousand times leaves a trace, not a flood.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from crm_web import audit, errors, transaction
from crm_web.areas.audit import queries as acts
from crm_web.columns import utc_now
from crm_web.errors import Forbidden, OutOfReach
from crm_web.security import Principal

ACTION = "access.refused"
ONE_ROW = timedelta(minutes=1)
log = logging.getLogger("crm_web.refusals")


def init_app(app: Flask) -> None:
    """Note each refusal before it is answered."""
    app.register_error_handler(Forbidden, _refused)
    app.register_error_handler(OutOfReach, _refused)


def _refused(error: Forbidden | OutOfReach) -> Response:
    details = {"method": request.method, "path": request.path[:200], **error.details}
    note("route", request.endpoint or "", details)
    return errors.refused(error)


def note(kind: str, place: str, details: dict[str, Any]) -> None:
    """Write down that the present user was refused at a place: a route's endpoint or a room.

    Never raises: a refusal is a refusal, also while the database is away.
    """
    user = current_user._get_current_object()
    if not isinstance(user, Principal):
        return  # the sign-in page is all that he gets, and trying it is limited and recorded
    log.warning("%s was refused at %s %s", user.login, kind, place)
    try:
        transaction.rollback()  # the request came to nothing, and may hold SQLite's lock
        if acts.is_recorded(ACTION, kind, place[:64], user.id, utc_now() - ONE_ROW):
            return
        transaction.rollback()
        with transaction.apart() as connection:
            audit.record_apart(connection, ACTION, kind, place, details)
    except SQLAlchemyError as error:
        log.error("the refusal is not in the audit log: %s", error)
