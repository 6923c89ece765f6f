"""A caller who hears that somebody is called, against a switch that plays until it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent.event import AsyncResult

from esl_controller.adapters.esl_leg import EslLeg
from esl_controller.adapters.esl_outbound import OutboundCalls
from esl_controller.domain.errors import LegGone
from tests.fakes.fake_channel import FakeChannel
from tests.fakes.fake_freeswitch import wait_until

Flow = Callable[[EslLeg], Any]


class Ringing:
    """One caller whose flow waits for `answer`."""

    def __init__(self, flow: Flow) -> None:
        self.outcome: list[Any] = []
        self.server = OutboundCalls("127.0.0.1", 0, lambda leg: self._run(flow, leg))
        self.server.start()
        self.channel = FakeChannel(self.server.port)
        self.channel.endless = ("playback",)

    def _run(self, flow: Flow, leg: EslLeg) -> None:
        try:
            self.outcome.append(flow(leg))
        except LegGone as gone:
            self.outcome.append(gone)

    def rings(self) -> None:
        assert wait_until(lambda: self.channel.playing, 3), self.channel.executed

    def ended(self) -> Any:
        assert wait_until(lambda: self.outcome, 5)
        return self.outcome[0]

    def commands(self, start: str) -> list[str]:
        return [command for command in self.channel.commands if command.startswith(start)]


@pytest.fixture
def ringing() -> Iterator[Callable[[Flow], Ringing]]:
    made: list[Ringing] = []

    def begin(flow: Flow) -> Ringing:
        made.append(Ringing(flow))
        return made[-1]

    yield begin
    for one in made:
        one.server.stop()
        one.channel.greenlet.kill()
        one.channel.sock.close()


def rings(leg: EslLeg, answer: AsyncResult, limit_s: float = 20) -> None:
    leg.start_ringing()
    leg.ring_until(answer, limit_s)


def test_it_rings_until_there_is_an_answer_and_is_silent_before_the_flow_goes_on(ringing):
    answer = AsyncResult()
    call = ringing(lambda leg: (rings(leg, answer), leg.stop_ringing(), "goes on")[2])

    call.rings()
    assert call.channel.executed[-1][1].startswith("tone_stream://")
    answer.set("no_answer")
    assert call.ended() == "goes on"
    assert len(call.commands("api uuid_break")) == 1


def test_it_goes_on_only_when_the_sound_has_begun(ringing):
    begun = []
    call = ringing(lambda leg: (leg.start_ringing(), begun.append(list(call.channel.playing))))

    call.ended()
    assert begun[0], "a bridge would find a command on its way"


def test_given_a_bridge_takes_the_leg_then_nothing_more_is_sent_to_it(ringing):
    answer = AsyncResult()
    begun: list[bool] = []
    call = ringing(
        lambda leg: (leg.start_ringing(), begun.append(True), leg.ring_until(answer, 20))
    )

    assert wait_until(lambda: begun, 5)
    told = len(call.channel.commands)
    call.channel.complete()
    gevent.sleep(0)
    answer.set("connected")
    call.ended()
    assert wait_until(lambda: call.channel.commands[-1] == "exit", 3)
    assert len(call.channel.commands) == told + 1, "it would be carried out in the conversation"


def test_given_a_caller_who_hangs_up_then_nobody_waits_for_the_answer(ringing):
    call = ringing(lambda leg: rings(leg, AsyncResult(), 60))

    call.rings()
    call.channel.leave()
    assert isinstance(call.ended(), LegGone)


def test_given_no_answer_in_time_then_the_wait_is_over(ringing):
    call = ringing(lambda leg: (rings(leg, AsyncResult(), 0.3), "over")[1])

    assert call.ended() == "over"


def test_it_tells_what_was_dialled_and_where_a_desk_has_sent_the_caller(ringing, monkeypatch):
    moved = (
        b"Caller-Destination-Number: flow_gas_main\nvariable_hotline_number: 96001\n"
        b"variable_hotline_flow: gas_main\n"
    )
    from tests.fakes import fake_channel

    plain = fake_channel.CONNECTED.replace(b"Caller-Destination-Number: 96001\n", moved)
    monkeypatch.setattr(fake_channel, "CONNECTED", plain)
    call = ringing(lambda leg: (leg.called_number, leg.wanted_flow))

    assert call.ended() == ("96001", "gas_main")
