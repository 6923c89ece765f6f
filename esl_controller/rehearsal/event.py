"""One switch event and its two wire forms, byte for byte as mod_event_socket writes them."""
from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

import orjson

Value = str | list[str]

# What switch_url_encode leaves alone besides letters, digits and "_.-~".
_SAFE = "/,()*!$'"


@dataclass(frozen=True)
class Event:
    """Headers in order; `body` as BACKGROUND_JOB has one."""

    headers: dict[str, Value]
    body: str | None = None
    owner: str = field(default="")

    @property
    def name(self) -> str:
        return str(self.headers["Event-Name"])

    @property
    def subclass(self) -> str:
        return str(self.headers.get("Event-Subclass", ""))

    def get(self, header: str) -> str:
        """A header as text; "" when absent, arrays in their plain form."""
        value = self.headers.get(header, "")
        return array_text(value) if isinstance(value, list) else value


def array_text(values: list[str]) -> str:
    return "ARRAY::" + "|:".join(values)


def plain_lines(headers: dict[str, Value]) -> str:
    """Header lines with percent-encoded values; an empty value is written `_undef_`."""
    lines = []
    for name, value in headers.items():
        text = array_text(value) if isinstance(value, list) else value
        lines.append(f"{name}: {quote(text, safe=_SAFE) if text else '_undef_'}\n")
    return "".join(lines)


def encode(event: Event, form: str) -> bytes:
    """The whole packet in `form` plain or json."""
    if form == "json":
        inner = _json(event)
    else:
        inner = _plain(event)
    head = f"Content-Length: {len(inner)}\nContent-Type: text/event-{form}\n\n"
    return head.encode() + inner


def _plain(event: Event) -> bytes:
    text = plain_lines(event.headers)
    if event.body is None:
        return (text + "\n").encode()
    body = event.body.encode()
    return f"{text}Content-Length: {len(body)}\n\n".encode() + body


def _json(event: Event) -> bytes:
    data: dict[str, Value] = dict(event.headers)
    if event.body is not None:
        data["Content-Length"] = str(len(event.body.encode()))
        data["_body"] = event.body
    return orjson.dumps(data)
