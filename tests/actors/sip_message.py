"""SIP messages as data: parse, build, digest answers (RFC 3261, RFC 2617). No sockets here."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact",
            "l": "content-length", "c": "content-type", "s": "subject"}  # fmt: skip

REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted",
    404: "Not Found", 480: "Temporarily Unavailable", 481: "Call Does Not Exist",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 603: "Decline",
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A request (`method`, `uri`) or a response (`status`); header names are lower case."""

    method: str
    uri: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cseq(self) -> int:
        return int(self.get("cseq").split()[0])

    @property
    def branch(self) -> str:
        found = re.search(r"branch=([^;,\s]+)", self.get("via"))
        return found.group(1) if found else ""

    def encode(self) -> bytes:
        first = (
            f"SIP/2.0 {self.status} {REASONS.get(self.status, 'Answer')}"
            if self.status
            else f"{self.method} {self.uri} SIP/2.0"
        )
        body = self.body.encode()
        lines = [first, *(f"{name.title()}: {value}" for name, value in self.headers)]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def parse(data: bytes) -> Message | None:
    """None for keep-alives and for what is not SIP."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    lines = head.split("\r\n")
    first = lines[0].split(" ", 2)
    if len(first) < 3:
        return None
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.append((_COMPACT.get(key, key), value.strip()))
    if first[0].startswith("SIP/"):
        method = next((value.split()[1] for key, value in headers if key == "cseq"), "")
        return Message(method, status=int(first[1]), headers=tuple(headers), body=body)
    return Message(first[0], uri=first[1], headers=tuple(headers), body=body)


def response_to(
    request: Message, status: int, *, tag: str, contact: str = "", body: str = ""
) -> Message:
    to = request.get("to")
    if status > 100 and "tag=" not in to:
        to += f";tag={tag}"
    headers = [("via", via) for via in request.all("via")]
    headers += [("record-route", route) for route in request.all("record-route")]
    headers += [("from", request.get("from")), ("to", to)]
    headers += [("call-id", request.get("call-id")), ("cseq", request.get("cseq"))]
    if contact:
        headers.append(("contact", contact))
    if body:
        headers.append(("content-type", "application/sdp"))
    return Message(request.method, status=status, headers=tuple(headers), body=body)


def uri_in(header: str) -> str:
    """The bare URI of a From, To or Contact value."""
    found = re.search(r"<([^>]+)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(10)


def new_tag() -> str:
    return secrets.token_hex(6)


@dataclass
class Dialog:
    """One side of a dialog: what every later request of it must carry."""

    call_id: str
    local: str
    remote: str
    target: str
    cseq: int
    route: list[str] = field(default_factory=list)


def digest_answer(challenge: str, *, method: str, uri: str, user: str, ha1: str) -> str:
    """The Authorization value for a WWW-/Proxy-Authenticate challenge with qop=auth, MD5.

    `ha1` is what the server holds: MD5(user:realm:password).
    """
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    cnonce = secrets.token_hex(8)
    ha2 = md5(method, uri)
    answer = md5(ha1, asked["nonce"], "00000001", cnonce, "auth", ha2)
    return (
        f'Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
        f'uri="{uri}", response="{answer}", algorithm=MD5, qop=auth, nc=00000001, '
        f'cnonce="{cnonce}"'
    )


def md5(*parts: str) -> str:
    """The parts joined by colons, as digest authentication hashes them."""
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
