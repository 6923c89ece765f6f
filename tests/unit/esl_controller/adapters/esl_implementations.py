"""Stock greenswitch and ours behind the same few methods, so that one test judges both."""

from __future__ import annotations

from typing import Any, Callable

import gevent
from gevent import socket
from gevent.server import StreamServer
from greenswitch.esl import InboundESL, OutboundESLServer, OutboundSession

from esl_controller.adapters.esl_inbound import SafeInbound
from esl_controller.adapters.esl_session import SafeOutboundServer, SafeSession
from tests.fakes.fake_freeswitch import FakeFreeSwitch, wait_until


class Implementation:
    """Builds fakes and connections of one implementation and clears them away."""

    def __init__(self, name: str) -> None:
        self.stock = name == "stock"
        self._fakes: list[Any] = []
        self._connections: list[Any] = []
        self._servers: list[Any] = []
        self._greenlets: list[Any] = []
        self._sockets: list[Any] = []

    def fake(self, **options: Any) -> FakeFreeSwitch:
        fake = FakeFreeSwitch(**options)
        self._fakes.append(fake)
        return fake

    def make(self, port: int, timeout: float = 2.0) -> Any:
        """An inbound connection that is not connected yet."""
        kind = InboundESL if self.stock else SafeInbound
        connection = kind("127.0.0.1", port, "secret", timeout=timeout)
        self._connections.append(connection)
        return connection

    def connect(self, fake: FakeFreeSwitch) -> Any:
        connection = self.make(fake.port)
        self.within(3, connection.connect)
        return connection

    def session(self) -> tuple[Any, Any]:
        """An outbound session and the socket of the switch that it talks to."""
        sessions: list[Any] = []
        kind = OutboundSession if self.stock else SafeSession

        def accept(sock: Any, address: Any) -> None:
            sessions.append(kind(address, sock))
            gevent.event.Event().wait(60)

        server = StreamServer(("127.0.0.1", 0), accept, spawn=self.spawn)
        server.start()
        self._servers.append(server)
        peer = self.dial(server.server_port)
        assert wait_until(lambda: sessions)
        self._connections.append(sessions[0])
        return sessions[0], peer

    def server(self, application: Callable[[Any], Any], max_connections: int = 100) -> int:
        """A listening outbound server; returns its port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kind = OutboundESLServer if self.stock else SafeOutboundServer
        server = kind("127.0.0.1", port, application, max_connections=max_connections)
        self.spawn(server.listen)
        assert wait_until(lambda: server._running)
        if not self.stock:
            server.handshake_timeout_s = 0.3
        self._servers.append(server)
        return port

    def dial(self, port: int) -> Any:
        sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._sockets.append(sock)
        return sock

    def spawn(self, function: Callable[..., Any], *args: Any) -> Any:
        greenlet = gevent.spawn(function, *args)
        self._greenlets.append(greenlet)
        return greenlet

    def within(self, seconds: float, function: Callable[..., Any], *args: Any) -> Any:
        """Call; an AssertionError when it has not come back in time."""
        try:
            with gevent.Timeout(seconds):
                return function(*args)
        except gevent.Timeout:
            raise AssertionError(f"hangs for more than {seconds} s") from None

    def outcome(self, seconds: float, function: Callable[..., Any], *args: Any) -> Any:
        """Call; the result or the exception it raised, an AssertionError when it hangs."""
        try:
            return self.within(seconds, function, *args)
        except AssertionError:
            raise
        except Exception as error:
            return error

    def clear(self) -> None:
        for greenlet in self._greenlets:
            greenlet.kill(block=False)
        for connection in self._connections:
            for name in ("_receive_events_greenlet", "_process_events_greenlet"):
                greenlet = getattr(connection, name, None)
                if greenlet is not None:
                    greenlet.kill(block=False)
            gevent.sleep(0)
            for name in ("sock", "sock_file"):
                if getattr(connection, name, None) is not None:
                    getattr(connection, name).close()
        for server in self._servers:
            if isinstance(server, StreamServer):
                server.stop(timeout=0)
            else:
                server.stop()
                if isinstance(server.server, socket.socket):
                    server.server.close()
        for sock in self._sockets:
            sock.close()
        for fake in self._fakes:
            fake.close()
