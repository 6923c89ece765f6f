"""One call's own connection from the switch: greenswitch's OutboundSession and server, safe."""

from __future__ import annotations

import logging
import uuid
from typing import Any, Callable

import gevent
from gevent.event import AsyncResult
from gevent.server import StreamServer
from greenswitch.esl import (
    NotConnectedError,
    OutboundESLServer,
    OutboundSession,
    OutboundSessionHasGoneAway,
)

from esl_controller.adapters import fs_syntax
from esl_controller.adapters.esl_frames import EslEvent
from esl_controller.adapters.esl_keys import HeldKeys
from esl_controller.adapters.esl_wire import SafeProtocol, decoded_headers, keep_alive
from esl_controller.domain.errors import SwitchRefused

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "::1")


class SafeSession(SafeProtocol, OutboundSession):
    """Executes applications one by one and knows when the caller is gone."""

    execute_timeout_s: float = 120.0
    session_data: dict[str, str]
    _outbound_connected: bool

    def __init__(self, client_address: Any, sock: Any) -> None:
        self._waiting: dict[str, AsyncResult] = {}
        self.gone = False
        self.keys = HeldKeys()
        keep_alive(sock)
        OutboundSession.__init__(self, client_address, sock)

    def connect(self) -> dict[str, str]:
        """Ask for the channel's data (headers decoded); raises OutboundSessionHasGoneAway."""
        if not self._outbound_connected:
            self.session_data = decoded_headers(self.send("connect"))
            self._outbound_connected = True
        return self.session_data

    def on_event(self, event: EslEvent) -> None:
        """Nothing to do: `_observe` has seen the event already, in the reader."""

    def on_hangup(self, event: EslEvent) -> None:
        """Nothing to do: `_observe` has failed what waited."""

    def on_disconnect(self, event: EslEvent) -> None:
        """Nothing to do: `_lose` has failed what waited."""

    def _observe(self, event: EslEvent) -> None:
        headers = event.headers
        name = headers.get("Event-Name")
        if keys := self.keys.observe(headers):
            gevent.spawn(self._give_back, keys)  # this is the reader: it cannot wait for a reply
        if name == "CHANNEL_EXECUTE_COMPLETE":
            result = self._waiting.pop(headers.get("Application-UUID", ""), None)
            if result is not None:
                result.set(event)
        elif name in ("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE"):
            if headers.get("Unique-ID") == self.session_data_uuid:
                self._leave()
        elif headers.get("Content-Type") == "text/disconnect-notice":
            self._leave()

    def _give_back(self, keys: str) -> None:
        """Let the application that runs now hear keys that came before it."""
        try:
            uuid_ = fs_syntax.uuid(self.session_data["Unique-ID"])
            self.send(f"api uuid_recv_dtmf {uuid_} {fs_syntax.digits(keys)}")
        except (NotConnectedError, OutboundSessionHasGoneAway, SwitchRefused) as error:
            log.info("keys of %s were not given back: %s", self.session_data_uuid, error)

    @property
    def session_data_uuid(self) -> str | None:
        """The channel's uuid, or None before `connect`."""
        return (self.session_data or {}).get("Unique-ID")

    def _leave(self) -> None:
        self.gone = True
        self._outbound_connected = False
        while self._waiting:
            self._waiting.popitem()[1].set_exception(self._loss())

    def _loss(self) -> Exception:
        return OutboundSessionHasGoneAway(self.lost_because or "the caller is gone")

    def call_command(
        self,
        app_name: str,
        app_args: str | None = None,
        block: bool = False,
        response_timeout: float | None = None,
    ) -> EslEvent:
        """Execute one application; `block` waits until it is complete.

        The event lock keeps it from running inside the application before it, and our own
        Event-UUID is the only reliable way to know its completion. Ends with completion,
        hang-up or disconnect (OutboundSessionHasGoneAway) or gevent.Timeout, never later.
        """
        if self._lingering or self.gone:
            raise self._loss()
        own = str(uuid.uuid4())
        headers = {"call-command": "execute", "execute-app-name": app_name}
        if app_args:
            headers["execute-app-arg"] = app_args
        headers |= {"event-lock": "true", "Event-UUID": own}
        if not block:
            return self.send("sendmsg", headers)
        result = self._waiting[own] = AsyncResult()
        try:
            reply = self.send("sendmsg", headers)
            if (reply.data or "").startswith("-ERR"):
                raise self._loss()
            return result.get(timeout=response_timeout or self.execute_timeout_s)
        finally:
            self._waiting.pop(own, None)

    def playback(self, path: str, block: bool = True) -> EslEvent:
        """Play one file; with `block` return its completion."""
        return self.call_command("playback", path, block=block)


class SafeOutboundServer(OutboundESLServer):
    """Accepts the switch's sockets at once, counts silent ones too, and lets nobody else in."""

    handshake_timeout_s: float = 3.0
    stop_timeout_s: float = 1.0

    def __init__(
        self,
        bind_address: str,
        bind_port: int,
        application: Callable[[SafeSession], Any],
        max_connections: int = 500,
        allowed: tuple[str, ...] = LOOPBACK,
    ) -> None:
        OutboundESLServer.__init__(self, bind_address, bind_port, application, max_connections)
        self.allowed = allowed
        self.refused = 0

    def start(self) -> None:
        """Bind and begin to accept; raises OSError when the port is taken."""
        address = (self.bind_address, self.bind_port[0])
        self.server = StreamServer(address, self._serve, backlog=256)
        self.server.start()
        self.bound_port = self.server.server_port
        self._running = True

    def listen(self) -> None:
        """Accept until `stop`."""
        self.start()
        self.server.serve_forever()

    def _serve(self, sock: Any, address: Any) -> None:
        if address[0] not in self.allowed or self.connection_count >= self.max_connections:
            self.refused += 1
            sock.close()  # the dialplan goes on with its next action: the fallback queue
            return
        self.connection_count += 1
        session = SafeSession(address, sock)
        try:
            session.command_timeout_s = self.handshake_timeout_s
            session.connect()
            session.command_timeout_s = SafeProtocol.command_timeout_s
            self.application(session).run()
        except (NotConnectedError, OutboundSessionHasGoneAway, gevent.Timeout) as error:
            log.info("outbound session of %s ended: %s", session.session_data_uuid, error)
        except Exception:  # the outermost frame of one call: others go on
            log.exception("outbound session of %s failed", session.session_data_uuid)
        finally:
            self.connection_count -= 1
            session.stop()

    def stop(self) -> None:
        """Stop accepting. Sessions under way end with their calls or with the process."""
        self._running = False
        if self.server is not None:
            self.server.stop(timeout=self.stop_timeout_s)
