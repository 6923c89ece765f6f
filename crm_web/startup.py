"""What the web does once after its start, as soon as the parts that it needs are there.

The server answers from the first moment (503 where a part is missing); this waits beside it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import redis
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from crm_web.areas.org import publishing
from crm_web.database import newest_revision, present_revision
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from esl_controller.domain.errors import SnapshotInvalid

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
log = logging.getLogger("crm_web.startup")


class NotYet(Exception):
    """A part is not ready; the message says which and what to do."""


def bring_up(app: Flask, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait for database, schema and Redis, then hand the configuration to the controller."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            with app.app_context():
                _check_schema()
                with unit_of_work():
                    version = publishing.publish().version
        except (NotYet, SQLAlchemyError, redis.exceptions.RedisError) as error:
            log.warning("not ready: %s; next try in %.0f s", _short(error), pause)
            sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
            continue
        except SnapshotInvalid as error:
            log.error("the telephony configuration can't be published: %s", error)
            return
        log.info("ready: database and Redis answer, telephony version %s is out", version)
        return


def _check_schema() -> None:
    present, newest = present_revision(db.engine), newest_revision()
    if present != newest:
        raise NotYet(
            f"the database has schema {present}, this program needs {newest}: "
            "run `python -m crm_web.cli init-db`"
        )


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
