"""Identifiers: contact ids that any process can derive again, and ULIDs for everything else.

A contact id is the UUID of the customer's channel written as 26 Crockford base32 characters.
It needs no bookkeeping: after a restart, or from a CDR file, the same channel gives the same id.
"""

from __future__ import annotations

import os
import re
import time
import uuid

#: A group's code, as the administrator gives it and desks name it.
QUEUE_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}


def _encode(number: int) -> str:
    """A 128-bit number as 26 base32 characters, most significant first."""
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def contact_id_of(channel_uuid: str) -> str:
    """The contact id of a customer channel; ValueError when `channel_uuid` is not a UUID."""
    return _encode(uuid.UUID(channel_uuid).int)


def channel_uuid_of(contact_id: str) -> str:
    """The customer channel's UUID of a contact id; ValueError when it is not one."""
    if len(contact_id) != 26:
        raise ValueError(f"a contact id has 26 characters: {contact_id[:40]!r}")
    number = 0
    for char in contact_id:
        if char not in _VALUES:
            raise ValueError(f"not base32: {contact_id!r}")
        number = number << 5 | _VALUES[char]
    if number >> 128:
        raise ValueError(f"too large for a UUID: {contact_id!r}")
    return str(uuid.UUID(int=number))


def new_ulid(now_ms: int | None = None) -> str:
    """A ULID: 48 bits of time in milliseconds, 80 random bits; sorts by time."""
    stamp = int(time.time() * 1000) if now_ms is None else now_ms
    return _encode((stamp & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big"))
