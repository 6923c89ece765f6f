"""Numbers events, stamps them and hands them to every listener that wants them."""
from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from email.utils import formatdate
from typing import Protocol

from esl_controller.rehearsal.event import Event, Value

HOSTNAME = "rehearsal"


class Listener(Protocol):
    """Somebody who may want events."""

    def wants(self, name: str, subclass: str) -> bool: ...

    def take(self, event: Event) -> None: ...


def now_us() -> int:
    """Microseconds since the epoch, the grain of Event-Date-Timestamp."""
    return time.time_ns() // 1000


class Bus:
    """The switch's event queue. Delivery is a hand-over to each listener's own queue."""

    def __init__(self) -> None:
        self.core_uuid = str(uuid.uuid4())
        self.sequence = 0
        self.listeners: list[Listener] = []

    def fire(
        self,
        name: str,
        headers: Mapping[str, Value],
        *,
        subclass: str = "",
        body: str | None = None,
        owner: str = "",
    ) -> None:
        """Send an event: stamps first, then `headers` in their order."""
        self.sequence += 1
        takers = [one for one in self.listeners if one.wants(name, subclass)]
        if not takers:
            return
        event = Event({**self._stamps(name, subclass), **headers}, body, owner)
        for taker in takers:
            taker.take(event)

    def wanted(self, name: str, subclass: str = "") -> bool:
        """Whether anybody would take it; spares building large headers."""
        return any(one.wants(name, subclass) for one in self.listeners)

    def _stamps(self, name: str, subclass: str) -> dict[str, Value]:
        stamp = now_us()
        seconds = stamp // 1_000_000
        first = {"Event-Subclass": subclass} if subclass else {}
        return {
            **first,
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": HOSTNAME,
            "FreeSWITCH-Switchname": HOSTNAME,
            "FreeSWITCH-IPv4": "127.0.0.1",
            "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds)),
            "Event-Date-GMT": formatdate(seconds, usegmt=True),
            "Event-Date-Timestamp": str(stamp),
            "Event-Calling-File": "rehearsal",
            "Event-Calling-Function": name.lower(),
            "Event-Calling-Line-Number": "1",
            "Event-Sequence": str(self.sequence),
        }
