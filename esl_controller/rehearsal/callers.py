"""Simulated callers: they ring in, follow their script and hang up."""
from __future__ import annotations

import time
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event as Flag

from esl_controller.rehearsal.channel import Party
from esl_controller.rehearsal.dialplan import live
from esl_controller.rehearsal.scripts import Key, Script
from esl_controller.rehearsal.session import Session

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

_LOOK_S = 0.5


class Caller:
    """One person at a telephone, in a greenlet of its own."""

    def __init__(self, switch: Switch, number: str, called: str, script: Script) -> None:
        self.script = script
        self.session = _ring_in(switch, number, called, script)
        self._moved = Flag()
        self._listening = False
        self._prompts: list[str] = []
        self.session.watch(self._notice)
        gevent.spawn(self._act)

    def _notice(self, session: Session) -> None:
        if session.prompt and (not self._prompts or self._prompts[-1] != session.prompt):
            self._prompts.append(session.prompt)
        self._moved.set()

    def _act(self) -> None:
        began = time.monotonic()
        for key in self.script.keys:
            if not self._until(key, began):
                break
            gevent.sleep(key.after_s)
            for digit in key.digits:
                self.session.press(digit)
                gevent.sleep(key.gap_s)
        while self.session.up and not self.session.peer:
            if not self._patient(began):
                return
            self._look(began)
        self._talk()

    def _talk(self) -> None:
        if self.script.talk_s is None or not self.session.peer:
            return
        self.session.ended.wait(self.script.talk_s)
        self.session.hang_up("NORMAL_CLEARING", remote=True)

    def _until(self, key: Key, began: float) -> bool:
        """Wait for the key's moment; False when the call is over or an agent answered."""
        while self.session.up and not self.session.peer:
            if not self._patient(began):
                return False
            if self._is_time(key):
                return True
            self._look(began)
        return False

    def _is_time(self, key: Key) -> bool:
        session = self.session
        if key.on == "start":
            return session.answered
        if key.on.startswith("prompt:"):
            wanted = key.on[len("prompt:"):]
            heard = [place for place, name in enumerate(self._prompts) if wanted in name]
            if heard:
                del self._prompts[:heard[0] + 1]
            return bool(heard)
        return session.asking

    def _patient(self, began: float) -> bool:
        if time.monotonic() - began < self.script.patience_s:
            return True
        self.session.hang_up("NORMAL_CLEARING", remote=True)
        return False

    def _look(self, began: float) -> None:
        left = self.script.patience_s - (time.monotonic() - began)
        self._moved.clear()
        self._moved.wait(max(min(left, _LOOK_S), 0))


def _ring_in(switch: Switch, number: str, called: str, script: Script) -> Session:
    """The INVITE of a caller: a channel in the callers' context."""
    shown = number or "anonymous"
    party = Party(number, number, called, "callers")
    session = Session(
        switch.bus, f"sofia/trunk/{shown}@127.0.0.1", "inbound", party, switch=switch,
        target=(called, "callers"), first_dialled=called)
    session.variables.update({
        "session_id": str(switch.next_session()), "sip_from_user": shown,
        "sip_from_uri": f"{shown}@127.0.0.1", "sip_from_host": "127.0.0.1",
        "channel_name": session.name, "sip_call_id": f"rehearsal-{session.uuid}",
        "sip_network_ip": "127.0.0.1", "sofia_profile_name": "trunk",
        "sip_from_display": number, "sip_req_user": called, "sip_to_user": called,
        "read_codec": "PCMU", "write_codec": "PCMU", "dtmf_type": "rfc2833",
        "endpoint_disposition": "RECEIVED",
    })
    if script.voice:
        session.variables["rehearsal_voice"] = script.voice
    session.start(lambda: _arrive(session))
    return session


def _arrive(session: Session) -> None:
    session.enter("CS_NEW")
    session.enter("CS_INIT")
    session.state = "CS_ROUTING"
    session.fire("CHANNEL_CREATE")
    session.running = "CS_ROUTING"
    session.show("RINGING")
    session.running = "CS_INIT"
    live(session)
