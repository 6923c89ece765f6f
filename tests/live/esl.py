"""A small event-socket client of the tests' own: what the controller uses is what they judge."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any


class EslClosed(ConnectionError):
    """The switch is not there, refused the password, or went away."""


class Esl:
    """One blocking connection. Every call has a time limit."""

    def __init__(self, host: str, port: int, password: str, timeout: float = 10) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise EslClosed(str(error)) from error
        self._file = self._socket.makefile("rb")
        try:
            self.frame()
            if "+OK" not in self.command(f"auth {password}"):
                raise EslClosed("password refused")
        except OSError as error:
            self.close()
            raise EslClosed(str(error)) from error

    def command(self, line: str) -> str:
        """The Reply-Text of a command."""
        self._socket.sendall(f"{line}\n\n".encode())
        while True:
            headers, _ = self.frame()
            if headers.get("Content-Type") == "command/reply":
                return headers.get("Reply-Text", "")

    def api(self, line: str) -> str:
        """The body of `api <line>`, stripped."""
        self._socket.sendall(f"api {line}\n\n".encode())
        while True:
            headers, body = self.frame()
            if headers.get("Content-Type") == "api/response":
                return body.strip()

    def frame(self) -> tuple[Mapping[str, str], str]:
        headers = {}
        while True:
            line = self._file.readline()
            if not line:
                raise EslClosed("connection closed")
            if line == b"\n":
                break
            name, _, value = line.decode().rstrip("\n").partition(": ")
            headers[name] = value
        length = int(headers.get("Content-Length", 0))
        return headers, self._file.read(length).decode("utf-8", "replace") if length else ""

    def close(self) -> None:
        """Also wakes a reader that waits in another thread."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was first
        self._file.close()
        self._socket.close()


class Transcript:
    """Everything the switch says during one scenario, with arrival times."""

    def __init__(self, host: str, port: int, password: str) -> None:
        self.events: list[tuple[float, dict[str, Any]]] = []
        self._esl = Esl(host, port, password, timeout=3600)
        self._esl.command("event json ALL")
        self._thread = threading.Thread(target=self._run, name="transcript", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._esl.close()
        self._thread.join(timeout=2)

    def named(self, name: str, **headers: str) -> list[dict[str, Any]]:
        """Events of this name (or callcenter CC-Action) whose headers have these values; a
        header's '-' is written '_'."""
        wanted = {key.replace("_", "-"): value for key, value in headers.items()}
        return [
            event
            for _, event in list(self.events)
            if name in (event.get("Event-Name"), event.get("CC-Action"))
            and all(event.get(key) == value for key, value in wanted.items())
        ]

    def having(self, header: str, value: str) -> list[dict[str, Any]]:
        """Events of any name with this header."""
        return [event for _, event in list(self.events) if event.get(header) == value]

    def _run(self) -> None:
        try:
            while True:
                headers, body = self._esl.frame()
                if headers.get("Content-Type") == "text/event-json":
                    self.events.append((time.time(), json.loads(body)))
        except (OSError, ValueError):
            return  # closed by us or by the switch's end
