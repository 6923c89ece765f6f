"""Starting a worker: read the settings, build its parts, say what it is, stop cleanly."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from types import FrameType

import redis

from crm_web.recording_store import ArchiveAway
from esl_controller.contract import keys
from workers.health import HealthMark
from workers.settings import BadSetting, Settings
from workers.streams import Consumer, Handler, StreamOptions

log = logging.getLogger("workers")

CONSUMERS = (keys.GROUP_SCREEN_POP, keys.GROUP_CALL_LOG, keys.GROUP_WALLBOARD)

_BATCHING_MS = 100  # rows collected before they are written; the record may lag, the pop may not


def main(arguments: Sequence[str]) -> int:
    """Run one worker until SIGTERM; 2 when the command or the environment is wrong."""
    parser = argparse.ArgumentParser(prog="python -m workers")
    kinds = parser.add_subparsers(dest="kind", required=True)
    consumer = kinds.add_parser("consumer", help="one group of the event stream")
    consumer.add_argument("name", choices=CONSUMERS)
    kinds.add_parser("rq", help="jobs that may wait")
    kinds.add_parser("cron", help="enqueues the periodic jobs")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_env()
    except BadSetting as error:
        log.error("cannot start: %s", error)
        return 2
    _take_archive(settings)
    if chosen.kind == "consumer":
        run_consumer(settings, chosen.name)
    elif chosen.kind == "rq":
        from workers.rq_worker import run_rq

        run_rq(settings)
    else:
        run_cron(settings)
    return 0


def _take_archive(settings: Settings) -> None:
    """From the first start on the archive is known again by its mark."""
    if settings.recordings_archive_dir is None:
        return
    try:
        settings.recordings.pair()
    except ArchiveAway as error:
        log.error("recordings stay here for now: %s", error)


def connect(settings: Settings) -> redis.Redis:
    """A client that waits at most five seconds for an answer; connects when it is used."""
    return redis.Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=5)


def run_consumer(settings: Settings, name: str) -> None:
    """Read the group `name` until SIGTERM or SIGINT."""
    client = connect(settings)
    options, handler = build_consumer(settings, name, client)
    worker = Consumer(client, options, handler, mark=HealthMark(client, name))
    _stop_on_signals(worker.stop)
    log.info("consumer %s reads %s as %s", name, options.stream, options.consumer)
    worker.run()
    log.info("consumer %s stopped", name)


def build_consumer(
    settings: Settings, name: str, client: redis.Redis
) -> tuple[StreamOptions, Handler]:
    """The options and the handler of a group.

    Imported where needed: a relay without the database's libraries is back a second sooner.
    """
    base = StreamOptions(keys.EVENTS, name, socket.gethostname(), keys.DEAD_LETTERS)
    if name == keys.GROUP_CALL_LOG:
        from workers import jobs
        from workers.consumers.call_log import CallLog
        from workers.database import open_engine

        queue = jobs.job_queue(client)
        handler = CallLog(
            open_engine(settings.database_url),
            settings.time_zone,
            lambda storage_key: jobs.enqueue(queue, "workers.jobs.recordings.finish", storage_key),
        )
        return _with(base, linger_ms=_BATCHING_MS), handler
    from workers.consumers.screen_pop import ScreenPop
    from workers.consumers.wallboard import Wallboard
    from workers.emitter import RedisEmitter

    emitter = RedisEmitter(settings.redis_url)
    if name == keys.GROUP_SCREEN_POP:
        return _with(base, start="$"), ScreenPop(emitter, settings.monitor_visible)
    # Short reads, so that a change within the same second is sent soon after it.
    return _with(base, start="$", block_ms=250), Wallboard(client, emitter)


def run_cron(settings: Settings) -> None:
    """Enqueue what is due until SIGTERM or SIGINT."""
    from workers import schedule

    client = connect(settings)
    scheduler = schedule.Scheduler(
        client, settings.time_zone, schedule.PERIODIC, mark=HealthMark(client, "cron")
    )
    _stop_on_signals(scheduler.stop)
    log.info("cron keeps %d jobs, time zone %s", len(schedule.PERIODIC), settings.time_zone)
    scheduler.run()
    log.info("cron stopped")


def _with(options: StreamOptions, **changes: object) -> StreamOptions:
    return StreamOptions(**{**vars(options), **changes})


def _stop_on_signals(stop: Callable[[], None]) -> None:
    def asked(number: int, frame: FrameType | None) -> None:
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
