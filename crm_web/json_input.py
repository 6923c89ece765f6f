"""Reading what a page's script sends. Nonsense becomes nothing, which is then refused by name."""

from __future__ import annotations

from typing import Any

from flask import request


def sent_data() -> dict[str, Any]:
    """The JSON object of the request; {} for none and for anything that is no object."""
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def text_of(data: dict[str, Any], name: str, limit: int = 255) -> str:
    """A field without outer spaces and not longer than `limit`; "" for what is no text."""
    value = data.get(name)
    return value.strip()[:limit] if isinstance(value, str) else ""
