"""Sending Socket.IO events from a process that has no browsers of its own."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import orjson
import socketio


class Emitter(Protocol):
    """Where consumers send what browsers shall see."""

    def emit(self, event: str, data: Any, *, room: str) -> None:
        """Send to every browser in `room`; best effort, never raises, never waits for them."""


class _Orjson:
    """What python-socketio asks of a JSON module, an order of magnitude faster than the stdlib."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        return orjson.dumps(value)

    @staticmethod
    def loads(text: str | bytes) -> Any:
        return orjson.loads(text)


class RedisEmitter:
    """Publishes to the channel that the web processes listen on (unix:// addresses work too).

    When Redis is away the event is lost and one error is logged: browsers ask for a snapshot when
    they notice a gap, so an emit is news, never the truth.
    """

    def __init__(self, redis_url: str) -> None:
        self._manager = socketio.RedisManager(
            redis_url,
            write_only=True,
            json=_Orjson,
            logger=logging.getLogger("workers.emitter"),
            redis_options={"socket_timeout": 2, "socket_connect_timeout": 2},
        )

    def emit(self, event: str, data: Any, *, room: str) -> None:
        self._manager.emit(event, data, namespace="/", room=room)
