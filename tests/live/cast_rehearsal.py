"""The same people on the rehearsal switch: they act through its api and judge by its events and by
whom it would let them hear, for there is no sound."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from esl_controller.domain.ids import contact_id_of
from tests.live.cast import RINGS_S, AgentPhone, sound_file
from tests.live.desk import Desk
from tests.live.esl import Transcript
from tests.live.site import NUMBER
from tests.live.stack import Stack
from tests.until import until

#: Nobody hangs up in the instant in which the bridge stands; who listens first, on a real switch,
#: does not either. What crosses in an instant is walked elsewhere.
A_MOMENT_S = 0.3


class RehearsalEars:
    """What a person on the stand-in hears is what the switch says it would send there."""

    _stack: Stack
    uuid: str

    def hears_only(self, *people: Any, within: float = 8) -> None:
        wanted = {person.uuid for person in people}
        until(lambda: self._hears() - {"music"} == wanted, within, what=self._told(wanted))

    def hears_music(self, within: float = 10) -> None:
        until(lambda: self._hears() == {"music"}, within, what=self._told({"music"}))

    def _hears(self) -> set[str]:
        return self._stack.heard_by(self.uuid)

    def _told(self, wanted: set[str]) -> Callable[[], str]:
        return lambda: f"{self.uuid} hears only {wanted}, not {self._hears()}"


class RehearsalCaller(RehearsalEars):
    """A simulated caller; what is played to it is read from the switch's own events."""

    def __init__(self, stack: Stack, transcript: Transcript, number: str) -> None:
        self.number, self._stack, self._transcript = number, stack, transcript
        self.uuid = ""
        self._seen = 0

    def dials(self, called: str = NUMBER) -> None:
        script = json.dumps({"patience_s": 600}).replace(" ", "")
        number = quote(self.number, safe="") or "-"
        answer = self._stack.api(f"rehearsal call {number} {called} {script}")
        assert answer.startswith("+OK"), answer
        self.uuid = answer.split()[1]

    def is_answered(self, within: float = 5) -> None:
        until(lambda: self._mine("CHANNEL_ANSWER"), within, what="answered")

    def hears(self, *prompts: str, within: float = 30) -> None:
        for prompt in prompts:
            name = sound_file(prompt).name

            def played(name: str = name) -> bool:
                for place, heard in enumerate(self._played()):
                    if place >= self._seen and heard == name:
                        self._seen = place + 1
                        return True
                return False

            until(played, within, what=f"{prompt} is played")

    def hears_in_a_row(self, *prompts: str, within: float = 30) -> None:
        wanted = [sound_file(prompt).name for prompt in prompts]

        def played() -> bool:
            words = [name for name in self._played()[self._seen :] if name != "pause.wav"]
            begun = words[words.index(wanted[0]) :] if wanted[0] in words else []
            return begun[: len(wanted)] == wanted

        until(played, within, what=lambda: f"{wanted} in {self._played()[self._seen :]}")
        self.hears(*prompts)

    def hears_agent(self, phone: AgentPhone) -> None:
        self.hears_only(phone)

    def presses(self, digits: str) -> None:
        # A person presses what was asked for: not before anything is said, nor in the same instant.
        until(self._played, 5, what="something is said")
        time.sleep(A_MOMENT_S)
        self._stack.api(f"rehearsal caller {self.uuid} dtmf {digits}")

    def taps(self, digits: str) -> None:
        self._stack.api(f"rehearsal caller {self.uuid} dtmf {digits}")

    def hangs_up(self) -> None:
        time.sleep(A_MOMENT_S)
        self._stack.api(f"rehearsal caller {self.uuid} hangup")

    def is_over(self, within: float = 5) -> None:
        until(lambda: self._mine("CHANNEL_HANGUP_COMPLETE"), within, what="the call's end")

    @property
    def contact_id(self) -> str:
        return contact_id_of(self.uuid)

    def leaves_call(self) -> None:
        if self.uuid:
            self.hangs_up()

    leaves = leaves_call

    def _mine(self, name: str, header: str = "Unique-ID") -> list[dict[str, str]]:
        return self._transcript.named(name, **{header.replace("-", "_"): self.uuid})

    def _played(self) -> list[str]:
        """File names in the order in which the switch began to play them."""
        names = []
        for event in self._mine("CHANNEL_EXECUTE"):
            if event.get("Application") in ("playback", "play_and_get_digits"):
                text = event.get("Application-Data", "").replace("!", " ")
                names += [Path(word).name for word in text.split() if word.endswith(".wav")]
        return names


class RehearsalAgentPhone(RehearsalEars):
    def __init__(self, stack: Stack, desk: Desk) -> None:
        self._stack, self._desk = stack, desk
        self.extension = str(desk.phone_session()["extension"])

    def registers(self) -> None:
        self._do("register")

    def says_goodbye(self) -> None:
        self._do("unregister")

    def rings(self, within: float = RINGS_S) -> None:
        until(lambda: self._status() == "ringing", within, what=f"{self.extension} rings")

    def shows_caller(self, number: str) -> None:
        rows = [row for row in self._stack.channel_rows() if row["uuid"] == self.uuid]
        assert [row["cid_num"] for row in rows] == [number], rows

    def answers(self) -> None:
        self._do("answer")

    def rejects(self) -> None:
        self._do("busy")

    def holds(self) -> None:
        self._do("hold")

    def takes_back(self) -> None:
        self._do("unhold")

    def hangs_up(self) -> None:
        """Nothing when the call is over already, as with a SIP phone."""
        time.sleep(A_MOMENT_S)
        self._stack.api(f"rehearsal phone {self.extension} hangup")

    def hears_caller(self) -> None:
        def heard() -> bool:
            rows = self._stack.channel_rows()
            callers = {row["uuid"] for row in rows if row["direction"] == "inbound"}
            return bool(callers & self._stack.heard_by(self.uuid))

        until(heard, 3, what=f"{self.extension} hears a caller")

    @property
    def uuid(self) -> str:  # type: ignore[override]
        return _channel_of(self._stack, f"sofia/agents/{self.extension}@")

    def is_silent(self, within: float = 5) -> None:
        until(lambda: self._status() in ("idle", "unregistered"), within)

    def vanishes(self) -> None:
        self._do("vanish")

    def leaves(self) -> None:
        self._stack.api(f"rehearsal phone {self.extension} hangup")
        self._do("unregister")

    def _do(self, what: str) -> None:
        answer = self._stack.api(f"rehearsal phone {self.extension} {what}")
        assert answer.startswith("+OK"), f"{self.extension} {what}: {answer}"

    def _status(self) -> str:
        return self._stack.api(f"rehearsal phone {self.extension} status")


def _channel_of(stack: Stack, name: str) -> str:
    rows = [row for row in stack.channel_rows() if row["name"].startswith(name)]
    return rows[-1]["uuid"] if rows else ""
