"""Periodic jobs: on the site's clock, once a slot, made up once after a downtime, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import redis
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from workers.health import HealthMark
from workers.jobs import enqueue, job_queue
from workers.schedule import PERIODIC, Periodic, Scheduler, last_slot

ZONE = ZoneInfo("Asia/Shanghai")
DAILY = Periodic("daily", "30 0 * * *", "workers.jobs.reports.daily_export")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def scheduler(client: redis.Redis, now: list[datetime]) -> Scheduler:
    return Scheduler(client, ZONE, [DAILY], now=lambda: now[0])


def test_it_reads_the_clock_of_the_site() -> None:
    slot = int(at("2026-11-23 00:30").timestamp())
    assert last_slot(DAILY.cron, at("2026-11-23 00:30"), ZONE) == slot
    assert last_slot(DAILY.cron, at("2026-11-23 23:59"), ZONE) == slot
    assert last_slot(DAILY.cron, at("2026-11-23 00:29:59"), ZONE) == slot - 86_400


def test_it_knows_every_job_it_lists() -> None:
    import importlib

    for periodic in PERIODIC:
        module, _, name = periodic.job.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))
        last_slot(periodic.cron, datetime.now(UTC), ZONE)


def test_it_enqueues_once_a_slot_and_makes_up_missed_ones_once(client: redis.Redis) -> None:
    now = [at("2026-11-23 12:00")]
    first, second = scheduler(client, now), scheduler(client, now)
    assert first.tick() == []  # a new job waits for its next slot
    now[0] = at("2026-11-24 00:30")
    assert first.tick() + second.tick() == ["daily"]
    assert first.tick() == []
    now[0] += timedelta(days=3, hours=5)  # both were down for three slots
    assert second.tick() == ["daily"]
    assert first.tick() == []
    assert job_queue(client).count == 2


def test_it_runs_jobs_whose_arguments_are_json(client: redis.Redis) -> None:
    queue = job_queue(client)
    job_id = enqueue(queue, "esl_controller.domain.numbers.mask", "13800000021")
    worker = SimpleWorker([queue], connection=client, serializer=JSONSerializer)
    worker.work(burst=True)
    job = Job.fetch(job_id, connection=client, serializer=JSONSerializer)
    assert job.return_value() == "138 **** 0021"


def test_it_leaves_a_mark_that_expires(client: redis.Redis) -> None:
    now = [0.0]
    mark = HealthMark(client, "worker-x", clock=lambda: now[0])
    mark("ok")
    client.delete("health:worker-x")
    mark("ok")
    assert client.exists("health:worker-x") == 0  # not written at every turn
    now[0] += 4
    mark("ok")
    assert 0 < client.ttl("health:worker-x") <= 15
    mark("waiting")
    assert b'"state": "waiting"' in client.get("health:worker-x")
