"""The controller's own connection to the switch: greenswitch's InboundESL, made safe."""

from __future__ import annotations

from typing import Any

from gevent import socket
from greenswitch.esl import InboundESL

from esl_controller.adapters.esl_wire import ConnectionLost, SafeProtocol, keep_alive


class AuthenticationRefused(ConnectionLost):
    """The switch said no to the password: a wrong configuration, not a passing fault."""


class SafeInbound(SafeProtocol, InboundESL):
    """One authenticated connection. Used once: after a loss make a new object."""

    host: str
    port: int
    timeout: float
    sock: Any

    def connect(self) -> None:
        """Open and authenticate within `timeout` seconds for each step, or raise ConnectionLost."""
        if self._receive_events_greenlet is not None:
            raise ConnectionLost("this connection was used before; make a new one")
        try:
            self.sock = socket.create_connection((self.host, self.port), timeout=self.timeout)
        except OSError as error:
            raise ConnectionLost(f"{self.host}:{self.port}: {error}") from None
        self.sock.settimeout(None)
        keep_alive(self.sock)
        self.connected = True
        self.start_event_handlers()
        try:
            if not self._auth_request_event.wait(self.timeout):
                raise ConnectionLost("no auth/request from the switch")
            self.authenticate()
        except BaseException:
            self.stop()
            raise

    def authenticate(self) -> None:
        """Send the password; raises AuthenticationRefused."""
        reply = self.send(f"auth {self.password}", timeout_s=self.timeout)
        if not (reply.data or "").startswith("+OK"):
            raise AuthenticationRefused("the switch refused the password")
