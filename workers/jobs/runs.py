"""Writing down when a periodic job ran and what came of it, for the page of the system."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from crm_web.areas.system.models import JobRun
from crm_web.columns import utc_now
from workers.jobs import job_session
from workers.settings import Settings

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
_LONGEST = 500

P = ParamSpec("P")
R = TypeVar("R")


def noted(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The job's runs are kept under `name`: its result, or the error, which is raised on."""

    def wrap(job: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(job)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            begun = JobRun(name=name, status="done", started_at=utc_now())
            try:
                result = job(*args, **kwargs)
            except Exception as error:
                begun.status = "failed"
                _write(begun, f"{type(error).__name__}: {error}")
                raise
            _write(begun, str(result))
            return result

        return run

    return wrap


def _write(run: JobRun, detail: str) -> None:
    """A run that can't be written down has run all the same."""
    run.finished_at = utc_now()
    run.ms = int((run.finished_at - run.started_at).total_seconds() * 1000)
    run.detail = detail[:_LONGEST]
    try:
        with job_session(Settings.from_env()) as session:
            session.execute(delete(JobRun).where(JobRun.started_at < utc_now() - KEPT))
            session.add(run)
    except SQLAlchemyError as error:
        log.warning("%s: its run is not written down: %s", run.name, error)
