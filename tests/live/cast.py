"""Callers and agents' phones, the same words on both switches.

On FreeSWITCH they are SIP actors that judge by ear; on the rehearsal switch they act through its
api and judge by its events and by whom it would let them hear, for there is no sound.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from esl_controller.contract.keys import PHONE_HEADER
from esl_controller.domain.ids import contact_id_of
from tests.actors import ears
from tests.actors.phone import RING, SipPhone
from tests.live.desk import Desk
from tests.live.esl import Transcript
from tests.live.stack import Stack
from tests.until import until

AUTO_ANSWER = "X-Clearline-Auto-Answer"
#: Nobody hangs up in the instant in which the bridge stands; who listens first, on a real switch,
#: does not either. What crosses in an instant is walked elsewhere.
A_MOMENT_S = 0.3
AUDIO = Path(__file__).resolve().parents[2] / "ivr_scripts" / "prompts" / "audio"


class Caller(Protocol):
    """A citizen on the telephone. Every wait ends with an AssertionError that says for what."""

    number: str

    def dials(self, called: str = "96001") -> None: ...

    def is_answered(self, within: float = 5) -> None: ...

    def hears(self, *prompts: str, within: float = 30) -> None:
        """These prompts (codes or file paths), in this order, after what was heard before."""

    def hears_music(self, within: float = 10) -> None: ...

    def hears_agent(self, phone: AgentPhone) -> None: ...

    def hears_only(self, *people: Any, within: float = 8) -> None:
        """The voices of exactly these people, from now on; of nobody: music or silence."""

    def presses(self, digits: str) -> None: ...
    def taps(self, digits: str) -> None: ...

    def hangs_up(self) -> None: ...

    def is_over(self, within: float = 5) -> None:
        """The other side has ended the call."""

    @property
    def contact_id(self) -> str: ...


class AgentPhone(Protocol):
    """The telephone of one agent."""

    extension: str

    def registers(self) -> None: ...

    def says_goodbye(self) -> None:
        """Un-registers, as a phone that is switched off or a page that is closed."""

    def rings(self, within: float = 10) -> None: ...

    def answers(self) -> None: ...
    def rejects(self) -> None: ...
    def hangs_up(self) -> None: ...
    def hears_caller(self) -> None: ...

    def hears_only(self, *people: Any, within: float = 8) -> None: ...

    def is_silent(self, within: float = 5) -> None:
        """Neither rings nor talks any more."""


class SipCaller:
    def __init__(self, stack: Stack, transcript: Transcript, number: str, tone_hz: int) -> None:
        self.number, self.tone_hz, self._transcript = number, tone_hz, transcript
        self.phone = SipPhone(number or "anonymous", stack.trunk, tone_hz=tone_hz)
        self._heard_until = 0

    def dials(self, called: str = "96001") -> None:
        self.phone.dial(called, from_user=self.number)

    def is_answered(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("up", within), f"not answered: {self.phone.call.status}"

    def hears(self, *prompts: str, within: float = 30) -> None:
        call = self.phone.call
        for prompt in prompts:
            sound = ears.load(_sound_file(prompt))
            place = call.hears_sound(sound, within=within, since=self._heard_until)
            assert place > 0, f"{prompt} was not heard after {self._heard_until / 8000:.1f} s"
            self._heard_until = place

    def hears_music(self, within: float = 10) -> None:
        """After what was heard last: the end of a sentence is no music."""
        call = self.phone.call

        def music() -> bool:
            heard = call.rtp.heard(max(self._heard_until, call.now() - ears.RATE // 2))
            long_enough = len(heard) > ears.RATE // 4
            return long_enough and ears.loudness(heard) > 50 and not ears.tones_in(heard)

        until(music, within, what=lambda: f"music, not {call.tones()}")

    def hears_agent(self, phone: AgentPhone) -> None:
        tone = _tone_of(phone)
        assert self.phone.call.hears_tones(tone), f"hears {self.phone.call.tones()}, not {tone}"

    def hears_only(self, *people: Any, within: float = 8) -> None:
        wanted = {person.tone_hz for person in people}
        call = self.phone.call
        heard = call.hears_tones(*wanted, within=within)
        assert heard, f"{self.phone.name} hears {call.tones()}, not {wanted}"

    def presses(self, digits: str) -> None:
        self.phone.call.key(digits)

    def taps(self, digits: str) -> None:
        """Press without having listened."""
        if self.phone.call.state == "up":
            self.phone.call.key(digits)

    def hangs_up(self) -> None:
        self.phone.call.hang_up()

    def vanishes(self) -> None:
        self.phone.close()

    def falls_silent(self) -> None:
        """The telephone sends no more sound."""
        self.phone.call.rtp.talking = False

    def is_over(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("ended", within), "the call is not over"

    @property
    def contact_id(self) -> str:
        dialog = self.phone.call.dialog
        assert dialog is not None
        found = until(
            lambda: self._transcript.having("variable_sip_call_id", dialog.call_id),
            5, what="the caller's channel",
        )  # fmt: skip
        return contact_id_of(found[0]["Unique-ID"])

    def leaves_call(self) -> None:
        """Hang up whatever there is; the caller may dial again."""
        for call in self.phone.calls:
            call.hang_up()

    def leaves(self) -> None:
        self.leaves_call()
        self.phone.close()


class SipAgentPhone:
    def __init__(self, stack: Stack, desk: Desk, tone_hz: int) -> None:
        session = desk.phone_session()
        self.extension, self.tone_hz = str(session["extension"]), tone_hz
        self.phone = SipPhone(
            self.extension,
            stack.agents_address,
            domain=session["realm"],
            ha1=session["ha1"],
            headers=((PHONE_HEADER, session["sid"]),),
            tone_hz=tone_hz,
            policy=RING,
            auto_answer_header=AUTO_ANSWER,
        )

    def registers(self) -> None:
        status = self.phone.register()
        assert status == 200, f"REGISTER of {self.extension}: {status}"

    def says_goodbye(self) -> None:
        status = self.phone.register(expires=0)
        assert status == 200, f"un-REGISTER of {self.extension}: {status}"

    def rings(self, within: float = 10) -> None:
        self.phone.wait_for_call(within)

    def answers(self) -> None:
        self.phone.call.answer()

    def rejects(self) -> None:
        self.phone.call.reject(486)

    def hangs_up(self) -> None:
        """Nothing when there is no call."""
        for call in self.phone.calls[-1:]:
            call.hang_up()

    def hears_caller(self) -> None:
        call = self.phone.call
        assert call.hears_tones(ears.CALLER), f"{self.extension} hears {call.tones()}"

    def hears_only(self, *people: Any, within: float = 8) -> None:
        wanted = {person.tone_hz for person in people}
        call = self.phone.call
        heard = call.hears_tones(*wanted, within=within)
        assert heard, f"{self.phone.name} hears {call.tones()}, not {wanted}"

    def is_silent(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("ended", within), f"{self.extension} still has a call"

    def vanishes(self) -> None:
        self.phone.close()

    def leaves(self) -> None:
        for call in self.phone.calls:
            call.hang_up()
        self.phone.register(expires=0, timeout=1)
        self.phone.close()


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

    def dials(self, called: str = "96001") -> None:
        script = json.dumps({"patience_s": 600}).replace(" ", "")
        number = quote(self.number, safe="") or "-"
        answer = self._stack.api(f"rehearsal call {number} {called} {script}")
        assert answer.startswith("+OK"), answer
        self.uuid = answer.split()[1]

    def is_answered(self, within: float = 5) -> None:
        until(lambda: self._mine("CHANNEL_ANSWER"), within, what="answered")

    def hears(self, *prompts: str, within: float = 30) -> None:
        for prompt in prompts:
            name = _sound_file(prompt).name

            def played(name: str = name) -> bool:
                for place, heard in enumerate(self._played()):
                    if place >= self._seen and heard == name:
                        self._seen = place + 1
                        return True
                return False

            until(played, within, what=f"{prompt} is played")

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

    def rings(self, within: float = 10) -> None:
        until(lambda: self._status() == "ringing", within, what=f"{self.extension} rings")

    def answers(self) -> None:
        self._do("answer")

    def rejects(self) -> None:
        self._do("busy")

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


def _sound_file(prompt: str) -> Path:
    """The 8 kHz file of a prompt code, or of a path as the prompt book gives it."""
    if "/" not in prompt:
        return AUDIO / "8000" / f"{prompt}.wav"
    path = Path(prompt)
    return path if path.exists() else path.parent / "8000" / path.name


def _tone_of(phone: AgentPhone) -> int:
    return int(getattr(phone, "tone_hz"))


def in_order(files: Sequence[str]) -> list[str]:
    """The spoken files of a list without its pauses."""
    return [file for file in files if Path(file).stem != "pause"]
