"""A controller with a caller in a menu and an agent who is ready: what tests of it share."""

from __future__ import annotations

import itertools

from esl_controller.domain import switch_events as sw
from esl_controller.ports import FlowEnded, FlowStep
from esl_controller.service.items import ConnectAsked, ConnectReady, FlowFinished, FlowStarted
from tests.unit.esl_controller.service.hotline import MEMBER, T0, Hotline

LEG = "00000000-0000-4000-8000-000000000001"


def at(seconds: int) -> int:
    return T0 + seconds * 1000


def gone(seconds: int, leg: str, cause: str = "NORMAL_CLEARING", by_remote: bool = True):
    return sw.ChannelHungUp(
        at(seconds), leg, cause, "200", by_remote, T0, 0, T0, "PCMU", "", "", "callers"
    )


def step(node: str, seconds: int, exit_name: str = "done") -> FlowStep:
    return FlowStep(node, node, exit_name, at(seconds), 1000)


class Menu(Hotline):
    """A caller in a flow that runs in this process, and an agent who is ready."""

    def __init__(self) -> None:
        super().__init__()
        numbers = itertools.count(1)
        self.controller.new_leg = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"
        self.answers: list[str] = []
        self.ready()
        self.event(sw.ChannelCreated(T0, MEMBER, True, "callers", "13812340021", "96001", "trunk"))
        self.begins("water_main", 1)
        self.contact_id = self.call().contact_id

    def begins(self, code: str, seconds: int) -> None:
        started = FlowStarted(MEMBER, "13812340021", "96001", at(seconds), code, 3, "general")
        self.flow(started)

    def asks(self, kind: str = "agent", value: str = "1001", seconds: int = 5) -> Menu:
        asked = ConnectAsked(self.contact_id, kind, value, 15, at(seconds), self.answers.append)
        self.flow(asked)
        return self.rings(seconds)

    def rings(self, seconds: int) -> Menu:
        """The flow has taken its hands off the leg."""
        self.flow(ConnectReady(self.contact_id, at(seconds)))
        return self

    def ends(self, seconds: int, kind: str = "transfer", *steps: FlowStep) -> Menu:
        ended = FlowEnded("water_main", 3, at(1), at(seconds), kind, None, "to", steps)
        self.flow(FlowFinished(self.contact_id, ended))
        return self

    def connects(self, seconds: int = 8) -> Menu:
        self.event(sw.ChannelAnswered(at(seconds), LEG))
        self.event(sw.ChannelBridged(at(seconds), MEMBER, LEG))
        return self
