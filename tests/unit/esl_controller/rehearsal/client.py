"""A plain ESL client for tests: blocking sockets, no library, so that bytes can be looked at."""

from __future__ import annotations

import json
import queue
import socket
import threading
from urllib.parse import unquote

from tests.until import until

Headers = dict[str, str]


def read_packet(stream) -> tuple[Headers, bytes]:
    """One packet: header lines and the body that Content-Length announces."""
    headers: Headers = {}
    while (line := stream.readline()) not in (b"\n", b""):
        name, _, value = line.decode().rstrip("\n").partition(": ")
        headers[name] = value
    if not headers:
        raise EOFError
    return headers, stream.read(int(headers.get("Content-Length", 0)))


class Connection:
    """One socket: replies by `command`, events as dicts in `events`."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(20)
        self.sock = sock
        self.stream = sock.makefile("rb")
        self.events: list[Headers] = []
        self.notices: list[tuple[Headers, bytes]] = []
        self.closed = threading.Event()
        self._reader: threading.Thread | None = None
        self._replies: queue.Queue[tuple[Headers, bytes]] = queue.Queue()

    def listen(self) -> None:
        """Read in a thread from now on."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        try:
            while True:
                headers, body = read_packet(self.stream)
                kind = headers.get("Content-Type", "")
                if kind == "text/event-json":
                    self.events.append(json.loads(body))
                elif kind == "text/event-plain":
                    self.events.append(plain(body))
                elif kind == "text/disconnect-notice":
                    self.notices.append((headers, body))
                else:
                    self._replies.put((headers, body))
        except (EOFError, OSError, ValueError):
            self.closed.set()

    def command(self, *lines: str) -> tuple[Headers, bytes]:
        self.sock.sendall(("\n".join(lines) + "\n\n").encode())
        return self._replies.get(timeout=10)

    def reply(self, *lines: str) -> str:
        return self.command(*lines)[0]["Reply-Text"]

    def api(self, text: str) -> str:
        return self.command(f"api {text}")[1].decode()

    def execute(self, app: str, data: str = "", uuid: str = "step") -> Headers:
        """sendmsg execute on an outbound socket, locked; its EXECUTE_COMPLETE."""
        lines = ["sendmsg", "call-command: execute", f"execute-app-name: {app}",
                 f"Event-UUID: {uuid}", "event-lock: true"]
        assert self.reply(*lines, *([f"execute-app-arg: {data}"] if data else [])) == "+OK"
        return self.until("CHANNEL_EXECUTE_COMPLETE", **{"Application-UUID": uuid})

    def find(self, event: str, **wanted: str) -> list[Headers]:
        return [one for one in list(self.events) if one["Event-Name"] == event
                and all(one.get(name) == value for name, value in wanted.items())]

    def until(self, event: str, timeout: float = 10, **wanted: str) -> Headers:
        return until(lambda: self.find(event, **wanted), timeout, what=f"{event} {wanted}")[-1]

    def info(self, action: str, timeout: float = 10, **wanted: str) -> Headers:
        """The last callcenter::info of that action."""
        return self.until("CUSTOM", timeout, **{"CC-Action": action, **wanted})

    def close(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self._reader is not None:
            self._reader.join(5)
        self.stream.close()
        self.sock.close()


def plain(body: bytes) -> Headers:
    head, _, rest = body.decode().partition("\n\n")
    lines = (line.partition(": ") for line in head.split("\n"))
    event = {name: unquote(value) for name, _, value in lines}
    if rest:
        event["_body"] = rest
    return event


def connect(port: int, password: str) -> Connection:
    """An authenticated inbound connection."""
    connection = Connection(socket.create_connection(("127.0.0.1", port), 10))
    headers, _ = read_packet(connection.stream)
    assert headers == {"Content-Type": "auth/request"}
    connection.listen()
    assert connection.reply(f"auth {password}") == "+OK accepted"
    return connection
