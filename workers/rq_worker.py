"""The process that runs jobs, one forked child for each."""

from __future__ import annotations

import logging
import pkgutil
import signal
import sys
import time
from importlib import import_module
from types import FrameType

import redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from workers import jobs
from workers.health import HealthMark
from workers.jobs import QUEUE
from workers.settings import Settings

log = logging.getLogger("workers.rq")

RETRY_FIRST_S = 0.5
RETRY_LIMIT_S = 10.0
WORKER_TTL_S = 40  # an idle worker reports 15 s before this is over


class MarkedWorker(Worker):
    """A worker that leaves our sign of life whenever RQ writes its own."""

    mark: HealthMark | None = None

    def heartbeat(self, *args: object, **kwargs: object) -> None:
        super().heartbeat(*args, **kwargs)  # type: ignore[arg-type]
        if self.mark is not None:
            self.mark("ok")

    def run_maintenance_tasks(self) -> None:
        super().run_maintenance_tasks()
        if self.mark is not None:
            self.mark("ok")


def run_rq(settings: Settings) -> None:
    """Serve the queue until SIGTERM or SIGINT; the job in hand is finished first.

    A Redis that is absent at the start, or goes away later, is waited for.
    """
    # Until RQ has installed its own: a stop while we wait for Redis is a clean one too.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    load_jobs()
    delay = RETRY_FIRST_S
    while True:
        client = redis.Redis.from_url(settings.redis_url)
        try:
            client.ping()
            queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
            worker = MarkedWorker(
                [queue], connection=client, serializer=JSONSerializer, worker_ttl=WORKER_TTL_S
            )
            worker.mark = HealthMark(client, "rq", ttl_s=worker.dequeue_timeout + 30)
            log.info("jobs of queue %s are run here", QUEUE)
            worker.work(logging_level="WARNING")
            log.info("rq stopped")
            return
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            log.warning("redis away, next try in %.1f s: %s", delay, error)
            time.sleep(delay)
            delay = min(delay * 2, RETRY_LIMIT_S)
        finally:
            client.close()


def load_jobs() -> None:
    """Before the first fork: each child would else spend most of a second on loading them."""
    for module in pkgutil.iter_modules(jobs.__path__):
        import_module(f"{jobs.__name__}.{module.name}")
    configure_mappers()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
