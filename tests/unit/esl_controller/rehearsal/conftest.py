from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services import running_redis
from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.hotline import Hotline
from tests.unit.esl_controller.rehearsal.states import clean
from tests.unit.esl_controller.rehearsal.switch import Rehearsal


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rehearsal]:
    rehearsal = Rehearsal(tmp_path)
    yield rehearsal
    rehearsal.close()


@pytest.fixture
def esl(switch: Rehearsal) -> Connection:
    return switch.client()


@pytest.fixture
def nobody(switch: Rehearsal) -> None:
    """No controller listens: callers fall through to the queue `repair`."""
    switch.controller.close()


AddAgent = Callable[..., None]


@pytest.fixture
def add_agent(esl: Connection) -> AddAgent:
    """An agent with a registered phone that answers by itself after `auto` seconds."""

    def add(number: str, auto: str = "off", ring_s: int = 4, status: str = "Available") -> None:
        name = f"{number}@default"
        for words in (
            f"agent add {name} callback",
            f"agent set contact {name} [leg_timeout={ring_s}]sofia/agents/{number}%hotline.test",
            f"agent set max_no_answer {name} 1",
            f"agent set reject_delay_time {name} 5",
            f"agent set busy_delay_time {name} 5",
            f"agent set no_answer_delay_time {name} 3",
            f"tier add repair@default {name} 1 1",
            f"agent set status {name} '{status}'",
            f"agent set state {name} Waiting",
        ):
            assert esl.api(f"callcenter_config {words}") == "+OK\n"
        assert esl.api(f"rehearsal phone {number} register") == "+OK\n"
        assert esl.api(f"rehearsal phone {number} auto {auto}") == "+OK\n"

    return add


Dial = Callable[..., str]


@pytest.fixture
def dial(esl: Connection) -> Dial:
    """A caller rings the hotline; gives the channel's uuid."""

    def place(number: str = "13800138000", script: str = "", called: str = "96001") -> str:
        reply = esl.api(f"rehearsal call {number} {called} {script}".strip())
        assert reply.startswith("+OK "), reply
        return reply.split()[1]

    return place


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """One controller on one stand-in for a whole table of states."""
    switch = Rehearsal(tmp_path_factory.mktemp("table"))
    with running_redis() as server:
        made = Hotline(switch, switch.client(), server)
        yield made
        made.close()
    switch.close()


@pytest.fixture
def hotline(running: Hotline) -> Iterator[Hotline]:
    yield running
    clean(running)
