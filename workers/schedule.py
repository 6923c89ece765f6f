"""Periodic jobs: one list, the site's clock, at most one run a slot.

Not RQ's own scheduler: it enqueues pickled arguments, forgets the runs missed while it was down,
and two of them run everything twice. Here the last run of each job is kept in Redis and moved
forward by one conditional write, so a missed slot is made up once and a second scheduler only
finds that the slot is taken.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import redis
from croniter import croniter

from workers.jobs import enqueue, job_queue

log = logging.getLogger(__name__)

LAST_RUNS = "cron:last"  # hash job name -> epoch seconds of the slot last enqueued
TICK_S = 5.0

# Takes the slot only if nobody has taken it or a later one.
_TAKE = """
local last = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if last >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""


@dataclass(frozen=True)
class Periodic:
    """`cron` is five fields on the site's clock; `job` a dotted name without arguments."""

    name: str
    cron: str
    job: str
    timeout_s: int = 3600


PERIODIC = (
    Periodic("daily-export", "30 0 * * *", "workers.jobs.reports.daily_export"),
    Periodic("reconcile-contacts", "15 3 * * *", "workers.jobs.reconcile.close_lost_contacts"),
    Periodic("recheck-recordings", "45 3 * * *", "workers.jobs.recordings.recheck"),
    Periodic("compare-recordings", "0 4 * * *", "workers.jobs.gaps.compare"),
    Periodic("purge-recordings", "30 4 * * *", "workers.jobs.retention.purge"),
    Periodic("archive-recordings", "40 * * * *", "workers.jobs.archive.move"),
    Periodic("clear-old-marks", "20 4 * * *", "workers.jobs.housekeeping.clear"),
    Periodic("clear-old-cdr", "25 4 * * *", "workers.jobs.housekeeping.clear_cdr"),
)


def last_slot(cron: str, now: datetime, zone: ZoneInfo) -> int:
    """The newest slot that is not after `now`, in epoch seconds."""
    local = now.astimezone(zone)
    # croniter gives the slot before its start; a start within the slot's own second would skip it.
    found = croniter(cron, datetime.fromtimestamp(local.timestamp() + 1, zone)).get_prev(datetime)
    return int(found.timestamp())


class Scheduler:
    """Looks every few seconds which slots have come and enqueues their jobs."""

    def __init__(
        self,
        client: redis.Redis,
        zone: ZoneInfo,
        periodic: Sequence[Periodic],
        *,
        mark: Callable[[str], None] = lambda state: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._redis = client
        self._zone = zone
        self._periodic = periodic
        self._mark = mark
        self._now = now
        self._sleep = sleep
        self._stopping = False

    def stop(self) -> None:
        """End at the next tick. Safe to call from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Tick until stopped; a Redis that is away is waited for."""
        while not self._stopping:
            try:
                self.tick()
                self._mark("ok")
            except redis.exceptions.RedisError as error:
                log.warning("redis away: %s", error)
            self._pause()

    def tick(self) -> list[str]:
        """Enqueue what has come due; returns the names. A new job waits for its next slot."""
        queue = job_queue(self._redis)
        ran = []
        for job in self._periodic:
            slot = last_slot(job.cron, self._now(), self._zone)
            if self._redis.hsetnx(LAST_RUNS, job.name, slot):
                continue
            if self._redis.eval(_TAKE, 1, LAST_RUNS, job.name, slot):
                enqueue(queue, job.job, timeout_s=job.timeout_s)
                log.info("%s enqueued for its slot %d", job.name, slot)
                ran.append(job.name)
        return ran

    def _pause(self) -> None:
        ends = time.monotonic() + TICK_S
        while not self._stopping and (left := ends - time.monotonic()) > 0:
            self._sleep(min(left, 0.2))
