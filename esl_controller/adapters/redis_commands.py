"""CommandSource on the stream `calls:commands`, as the group `controller`."""

from __future__ import annotations

import logging
import time
from typing import Any

import gevent
import redis

from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope, EnvelopeInvalid, decode

log = logging.getLogger(__name__)

BATCH = 50
# A button pressed while we were away must not act on another call minutes later.
STALE_AFTER_S = 30
NEVER_STALE = frozenset({"config.published"})
LONGEST_WAIT_S = 5.0


class RedisCommandSource:
    """Entries are acknowledged with the next `receive`, when the loop has taken them."""

    def __init__(self, client: redis.Redis, consumer: str) -> None:
        self._redis = client
        self._consumer = consumer
        self._taken: list[Any] = []
        self._resume = "0"  # first what was delivered to us in an earlier life, then `>`
        self._wait_s = 0.2

    def receive(self, timeout_s: float) -> list[Envelope]:
        """Wait up to `timeout_s` (at most 1) seconds for commands; [] also when Redis is away."""
        try:
            self._acknowledge()
            entries = self._read(min(timeout_s, 1.0))
        except redis.ResponseError as error:
            if "NOGROUP" not in str(error):
                return self._back_off(error, timeout_s)
            return self._make_group(timeout_s)
        except (redis.RedisError, OSError) as error:
            return self._back_off(error, timeout_s)
        self._wait_s = 0.2
        self._taken = [entry_id for entry_id, _ in entries]
        decoded = (self._decode(fields) for _, fields in entries)
        return [command for command in decoded if command is not None]

    def _read(self, timeout_s: float) -> list[tuple[Any, Any]]:
        reply = self._redis.xreadgroup(
            keys.GROUP_CONTROLLER,
            self._consumer,
            {keys.COMMANDS: self._resume},
            count=BATCH,
            block=max(1, int(timeout_s * 1000)),
        )
        entries = _entries(reply)
        if self._resume == "0" and not entries:
            self._resume = ">"
        return entries

    def _acknowledge(self) -> None:
        if self._taken:
            self._redis.xack(keys.COMMANDS, keys.GROUP_CONTROLLER, *self._taken)
            self._taken = []

    def _decode(self, fields: dict[Any, Any] | None) -> Envelope | None:
        raw = (fields or {}).get(keys.ENTRY_FIELD.encode())
        if raw is None:
            return None  # trimmed from the stream meanwhile
        try:
            command = decode(raw)
        except EnvelopeInvalid as error:
            log.error("an unreadable command was skipped: %s", error)
            return None
        age_s = time.time() - command.at / 1000
        if age_s > STALE_AFTER_S and command.type not in NEVER_STALE:
            log.warning("command %s %s is %d s old: skipped", command.type, command.id, age_s)
            return None
        return command

    def _make_group(self, timeout_s: float) -> list[Envelope]:
        try:
            self._redis.xgroup_create(keys.COMMANDS, keys.GROUP_CONTROLLER, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                return self._back_off(error, timeout_s)
        except (redis.RedisError, OSError) as error:
            return self._back_off(error, timeout_s)
        return []

    def _back_off(self, error: Exception, timeout_s: float) -> list[Envelope]:
        log.warning("no commands from Redis: %s", error)
        self._resume = "0"
        gevent.sleep(min(self._wait_s, timeout_s))
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        return []


def _entries(reply: Any) -> list[tuple[Any, Any]]:
    """The entries of our one stream, whichever protocol version the client speaks."""
    if not reply:
        return []
    if isinstance(reply, dict):
        found = next(iter(reply.values()))
        return found[0] if found and isinstance(found[0], list) else found
    return reply[0][1]
