"""The hash chain over a ticket's steps: a changed or missing step is seen by anybody who recounts.

Pure. Each hash covers the hash before it and what the step says; the first one covers FIRST.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from crm_web.columns import to_ms

# Sixty-four characters like any hash: PostgreSQL pads a shorter CHAR(64) with blanks.
FIRST = "0" * 64


class Step(Protocol):
    """What a hash covers; rows and plain objects both fit."""

    seq: int
    action: str
    from_status: str
    to_status: str
    at: datetime
    actor_id: int | None
    note: str
    data: dict[str, Any] | None
    prev_hash: str
    hash: str


def step_hash(
    prev_hash: str,
    ticket_no: str,
    seq: int,
    action: str,
    from_status: str,
    to_status: str,
    at: datetime,
    actor_id: int | None,
    note: str,
    data: dict[str, Any] | None,
) -> str:
    """SHA-256 in hex. `at` counts in whole milliseconds, which is what the databases keep."""
    said = [
        prev_hash, ticket_no, seq, action, from_status, to_status, to_ms(at), actor_id, note, data,
    ]  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(ticket_no: str, steps: Iterable[Step]) -> int | None:
    """The seq of the first step that does not fit the chain, None when all is whole."""
    before, expected = FIRST, 1
    for step in steps:
        right = step_hash(
            before, ticket_no, step.seq, step.action, step.from_status, step.to_status, step.at,
            step.actor_id, step.note, step.data,
        )  # fmt: skip
        if step.seq != expected or step.prev_hash != before or step.hash != right:
            return step.seq
        before, expected = step.hash, expected + 1
    return None
