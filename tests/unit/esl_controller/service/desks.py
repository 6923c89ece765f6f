"""An agent in a talk, two colleagues, and the moments of it: what tests of the service share."""

from __future__ import annotations

import itertools

from esl_controller.domain import switch_events as sw
from tests.unit.esl_controller.service.hotline import T0, Hotline

SECOND = "00000000-0000-4000-8000-000000000001"
THIRD = "00000000-0000-4000-8000-000000000002"


def at(seconds: int) -> int:
    return T0 + seconds * 1000


def gone(seconds: int, leg: str, cause: str = "NORMAL_CLEARING", by_remote: bool = True):
    return sw.ChannelHungUp(
        at(seconds), leg, cause, "200", by_remote, T0, 0, T0, "PCMU", "", "", "agents"
    )


def three_desks() -> Hotline:
    """1001 talks; 1002 and 1003 are signed in, not ready."""
    hotline = Hotline()
    numbers = itertools.count(1)
    hotline.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"
    hotline.talked()
    for number in ("1002", "1003"):
        hotline.event(sw.PhoneRegistered(T0, number))
        hotline.command("sign_in", number)
    hotline.event(sw.PhoneRegistered(at(1), "1003"))
    return hotline


def consulted(hotline: Hotline) -> Hotline:
    hotline.command("consult", at=at(10), kind="agent", value="1002")
    return hotline.event(sw.ChannelAnswered(at(12), SECOND))
