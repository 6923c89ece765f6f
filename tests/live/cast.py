"""Callers and agents' phones, the same words on both switches.

On FreeSWITCH they are SIP actors that judge by ear; those of the stand-in are in
cast_rehearsal.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from esl_controller.contract.keys import PHONE_HEADER
from esl_controller.domain.ids import contact_id_of
from tests.actors import ears
from tests.actors.phone import RING, SipPhone
from tests.live.desk import Desk
from tests.live.esl import Transcript
from tests.live.site import NUMBER
from tests.live.stack import Stack
from tests.until import until

AUTO_ANSWER = "X-Clearline-Auto-Answer"
#: Between two words of one announcement; any word of ours that came between is heard longer.
LONGEST_PAUSE_S = 0.35
#: mod_callcenter leaves an agent alone for 5 s after a refusal, maybe of the scenario before.
RINGS_S = 15.0
AUDIO = Path(__file__).resolve().parents[2] / "ivr_scripts" / "prompts" / "audio"


class Caller(Protocol):
    """A citizen on the telephone. Every wait ends with an AssertionError that says for what."""

    number: str

    def dials(self, called: str = NUMBER) -> None: ...

    def is_answered(self, within: float = 5) -> None: ...

    def hears(self, *prompts: str, within: float = 30) -> None:
        """These prompts (codes or file paths), in this order, after what was heard before."""

    def hears_in_a_row(self, *prompts: str, within: float = 30) -> None:
        """The same, with nothing said between them."""

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

    def rings(self, within: float = RINGS_S) -> None: ...

    def shows_caller(self, number: str) -> None: ...

    def answers(self) -> None: ...
    def rejects(self) -> None: ...
    def hangs_up(self) -> None: ...

    def holds(self) -> None:
        """Press the telephone's own hold key."""

    def takes_back(self) -> None:
        """Press it again."""

    def hears_caller(self) -> None: ...

    def hears_only(self, *people: Any, within: float = 8) -> None: ...

    def is_silent(self, within: float = 5) -> None:
        """Neither rings nor talks any more."""


class SipPerson:
    """At a telephone on a real switch: what a person hears is whose tones arrive."""

    phone: SipPhone

    def hears_only(self, *people: Any, within: float = 8) -> None:
        wanted = {person.tone_hz for person in people}
        call = self.phone.call
        heard = call.hears_tones(*wanted, within=within)
        assert heard, f"{self.phone.name} hears {call.tones()}, not {wanted}"

    def holds(self) -> None:
        self.phone.call.hold()

    def takes_back(self) -> None:
        self.phone.call.resume()

    def holds_in_silence(self) -> None:
        """As most telephones do: nothing is sent."""
        self.holds()
        self.phone.call.rtp.talking = False

    def takes_back_aloud(self) -> None:
        self.phone.call.rtp.talking = True
        self.takes_back()


class SipCaller(SipPerson):
    def __init__(self, stack: Stack, transcript: Transcript, number: str, tone_hz: int) -> None:
        self.number, self.tone_hz, self._transcript = number, tone_hz, transcript
        self.phone = SipPhone(number or "anonymous", stack.trunk, tone_hz=tone_hz)
        self._heard_until = 0

    def dials(self, called: str = NUMBER) -> None:
        self.phone.dial(called, from_user=self.number)

    def is_answered(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("up", within), f"not answered: {self.phone.call.status}"

    def hears(self, *prompts: str, within: float = 30) -> None:
        call = self.phone.call
        for prompt in prompts:
            sound = ears.load(sound_file(prompt))
            place = call.hears_sound(sound, within=within, since=self._heard_until)
            assert place > 0, f"{prompt} was not heard after {self._heard_until / 8000:.1f} s"
            self._heard_until = place

    def hears_in_a_row(self, *prompts: str, within: float = 30) -> None:
        self.hears(prompts[0], within=within)
        call = self.phone.call
        for prompt in prompts[1:]:
            sound = ears.load(sound_file(prompt))
            begin = self._heard_until - ears.FUZZ
            end = self._heard_until + len(sound) + int(LONGEST_PAUSE_S * ears.RATE)
            until(lambda: call.now() > end + ears.FUZZ, within, what=f"time for {prompt}")
            fit, at = ears.find(sound, call.rtp.heard(begin, end))
            assert fit >= ears.GOOD_FIT, f"{prompt} does not follow: {fit:.2f}"
            self._heard_until = begin + at + len(sound)

    def hears_music(self, within: float = 10) -> None:
        """After what was heard last: the end of a sentence is no music."""
        call = self.phone.call

        def music() -> bool:
            heard = call.rtp.heard(max(self._heard_until, call.now() - ears.RATE // 2))
            long_enough = len(heard) > ears.RATE // 4
            return long_enough and ears.loudness(heard) > 50 and not ears.tones_in(heard)

        until(music, within, what=lambda: f"music, not {call.tones()}")

    def hears_agent(self, phone: AgentPhone) -> None:
        self.hears_only(phone)

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

    def says_nothing(self, seconds: int) -> None:
        """The telephone goes on sending, and nothing is said."""
        self.phone.call.say(np.zeros(seconds * ears.RATE, np.int16))

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
            15, what="the caller's channel",
        )  # fmt: skip
        return contact_id_of(found[0]["Unique-ID"])

    def leaves_call(self) -> None:
        """Hang up whatever there is; the caller may dial again."""
        for call in self.phone.calls:
            call.hang_up()

    def leaves(self) -> None:
        self.leaves_call()
        self.phone.close()


class SipAgentPhone(SipPerson):
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

    def rings(self, within: float = RINGS_S) -> None:
        self.phone.wait_for_call(within)

    def shows_caller(self, number: str) -> None:
        """Its display says that this number calls."""
        invite = self.phone.call.invite
        assert invite is not None
        assert f"sip:{number}@" in invite.get("from"), invite.get("from")

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
        heard = call.hears_tones(ears.CALLER, within=8)
        assert heard, f"{self.extension} hears {call.tones()}"

    def is_silent(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("ended", within), f"{self.extension} still has a call"

    def vanishes(self) -> None:
        self.phone.close()

    def leaves(self) -> None:
        for call in self.phone.calls:
            call.hang_up()
        self.phone.register(expires=0, timeout=1)
        self.phone.close()


def sound_file(prompt: str) -> Path:
    """The 8 kHz file of a prompt code, or of a path as the prompt book gives it."""
    if "/" not in prompt:
        return AUDIO / "8000" / f"{prompt}.wav"
    path = Path(prompt)
    return path if path.exists() else path.parent / "8000" / path.name


def in_order(files: Sequence[str]) -> list[str]:
    """The spoken files of a list without its pauses."""
    return [file for file in files if Path(file).stem != "pause"]
