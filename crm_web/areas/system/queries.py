"""The state of every part, each asked with a short limit and never trusted to answer."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import redis
import requests
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from crm_web import far_disk, live
from crm_web.areas.system.models import JobRun, RepairLog
from crm_web.columns import to_ms, utc_now
from crm_web.database import newest_revision, present_revision
from crm_web.extensions import db
from crm_web.recording_store import NONE as NO_ARCHIVE
from crm_web.recording_store import OK as ARCHIVE_OK
from crm_web.recording_store import ArchiveAway
from crm_web.redis_link import client
from crm_web.settings import Settings
from esl_controller.contract import keys

log = logging.getLogger("crm_web.system")

GROUPS = (keys.GROUP_SCREEN_POP, keys.GROUP_CALL_LOG, keys.GROUP_WALLBOARD)
WORKERS = ("rq", "cron")
ASK_S = 1.5
LATE_MS = 30_000  # a consumer further behind than this is reported
OLD_PICTURE_MS = 30_000
LEAST_FREE = 2 * 1024**3  # bytes; two days of recordings of a small site
VITAL = ("database", "redis")

OK, DEGRADED, DOWN = "ok", "degraded", "down"
NO_SIGN = "no sign of life"
SWITCHES = {"freeswitch": "FreeSWITCH", "rehearsal": "rehearsal switch"}


@dataclass(frozen=True)
class Part:
    """One part: its state, one line for people, and figures for machines."""

    name: str
    state: str
    text: str
    figures: dict[str, Any]


@dataclass(frozen=True)
class Health:
    """All parts. `state` is down when the web itself can't do its work."""

    state: str
    at: int
    parts: tuple[Part, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.state,
            "at": self.at,
            "parts": {part.name: _without_name(part) for part in self.parts},
        }


def _without_name(part: Part) -> dict[str, Any]:
    values = asdict(part)
    del values["name"]
    return values


def health() -> Health:
    """Ask every part. Takes at most a few seconds, whatever is broken."""
    parts = [
        _asked("database", _database),
        _asked("redis", _redis),
        _asked("controller", _controller),
        _asked("switch", _switch),
        *(_asked(f"consumer:{group}", partial(_consumer, group)) for group in GROUPS),
        *(_asked(f"worker:{name}", partial(_worker, name)) for name in WORKERS),
        _asked("recordings", _recordings),
        *([_asked("archive", _archive)] if _has_archive() else []),
    ]
    vital_down = any(part.state == DOWN for part in parts if part.name in VITAL)
    all_well = all(part.state == OK for part in parts)
    state = DOWN if vital_down else OK if all_well else DEGRADED
    return Health(state, to_ms(utc_now()), tuple(parts))


def _asked(name: str, ask: Callable[[], tuple[str, str, dict[str, Any]]]) -> Part:
    try:
        return Part(name, *ask())
    except (SQLAlchemyError, redis.exceptions.RedisError, requests.RequestException) as error:
        return Part(name, DOWN, type(error).__name__, {})
    except (OSError, ValueError) as error:
        return Part(name, DOWN, str(error)[:120], {})


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def _database() -> tuple[str, str, dict[str, Any]]:
    db.session.execute(text("SELECT 1"))
    present, newest = present_revision(db.engine), newest_revision()
    figures = {"kind": db.engine.dialect.name, "schema": present, "needed": newest}
    # A database made without the migrations (in tests) has no revision, and all the tables.
    if present not in (newest, None):
        return DOWN, f"schema {present}, needed {newest}", figures
    return OK, "", figures


def _redis() -> tuple[str, str, dict[str, Any]]:
    link = client()
    link.ping()
    waiting = int(link.xlen(keys.COMMANDS))
    dead = int(link.xlen(keys.DEAD_LETTERS))
    figures = {"events": link.xlen(keys.EVENTS), "commands": waiting, "dead_letters": dead}
    return (DEGRADED if dead else OK), (f"{dead} dead letters" if dead else ""), figures


def _controller() -> tuple[str, str, dict[str, Any]]:
    answer = requests.get(f"{_settings().controller_url}/healthz", timeout=ASK_S)
    figures = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    if not isinstance(figures, dict):
        figures = {}
    state = OK if answer.status_code == 200 else DEGRADED
    return state, "" if state == OK else f"HTTP {answer.status_code}", figures


def _switch() -> tuple[str, str, dict[str, Any]]:
    kind, nodes = _settings().switch, live.nodes()
    figures: dict[str, Any] = {"kind": kind, "nodes": nodes}
    if not nodes:
        return DOWN, "no picture yet", figures
    newest = max(nodes.values(), key=lambda node: node["at"])
    age = to_ms(utc_now()) - newest["at"]
    if not newest["switch_up"]:
        return DOWN, "the controller has no link to it", figures
    if age >= OLD_PICTURE_MS:
        return DEGRADED, f"the picture is {age // 1000} s old", figures
    return OK, SWITCHES.get(kind, kind), figures


def _consumer(group: str) -> tuple[str, str, dict[str, Any]]:
    """Alive by its mark; behind by the age difference of the newest and its last entry.

    Redis 6 does not count a group's lag, but the ids of a stream are times.
    """
    link = client()
    mark = link.get(f"{keys.HEALTH}{group}")
    newest, done, pending = "0-0", "0-0", 0
    if link.exists(keys.EVENTS):
        newest = str(link.xinfo_stream(keys.EVENTS)["last-generated-id"])
        for info in link.xinfo_groups(keys.EVENTS):
            if info["name"] == group:
                done, pending = str(info["last-delivered-id"]), int(info["pending"])
    behind = max(0, _ms(newest) - _ms(done)) if _ms(done) else 0
    known = json.loads(mark) if isinstance(mark, str) else {}
    figures = {"behind_ms": behind, "pending": pending, "mark": known}
    if mark is None:
        return DOWN, NO_SIGN, figures
    if behind > LATE_MS or known.get("state") not in (None, "ok"):
        return DEGRADED, str(known.get("state") or ""), figures
    return OK, "", figures


def _worker(name: str) -> tuple[str, str, dict[str, Any]]:
    """Alive by its mark. rq: the jobs that wait, and those that failed and are kept to be looked
    at, which is no fault of the worker's."""
    link = client()
    mark = link.get(f"{keys.HEALTH}{name}")
    known = json.loads(mark) if isinstance(mark, str) else {}
    figures: dict[str, Any] = {"mark": known}
    if name == "rq":
        queues = [str(key) for key in link.smembers("rq:queues")]
        figures["waiting"] = sum(int(link.llen(key)) for key in queues)
        figures["failed"] = sum(
            int(link.zcard(key.replace("rq:queue:", "rq:failed:", 1))) for key in queues
        )
    if mark is None:
        return DOWN, NO_SIGN, figures
    if known.get("state") not in (None, "ok"):
        return DEGRADED, str(known["state"]), figures
    return OK, "jobs failed" if figures.get("failed") else "", figures


def _ms(entry_id: str) -> int:
    return int(entry_id.partition("-")[0])


def _recordings() -> tuple[str, str, dict[str, Any]]:
    folder = _settings().recordings_dir
    if not folder.is_dir():
        return DEGRADED, "the folder is not there", {}
    return _room(folder)


def _has_archive() -> bool:
    store = _settings().recordings
    return store.archive is not None or store.state() != NO_ARCHIVE


def _archive() -> tuple[str, str, dict[str, Any]]:
    """The storage server. Away is no fault of ours: recordings stay here until it is back."""
    store = _settings().recordings
    try:
        if far_disk.ask(store.state) == ARCHIVE_OK and store.archive is not None:
            return far_disk.ask(partial(_room, store.archive))
    except ArchiveAway:
        log.warning("the archive of recordings does not answer")
    return DEGRADED, "the archive is away", {}


def _room(folder: Path) -> tuple[str, str, dict[str, Any]]:
    usage = shutil.disk_usage(folder)
    figures = {"free_bytes": usage.free, "total_bytes": usage.total}
    text = f"{usage.free / 1024**3:.1f} GiB free of {usage.total / 1024**3:.1f}"
    return (OK if usage.free > LEAST_FREE else DEGRADED), text, figures


def last_jobs(limit: int = 20) -> list[JobRun]:
    """The latest job runs."""
    return list(db.session.scalars(select(JobRun).order_by(JobRun.started_at.desc()).limit(limit)))


def last_repairs(limit: int = 20) -> list[RepairLog]:
    """What was found broken lately."""
    return list(db.session.scalars(select(RepairLog).order_by(RepairLog.at.desc()).limit(limit)))
