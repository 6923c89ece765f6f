"""A flow document made ready to run. Reading it does not check it: see validation.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ivr_scripts.speech.parts import Parts, Text

DEFAULTS: Mapping[str, Any] = {
    "timeout_s": 5,
    "digit_timeout_s": 3,
    "tries": 3,
    "wrong": ["error.wrong_key"],
    "silence": ["error.silence"],
    "interruptible": True,
}


@dataclass(frozen=True)
class Node:
    """One node: its own properties over the flow's defaults."""

    id: str
    type: str
    title: str
    props: Mapping[str, Any]
    exits: Mapping[str, str]

    def parts(self, name: str) -> Parts:
        """A prompt property as speech parts; () when it is not set."""
        return tuple(
            item if isinstance(item, str) else Text(item["text"], tuple(item.get("instead", ())))
            for item in self.props.get(name, ())
        )


@dataclass(frozen=True)
class Flow:
    """`step_limit` bounds events and node changes, `limit_ms` the time a caller spends here."""

    code: str
    version: int
    title: str
    start: str
    nodes: Mapping[str, Node]
    fallback_queue: str
    step_limit: int
    limit_ms: int
    utc_offset_min: int

    def local(self, at: int) -> datetime:
        """`at` as the site's wall clock time."""
        zone = timezone(timedelta(minutes=self.utc_offset_min))
        return datetime.fromtimestamp(at / 1000, zone).replace(tzinfo=None)


def read_flow(document: Mapping[str, Any], version: int = 0) -> Flow:
    """A Flow from a valid document; KeyError and the like from one that is not."""
    utc_offset_min = document.get("utc_offset_min", 480)
    defaults = {**DEFAULTS, "utc_offset_min": utc_offset_min, **document.get("defaults", {})}
    nodes = {
        name: Node(
            id=name,
            type=raw["type"],
            title=raw.get("title", name),
            props={**defaults, **raw},
            exits=raw.get("exits", {}),
        )
        for name, raw in document["nodes"].items()
    }
    return Flow(
        code=document["code"],
        version=version,
        title=document["title"],
        start=document["start"],
        nodes=nodes,
        fallback_queue=document["fallback_queue"],
        step_limit=document.get("step_limit", 400),
        limit_ms=int(document.get("limit_min", 20) * 60_000),
        utc_offset_min=utc_offset_min,
    )
