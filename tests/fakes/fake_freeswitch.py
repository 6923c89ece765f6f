"""A scriptable switch on loopback that speaks ESL: it answers, pushes, stalls and breaks off."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping

import gevent
from gevent import socket
from gevent.server import StreamServer

OK = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
ACCEPTED = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
INVALID = b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"


def wait_until(condition: Callable[[], Any], timeout_s: float = 2.0) -> bool:
    """Let other greenlets run until the condition holds; False when it does not in time."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        gevent.sleep(0.005)
    return True


def packet(kind: str, body: bytes) -> bytes:
    """One packet with a body."""
    return b"Content-Length: %d\nContent-Type: %s\n\n%s" % (len(body), kind.encode(), body)


def plain_event(headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """One text/event-plain packet; values are taken as they are (percent-encode them yourself)."""
    inner = "".join(f"{name}: {value}\n" for name, value in headers.items()).encode()
    if body:
        inner += b"Content-Length: %d\n" % len(body)
    return packet("text/event-plain", inner + b"\n" + body)


def api_response(body: bytes) -> bytes:
    """The answer to an `api` command."""
    return packet("api/response", body)


def friendly(command: str) -> bytes | None:
    """Answer every command as a healthy switch would."""
    if command.startswith("api "):
        return api_response(b"+OK " + command[4:].encode())
    return OK


def silent(command: str) -> bytes | None:
    """Answer nothing but the password."""
    return None


class FakeFreeSwitch:
    """Accepts ESL clients; `answer` maps a command block to the bytes of its reply or None."""

    def __init__(
        self,
        answer: Callable[[str], bytes | None] = friendly,
        greeting: bytes = b"Content-Type: auth/request\n\n",
        reading: bool = True,
        password: str = "secret",
    ) -> None:
        self.password = password
        self.answer = answer
        self.greeting = greeting
        self.commands: list[str] = []
        self.may_read = gevent.event.Event()
        if reading:
            self.may_read.set()
        self.sockets: list[Any] = []
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self.port = self._server.server_port

    def _serve(self, sock: Any, address: Any) -> None:
        self.sockets.append(sock)
        buffer = b""
        try:
            sock.sendall(self.greeting)
            while True:
                while b"\n\n" in buffer:
                    block, _, buffer = buffer.partition(b"\n\n")
                    self._answer(sock, block.decode("utf-8", "replace").lstrip("\n"))
                if self.commands:
                    self.may_read.wait()
                data = sock.recv(1 << 20)
                if not data:
                    return
                buffer += data
        except OSError:
            return

    def _answer(self, sock: Any, command: str) -> None:
        self.commands.append(command)
        if command.startswith("auth "):
            reply: bytes | None = ACCEPTED if command == f"auth {self.password}" else INVALID
        else:
            reply = self.answer(command)
        if reply is not None:
            sock.sendall(reply)

    def push(self, data: bytes) -> None:
        """Send bytes to the newest client."""
        self.sockets[-1].sendall(data)

    def break_off(self) -> None:
        """End every connection without a word."""
        for sock in self.sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._server.stop(timeout=0)
        self.may_read.set()
        self.break_off()
