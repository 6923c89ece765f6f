"""The text protocol of the event socket: frames in, packets out. No sockets here."""
from __future__ import annotations

from dataclasses import dataclass, field

MAX_HEADERS = 64 * 1024
MAX_BODY = 1024 * 1024

GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


class FrameTooLarge(Exception):
    """The peer sent more than a command may hold; the connection is not worth keeping."""


@dataclass(frozen=True)
class Command:
    """First line, headers (names in lower case) and body of one block."""

    line: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def verb(self) -> str:
        return self.line.split(" ", 1)[0].lower()

    @property
    def rest(self) -> str:
        parts = self.line.split(" ", 1)
        return parts[1].strip() if len(parts) > 1 else ""


class FrameReader:
    """Collects bytes and gives whole commands."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> list[Command]:
        """Commands completed by `data`; raises FrameTooLarge."""
        self._data += data.replace(b"\r\n", b"\n")
        commands = []
        while (command := self._next()) is not None:
            commands.append(command)
        return commands

    def _next(self) -> Command | None:
        self._data = self._data.lstrip(b"\r\n")
        end = self._data.find(b"\n\n")
        if end < 0:
            if len(self._data) > MAX_HEADERS:
                raise FrameTooLarge
            return None
        lines = self._data[:end].decode("utf-8", "replace").split("\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        length = headers.get("content-length", "")
        size = int(length) if length.isdigit() else 0
        if size > MAX_BODY:
            raise FrameTooLarge
        if len(self._data) < end + 2 + size:
            return None
        body = self._data[end + 2:end + 2 + size].decode("utf-8", "replace")
        self._data = self._data[end + 2 + size:]
        return Command(lines[0].strip(), headers, body)


def auth_request() -> bytes:
    return b"Content-Type: auth/request\n\n"


def reply(text: str, **extra: str) -> bytes:
    """A command/reply packet; extra headers by keyword, `_` for `-`."""
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in extra.items())
    return f"Content-Type: command/reply\nReply-Text: {text}\n{more}\n".encode()


def api_response(text: str) -> bytes:
    body = text.encode()
    return f"Content-Type: api/response\nContent-Length: {len(body)}\n\n".encode() + body


def disconnect_notice(session: str = "") -> bytes:
    """The last packet before the socket closes; `session` on outbound sockets."""
    about = ""
    if session:
        about = f"Controlled-Session-UUID: {session}\nContent-Disposition: disconnect\n"
    length = len(GOODBYE)
    head = f"Content-Type: text/disconnect-notice\n{about}Content-Length: {length}\n\n"
    return (head + GOODBYE).encode()


def linger_notice(session: str, channel_name: str, seconds: int) -> bytes:
    """The call is over; more events follow for `seconds`."""
    return (
        "Content-Type: text/disconnect-notice\n"
        f"Controlled-Session-UUID: {session}\nContent-Disposition: linger\n"
        f"Channel-Name: {channel_name}\nLinger-Time: {seconds}\nContent-Length: 0\n\n"
    ).encode()
