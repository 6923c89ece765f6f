"""Enqueueing jobs by name, after commit. The web never imports the workers."""

from __future__ import annotations

from typing import Any

import redis
from flask import current_app
from rq import Queue
from rq.serializers import JSONSerializer

from crm_web.transaction import on_commit
from esl_controller.domain.ids import new_ulid

TIMEOUT_S = 600


def enqueue(name: str, *args: Any, queue: str = "default", timeout_s: int = TIMEOUT_S) -> str:
    """Enqueue the function with the dotted `name` after the commit; returns the job's id.

    Arguments go as JSON: pass ids, not objects.
    """
    job_id = new_ulid()

    def leave() -> None:
        Queue(queue, connection=_connection(), serializer=JSONSerializer).enqueue_call(
            name, args=args, timeout=timeout_s, job_id=job_id, result_ttl=86400
        )

    on_commit(leave)
    return job_id


def _connection() -> redis.Redis:
    """RQ keeps bytes; the app's own client decodes, so it can't be shared."""
    found = current_app.extensions.get("rq_redis")
    if found is None:
        found = redis.Redis.from_url(
            current_app.extensions["settings"].redis_url,
            socket_connect_timeout=1.0,
            socket_timeout=2.0,
        )
        current_app.extensions["rq_redis"] = found
    return found
