"""The versioned envelope of everything on the streams: events and commands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 1


class EnvelopeInvalid(ValueError):
    """Not an envelope of a version we know; the consumer moves it to the dead letters."""


@dataclass(frozen=True)
class Envelope:
    """`at` is ms since the epoch; `type` is a past-tense fact or an imperative command."""

    id: str
    type: str
    at: int
    node: str
    contact_id: str | None = None
    agent_no: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> str:
        return json.dumps(
            {
                "v": VERSION,
                "id": self.id,
                "type": self.type,
                "at": self.at,
                "node": self.node,
                "contact_id": self.contact_id,
                "agent_no": self.agent_no,
                "body": self.body,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


def decode(data: str | bytes) -> Envelope:
    """Raises EnvelopeInvalid for anything that is not a known envelope."""
    try:
        raw = json.loads(data)
    except ValueError as error:
        raise EnvelopeInvalid(f"not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("v") != VERSION:
        raise EnvelopeInvalid("unknown envelope version")
    id_, type_, at, body = raw.get("id"), raw.get("type"), raw.get("at"), raw.get("body")
    if not (isinstance(id_, str) and isinstance(type_, str) and isinstance(at, int)):
        raise EnvelopeInvalid("id, type or at is missing")
    if not isinstance(body, dict):
        raise EnvelopeInvalid("body is not an object")
    return Envelope(
        id=id_,
        type=type_,
        at=at,
        node=str(raw.get("node") or ""),
        contact_id=raw.get("contact_id"),
        agent_no=raw.get("agent_no"),
        body=body,
    )
