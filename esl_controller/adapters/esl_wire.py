"""The mixin that makes greenswitch's connections safe to build a hotline on.

Placed before a greenswitch class it replaces reading, dispatching, sending and stopping:
one reader that never waits for a handler, a bounded lane for each handler, replies that are
bounded in time, and one place where a lost connection fails everything that waits for it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Any, Callable, Mapping

import gevent
from gevent import socket
from gevent.event import AsyncResult
from gevent.lock import RLock
from greenswitch.esl import NotConnectedError

from esl_controller.adapters.esl_frames import (
    EslEvent,
    Frame,
    FrameReader,
    ProtocolError,
    command_bytes,
    parse_headers,
)

log = logging.getLogger(__name__)

Handler = Callable[[EslEvent], object]

RECEIVE_BYTES = 256 * 1024
EVENTS_BEFORE_YIELD = 64


class ConnectionLost(NotConnectedError):
    """The switch is gone, or was never there."""


class CommandTimeout(NotConnectedError):
    """The switch did not answer in time; the late reply will be swallowed in its turn."""


def keep_alive(sock: Any) -> None:
    """Let the kernel notice a peer that vanished without a word, within about 30 seconds."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 15),
        ("TCP_KEEPINTVL", 5),
        ("TCP_KEEPCNT", 3),
        ("TCP_USER_TIMEOUT", 20_000),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


class _Lane:
    """Ordered, bounded delivery to one handler; a slow handler delays nobody else."""

    def __init__(self, handler: Handler, size: int, run: Callable[["_Lane"], None]) -> None:
        self.handler = handler
        self.waiting: deque[EslEvent] = deque(maxlen=size)
        self.dropped = 0
        self.busy = False
        self._run = run

    def put(self, event: EslEvent) -> None:
        if len(self.waiting) == self.waiting.maxlen:
            self.dropped += 1  # the deque lets go of the oldest
        self.waiting.append(event)
        if not self.busy:
            self.busy = True
            gevent.spawn(self._run, self)


class SafeProtocol:
    """Mixin in front of InboundESL or OutboundSession. One object serves one connection."""

    command_timeout_s: float = 5.0
    write_timeout_s: float = 5.0
    lane_size: int = 20_000
    pending_size: int = 1_000
    lost_because: str = ""

    # Set by greenswitch's ESLProtocol.__init__, or by `connect`.
    event_handlers: dict[str, list[Handler]]
    connected: bool
    sock: Any
    _lingering: bool
    _commands_sent: Any
    _auth_request_event: Any
    _receive_events_greenlet: Any
    _run: bool

    def start_event_handlers(self) -> None:
        """Start the reader (greenswitch calls this once the socket is open)."""
        self._commands_sent = deque()
        self._lanes: dict[Handler, _Lane] = {}
        self._write_lock = RLock()
        self._lost = False
        self.lost_because = ""
        self.last_received = time.monotonic()
        self._receive_events_greenlet = gevent.spawn(self.receive_events)

    @property
    def dropped(self) -> int:
        """Events thrown away because a handler was too slow for its bounded lane."""
        return sum(lane.dropped for lane in self._lanes.values())

    # Reading

    def receive_events(self) -> None:
        """Read until the end; whatever ends it, everything that waits is told."""
        reader, reason, count = FrameReader(), "closed by the switch", 0
        try:
            while data := self.sock.recv(RECEIVE_BYTES):
                self.last_received = time.monotonic()
                for frame in reader.feed(data):
                    self._take(frame)
                    count += 1
                    if count % EVENTS_BEFORE_YIELD == 0:
                        gevent.sleep(0)
            if reader.in_mid_frame:
                reason = "closed in mid packet"
        except (OSError, ProtocolError) as error:
            reason = f"{type(error).__name__}: {error}"
        finally:
            self._lose(reason)

    def _take(self, frame: Frame) -> None:
        headers = frame.headers
        kind = headers.get("Content-Type", "")
        if kind == "text/event-json":
            self._deliver(EslEvent.from_json(frame.body))
        elif kind == "text/event-plain":
            self._deliver(EslEvent.from_plain(frame.body))
        elif kind == "command/reply":
            self._reply(EslEvent(headers, headers.get("Reply-Text", "")))
        elif kind == "api/response":
            self._reply(EslEvent(headers, frame.body.decode("utf-8", "replace")))
        elif kind == "auth/request":
            self._auth_request_event.set()
        elif kind == "text/disconnect-notice":
            self._disconnect_notice(headers, frame.body)
        elif kind == "text/rude-rejection":
            raise ProtocolError("the switch's access list refuses this address")
        else:
            self._deliver(EslEvent(headers, frame.body.decode("utf-8", "replace")))

    def _disconnect_notice(self, headers: dict[str, str], body: bytes) -> None:
        if headers.get("Content-Disposition") == "linger":
            self._lingering = True
            self._observe(EslEvent(headers))
        else:
            raise ProtocolError(body.decode("utf-8", "replace").partition("\n")[0] or "notice")

    def _reply(self, event: EslEvent) -> None:
        if not self._commands_sent:
            raise ProtocolError("a reply to no command")
        self._commands_sent.popleft().set(event)

    # Dispatching

    def _observe(self, event: EslEvent) -> None:
        """Look at an event in the reader itself; subclasses resolve what waits for it."""

    def _deliver(self, event: EslEvent) -> None:
        self._observe(event)
        for handler in self._handlers_of(event):
            lane = self._lanes.get(handler)
            if lane is None:
                lane = self._lanes[handler] = _Lane(handler, self.lane_size, self._run_lane)
            lane.put(event)

    def _handlers_of(self, event: EslEvent) -> list[Handler]:
        """Own name (custom events: subclass and CUSTOM), then `*`, each handler once."""
        table, headers = self.event_handlers, event.headers
        kind = headers.get("Content-Type")
        if kind == "text/disconnect-notice":
            names = ["DISCONNECT"]
        elif kind == "log/data":
            names = ["log"]
        elif (name := headers.get("Event-Name", "")) == "CUSTOM":
            names = [headers.get("Event-Subclass", ""), "CUSTOM"]
        else:
            names = [name]
        found = [handler for name in names for handler in table.get(name, ())]
        found += table.get("*", ())
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def _run_lane(self, lane: _Lane) -> None:
        count = 0
        try:
            while lane.waiting:
                self._safe_exec_handler(lane.handler, lane.waiting.popleft())
                count += 1
                if count % EVENTS_BEFORE_YIELD == 0:
                    gevent.sleep(0)
        finally:
            lane.busy = False

    def _safe_exec_handler(self, handler: Handler, event: EslEvent) -> None:
        try:
            handler(event)
        except Exception:  # a handler's fault must not end the lane; no headers in the log
            log.exception(
                "ESL handler %s failed on %s of channel %s",
                getattr(handler, "__qualname__", type(handler).__name__),
                event.headers.get("Event-Name"),
                event.headers.get("Unique-ID"),
            )

    # Sending

    def send(
        self,
        data: str,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> EslEvent:
        """Send one command and return its reply.

        Raises LineBreakRefused before anything is written, CommandTimeout without a reply in
        `timeout_s` seconds, and the subclass's loss error when the connection is or gets lost.
        """
        raw = command_bytes(data, headers)
        if not self.connected:
            raise self._loss()
        if len(self._commands_sent) >= self.pending_size:
            raise CommandTimeout("too many commands without a reply")
        result = AsyncResult()
        try:
            with gevent.Timeout(self.write_timeout_s), self._write_lock:
                if not self.connected:
                    raise self._loss()
                self._commands_sent.append(result)
                self.sock.sendall(raw)
        except (OSError, gevent.Timeout) as error:
            # Part of the command may be out: nothing after it could be understood.
            self._lose(f"write failed: {type(error).__name__}")
            raise self._loss() from None
        except gevent.GreenletExit:
            self._lose("the sender was killed while writing")
            raise
        try:
            return result.get(timeout=timeout_s or self.command_timeout_s)
        except gevent.Timeout:
            raise CommandTimeout(f"no reply to {data.split(' ', 1)[0]}") from None

    def _loss(self) -> Exception:
        return ConnectionLost(self.lost_because or "not connected")

    # Ending

    def _lose(self, reason: str) -> None:
        """Fail all that waits and tell the handlers, once, whoever notices the loss first."""
        if self._lost:
            return
        self._lost = True
        self.connected = self._run = False
        self.lost_because = reason
        self._auth_request_event.set()
        while self._commands_sent:
            self._commands_sent.popleft().set_exception(self._loss())
        self._deliver(EslEvent({"Content-Type": "text/disconnect-notice"}, reason))
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the peer was faster
        self.sock.close()
        sock_file = getattr(self, "sock_file", None)
        if sock_file is not None:
            sock_file.close()

    def stop(self) -> None:
        """Say goodbye for at most a second and close; safe from a handler, safe to repeat."""
        if getattr(self, "_lanes", None) is None:
            return
        if self.connected and not self._lost:
            try:
                self.send("exit", timeout_s=1.0)
            except Exception as error:  # closing goes on whatever the goodbye met
                log.debug("ESL exit: %s", error)
        self._lose("stopped")
        reader = self._receive_events_greenlet
        if reader is not gevent.getcurrent():
            reader.kill(block=False)


def decoded_headers(event: EslEvent) -> dict[str, str]:
    """Decode the values of a `connect` reply, whose header lines are those of an event."""
    block = "\n".join(f"{name}: {value}" for name, value in event.headers.items())
    return parse_headers(block.encode("utf-8"), percent_encoded=True)
