"""ConfigSource: the telephony snapshot from Redis, and its last good copy on disk."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import orjson
import redis

from esl_controller.contract import keys
from esl_controller.domain.errors import SnapshotInvalid
from esl_controller.domain.snapshot import Snapshot

log = logging.getLogger(__name__)


class SnapshotStore:
    """A snapshot that cannot be used never replaces one that can."""

    def __init__(self, client: redis.Redis, file: Path) -> None:
        self._redis = client
        self._file = file
        self._kept = b""

    def load(self) -> Snapshot | None:
        """The newest usable snapshot; from disk with Redis away; None when there never was one."""
        raw = self._from_redis()
        snapshot = _read(raw, "Redis") if raw else None
        if snapshot is not None and raw is not None:
            self._keep(raw)
            return snapshot
        try:
            return _read(self._file.read_bytes(), str(self._file))
        except OSError:
            return None

    def _from_redis(self) -> bytes | None:
        try:
            raw: Any = self._redis.get(keys.TELEPHONY)
            return raw
        except (redis.RedisError, OSError) as error:
            log.warning("no snapshot from Redis: %s", error)
            return None

    def _keep(self, raw: bytes) -> None:
        """Replace the copy in one step; it holds the phones' hashes, so for the owner only."""
        if raw == self._kept:
            return
        draft = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file)
            self._kept = raw
        except OSError as error:
            log.error("the snapshot has no copy on disk: %s", error)


def _read(raw: bytes, source: str) -> Snapshot | None:
    try:
        return Snapshot.from_json(orjson.loads(raw))
    except (SnapshotInvalid, orjson.JSONDecodeError, AttributeError) as error:
        log.error("the snapshot from %s cannot be used: %s", source, error)
        return None
