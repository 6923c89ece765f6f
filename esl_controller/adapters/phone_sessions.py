"""The browsers' SIP credentials, read from Redis; the web process is their one writer."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import redis

from esl_controller.contract import keys

log = logging.getLogger(__name__)

KEPT = 2000  # sessions remembered; a site with more phones loses only the oldest of them
_SID = re.compile(r"[0-9A-Za-z_-]{16,64}")


@dataclass(frozen=True)
class _Known:
    extension: str
    until: float  # on the clock of `PhoneSessions`
    ha1: str = field(repr=False)


class PhoneSessions:
    """Redis decides. While it is away, a session that it confirmed before holds to its end, so
    that a phone in use stays registered; one never seen here is refused."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = client
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def ha1_of(self, sid: str, extension: str) -> str | None:
        """The hash that this extension's phone must prove, None when the session is not valid."""
        if not _SID.fullmatch(sid):
            return None
        try:
            found = self._read(sid)
        except (redis.RedisError, OSError) as error:
            log.warning("phone sessions are read from memory: %s", error)
            found = self._known.get(sid)
            if found is not None and found.until <= self._clock():
                found = None
        else:
            self._remember(sid, found)
        return found.ha1 if found is not None and found.extension == extension else None

    def _read(self, sid: str) -> _Known | None:
        key = f"{keys.PHONE_SESSION}{sid}"
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(key)
            pipe.pttl(key)
            raw, left_ms = pipe.execute()
        record = _json(raw)
        extension, ha1 = record.get("extension"), record.get("ha1")
        if left_ms <= 0 or not isinstance(extension, str) or not isinstance(ha1, str):
            return None
        return _Known(extension, self._clock() + left_ms / 1000, ha1)

    def _remember(self, sid: str, found: _Known | None) -> None:
        self._known.pop(sid, None)
        if found is None:
            return
        while len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))  # the one asked for longest ago
        self._known[sid] = found


def _json(raw: bytes | None) -> dict[str, Any]:
    try:
        found = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
