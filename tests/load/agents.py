"""Agents for the load: desks over the web, phones that answer by themselves, short talks."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from esl_controller.contract.keys import PHONE_HEADER
from tests.actors.phone import Policy, SipPhone
from tests.live.desk import Desk
from tests.live.stack import Stack

ANSWERS_AFTER_S, TALKS_S = 0.5, 3.0
LOOKS_EVERY_S = 0.05
AGAIN_AFTER_S = 1.0


class Phone:
    """What an agent's phone does here: it answers after a moment; `hang_up` ends the talk."""

    def __init__(self, stack: Stack, desk: Desk) -> None:
        session = desk.phone_session()
        self._stack, self._extension = stack, str(session["extension"])
        self._sip: SipPhone | None = None
        if stack.switch == "freeswitch":
            self._sip = SipPhone(
                self._extension,
                stack.agents_address,
                domain=session["realm"],
                ha1=session["ha1"],
                headers=((PHONE_HEADER, session["sid"]),),
                tone_hz=700,
                policy=Policy(200, ANSWERS_AFTER_S),
            )
            assert self._sip.register() == 200, f"phone {self._extension} cannot register"
        else:
            self._do("register")
            self._do(f"auto {ANSWERS_AFTER_S}")

    def hang_up(self) -> None:
        if self._sip is None:
            self._do("hangup")
            return
        for call in self._sip.calls:
            call.hang_up()
            call.rtp.close()
        self._sip.calls.clear()

    def close(self) -> None:
        if self._sip is not None:
            self._sip.close()

    def _do(self, what: str) -> None:
        self._stack.api(f"rehearsal phone {self._extension} {what}")


@dataclass
class Agent:
    desk: Desk
    phone: Phone
    state: str = ""
    since: float = 0.0
    read: int = 0
    popped: dict[str, float] = field(default_factory=dict)  # contact_id -> epoch seconds
    talks: int = 0


class Team:
    """Signs agents in, then has them take calls until `stop()`."""

    def __init__(self, stack: Stack, numbers: list[str]) -> None:
        self.agents = []
        for number in numbers:
            desk = stack.desk(number)
            self.agents.append(Agent(desk, Phone(stack, desk)))
        for agent in self.agents:
            agent.desk.goes_ready()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agents", daemon=True)

    @property
    def pops(self) -> dict[str, float]:
        """When each call was on its agent's desk, in seconds since the epoch."""
        return {contact: at for agent in self.agents for contact, at in agent.popped.items()}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=30)
        for agent in self.agents:
            agent.phone.hang_up()
            agent.phone.close()

    def _run(self) -> None:
        while not self._ended.wait(LOOKS_EVERY_S):
            for agent in self.agents:
                self._look(agent)

    def _look(self, agent: Agent) -> None:
        """Read what the desk was told, and do what is due."""
        told = agent.desk.events[agent.read :]
        agent.read += len(told)
        for at, name, body in told:
            if name == "desk":
                self._note(agent, at, body)
        if time.monotonic() < agent.since:
            return
        if agent.state == "on_call":
            agent.phone.hang_up()
            agent.talks += 1
        elif agent.state == "wrap_up":
            _press(agent.desk, "finish_wrap_up")
        elif agent.state == "not_ready":
            _press(agent.desk, "ready")
        agent.since = time.monotonic() + AGAIN_AFTER_S

    def _note(self, agent: Agent, at: float, body: dict[str, Any]) -> None:
        state = body["agent"]["state"]
        if state == "offered" and body["call"]:
            agent.popped.setdefault(body["call"]["contact_id"], at)
        if state != agent.state:
            agent.state = state
            agent.since = time.monotonic() + (TALKS_S if state == "on_call" else 0)


def _press(desk: Desk, action: str) -> None:
    """Under load a button may be too late or get no answer; the next look presses it again."""
    try:
        desk.tries(action)
    except requests.RequestException as error:
        print(f"{desk.agent_no} {action}: {type(error).__name__}", flush=True)
