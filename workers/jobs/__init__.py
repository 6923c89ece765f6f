"""Work that may wait. A job takes ids, may run twice, and is named by its dotted path.

Arguments and results travel as JSON: whoever can write to Redis must not be able to run code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

from crm_web.transaction import only_reading
from esl_controller.domain.ids import new_ulid
from workers.database import open_engine
from workers.settings import Settings

QUEUE = "default"
TIMEOUT_S = 600
KEEP_RESULT_S = 86_400


def job_queue(client: redis.Redis) -> Queue:
    """The queue that `python -m workers rq` serves."""
    return Queue(QUEUE, connection=client, serializer=JSONSerializer)


def enqueue(queue: Queue, name: str, *args: object, timeout_s: int = TIMEOUT_S) -> str:
    """Enqueue the function with the dotted `name`; returns the job's id."""
    job_id = new_ulid()
    queue.enqueue_call(
        name, args=args, timeout=timeout_s, job_id=job_id, result_ttl=KEEP_RESULT_S
    )
    return job_id


@contextmanager
def job_session(settings: Settings) -> Iterator[Session]:
    """One job's database session: committed when the block ends, rolled back when it raises."""
    engine = open_engine(settings.database_url)
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


@contextmanager
def reading_session(settings: Settings) -> Iterator[Session]:
    """The same for a long look: it writes nothing, and on SQLite it keeps nobody from writing."""
    engine = open_engine(settings.database_url)
    try:
        with only_reading(), Session(engine) as session:
            yield session
    finally:
        engine.dispose()
