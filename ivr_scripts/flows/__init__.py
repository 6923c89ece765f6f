"""Flows that ship with the product, as documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def shipped_flow(code: str) -> dict[str, Any]:
    """The document of a shipped flow, such as `water_main`; KeyError when there is none."""
    path = Path(__file__).with_name(f"{code}.json")
    if not code.isidentifier() or not path.is_file():
        raise KeyError(code)
    return json.loads(path.read_text(encoding="utf-8"))


def shipped_codes() -> list[str]:
    """The codes of all shipped flows."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.json"))
