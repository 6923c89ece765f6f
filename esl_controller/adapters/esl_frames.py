"""ESL on the wire, without a socket: bytes in, frames and header dictionaries out.

Stock greenswitch decodes a block and then splits it, so that a caller's name can forge headers.
Here lines are cut first, on LF only, and each value is decoded on its own.
"""

from __future__ import annotations

import re
from typing import Iterator, Mapping, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson
from greenswitch.esl import ESLEvent

MAX_HEAD_BYTES = 1024 * 1024
MAX_BODY_BYTES = 32 * 1024 * 1024

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_ONLY_TEXT = {str}


class ProtocolError(Exception):
    """The peer sent something that is not ESL; the connection cannot be trusted any more."""


class LineBreakRefused(ValueError):
    """A command held a line break or NUL, which the switch would read as a further command."""


class Frame(NamedTuple):
    """One packet: its outer headers as sent, and exactly Content-Length bytes of body."""

    headers: dict[str, str]
    body: bytes


class EslEvent(ESLEvent):
    """What greenswitch hands to handlers, parsed safely; `data` is the body, or None."""

    __slots__ = ("headers", "data")

    def __init__(self, headers: dict[str, str], data: str | None = None) -> None:
        self.headers = headers
        self.data = data

    @classmethod
    def from_plain(cls, content: bytes) -> "EslEvent":
        """Read the content of a text/event-plain packet; what follows the blank line is body."""
        head, found, body = content.partition(b"\n\n")
        headers = parse_headers(head, percent_encoded=True)
        return cls(headers, body.decode("utf-8", "replace") if found and body else None)

    @classmethod
    def from_json(cls, content: bytes) -> "EslEvent":
        """Read the content of a text/event-json packet; raises ProtocolError if it is none."""
        try:
            headers = orjson.loads(content)
        except orjson.JSONDecodeError:
            # One GBK variable makes every event of that call invalid UTF-8: repair, don't drop.
            try:
                headers = orjson.loads(content.decode("utf-8", "replace"))
            except orjson.JSONDecodeError as error:
                raise ProtocolError(f"unreadable JSON event: {error}") from None
        if not isinstance(headers, dict):
            raise ProtocolError("a JSON event that is not an object")
        if set(map(type, headers.values())) != _ONLY_TEXT:
            headers = {name: as_text(value) for name, value in headers.items()}
        return cls(headers, headers.pop("_body", None))


def as_text(value: object) -> str:
    """Give a JSON value the text that the plain format would show (lists as ARRAY::a|:b)."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "ARRAY::" + "|:".join(as_text(item) for item in value)
    return "" if value is None else str(value)


def parse_headers(block: bytes, *, percent_encoded: bool) -> dict[str, str]:
    """Cut `Name: value` lines; values of events are percent-encoded, outer headers are raw."""
    headers = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, found, value = line.partition(":")
        if not found:
            continue
        value = value.removeprefix(" ").removesuffix("\r")
        if percent_encoded and "%" in value:
            value = unquote_to_bytes(value).decode("utf-8", "replace")
        headers[name] = value
    return headers


def body_length(headers: Mapping[str, str]) -> int:
    """Return the announced number of body bytes; raises ProtocolError beyond reason."""
    text = headers.get("Content-Length", "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > MAX_BODY_BYTES:
        raise ProtocolError(f"bad Content-Length {text[:20]!r}")
    return int(text)


class FrameReader:
    """Collects received bytes and gives out whole frames; never waits, never reads a socket."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._start = 0
        self._searched = 0
        self._head: dict[str, str] | None = None
        self._need = 0

    @property
    def in_mid_frame(self) -> bool:
        """True when the peer owes the rest of a packet: an end now is a broken connection."""
        return self._head is not None or bool(bytes(self._buffer[self._start :]).strip())

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Add received bytes and yield the frames that are complete with them."""
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame
        if self._start:
            del self._buffer[: self._start]
            self._searched -= self._start
            self._start = 0

    def _next(self) -> Frame | None:
        if self._head is None and not self._read_head():
            return None
        end = self._start + self._need
        if self._head is None or len(self._buffer) < end:
            return None
        frame = Frame(self._head, bytes(self._buffer[self._start : end]))
        self._head, self._start, self._searched = None, end, end
        return frame

    def _read_head(self) -> bool:
        buffer = self._buffer
        while self._start < len(buffer) and buffer[self._start] in b"\r\n":
            self._start += 1  # stray blank lines between packets mean nothing
        found = _END_OF_HEAD.search(buffer, max(self._start, self._searched - 3))
        if found is None:
            self._searched = max(self._start, len(buffer))
            if len(buffer) - self._start > MAX_HEAD_BYTES:
                raise ProtocolError("header block without end")
            return False
        self._head = parse_headers(
            bytes(buffer[self._start : found.start()]), percent_encoded=False
        )
        self._need = body_length(self._head)
        self._start = self._searched = found.end()
        return True


def command_bytes(command: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Encode one command with its header lines; raises LineBreakRefused, UnicodeEncodeError."""
    lines = [command]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    for line in lines:
        if not line or "\n" in line or "\r" in line or "\0" in line:
            raise LineBreakRefused("an ESL command may not hold a line break or NUL")
    return ("\n".join(lines) + "\n\n").encode("utf-8")
