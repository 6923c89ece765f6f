"""The flow's way to somebody: puts the question into the loop and waits, always bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent.event import AsyncResult

from esl_controller.domain.errors import SwitchUnavailable
from esl_controller.ports import CallLeg, Clock
from esl_controller.service.items import ConnectAsked, ConnectCancelled, ConnectReady
from esl_controller.service.menu_handlers import CONNECTED

AT_ONCE_S = 0.2
#: Beyond the ringing: the way to the phone and the bridge. Then the flow asks to give it up.
PATIENCE_S = 12
#: Giving up is a matter of the loop, or of a bridge under way; without a word after that, nobody
#: knows who has the caller.
LAST_WORD_S = 10


class LoopSwitchboard:
    """Switchboard over the owner loop."""

    def __init__(self, put: Callable[[Any], None], clock: Clock) -> None:
        self.put = put
        self.clock = clock

    def connect(self, leg: CallLeg, kind: str, value: str, ring_s: int) -> str:
        """Raises LegGone, and SwitchUnavailable when the loop does not answer at all."""
        answer: AsyncResult = AsyncResult()
        now = self.clock.now_ms()
        self.put(ConnectAsked(leg.contact_id, kind, value, ring_s, now, answer.set))
        answer.wait(AT_ONCE_S)
        if answer.ready():  # nobody is called: no ring is heard
            return str(answer.get())
        leg.start_ringing()
        self.put(ConnectReady(leg.contact_id, self.clock.now_ms()))
        leg.ring_until(answer, ring_s + PATIENCE_S)
        if not answer.ready():
            self.put(ConnectCancelled(leg.contact_id, self.clock.now_ms()))
            answer.wait(LAST_WORD_S)
        if not answer.ready():
            raise SwitchUnavailable("nobody knows whether the caller was connected")
        result = str(answer.get())
        if result != CONNECTED:
            leg.stop_ringing()
        return result
