"""One scenario's stage: who is on it, and that it is empty and tidy afterwards."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.actors import ears
from tests.live import invariants, records
from tests.live.cast import AgentPhone, Caller, SipAgentPhone, SipCaller
from tests.live.cast_outside import RehearsalOutside, SipCarrier, SipOutside
from tests.live.cast_rehearsal import RehearsalAgentPhone, RehearsalCaller
from tests.live.desk import Desk
from tests.live.site import STRAIGHT_NUMBER
from tests.live.stack import Stack
from tests.until import until

TONES = {"1004": ears.AGENT_1, "1005": ears.AGENT_2, "2001": ears.SUPERVISOR}


class Scene:
    """Makes callers, phones and desks on the stack's switch."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.transcript = stack.transcript()
        self._callers: list[Any] = []
        self._phones: dict[str, Any] = {}
        self._gone: list[str] = []
        self._carriers: list[SipCarrier] = []
        self._began, self._began_at = invariants.newest_event(stack), time.time()
        self._memory = invariants.memory(stack)
        self._lost: set[str] = set()
        self._switch_records = records.switch_records(stack)
        self._dead_letters = invariants.dead_letters(stack)
        #: False where a scenario takes the recordings away, or the controller from menu or talk.
        self.recorded = self.watched = True

    @property
    def real(self) -> bool:
        """On a real switch there is sound to judge."""
        return self.stack.switch == "freeswitch"

    @property
    def switch_program(self) -> str:
        return self.stack.switch

    def new_transcript(self) -> None:
        """Listen again, after the switch was restarted."""
        self.transcript.close()
        self.transcript = self.stack.transcript()

    def forget_calls(self) -> None:
        """The switch died: the actors' calls ended without a word, nor a record of its own."""
        self._lost.update(self.contacts())
        for actor in (*self._callers, *self._phones.values()):
            phone = getattr(actor, "phone", None)
            for call in phone.calls if phone else ():
                call.end("switch")

    def phone_vanishes(self, agent_no: str) -> None:
        """The agent's phone loses its line without a word."""
        self._phones.pop(agent_no).vanishes()
        self._gone.append(agent_no)

    def caller(self, number: str, tone_hz: int = ears.CALLER) -> Caller:
        made: Any = (
            SipCaller(self.stack, self.transcript, number, tone_hz)
            if self.real
            else RehearsalCaller(self.stack, self.transcript, number)
        )
        self._callers.append(made)
        found: Caller = made
        return found

    def goes_home(self, caller: Any) -> None:
        """A caller who is needed no more: the call ends, and the telephone is put away."""
        caller.leaves()
        self._callers.remove(caller)

    def phone(self, agent_no: str) -> AgentPhone:
        """The agent's phone, registered."""
        if agent_no not in self._phones:
            desk = self.stack.desk(agent_no)
            made: Any = (
                SipAgentPhone(self.stack, desk, TONES.get(agent_no, ears.AGENT_1))
                if self.real
                else RehearsalAgentPhone(self.stack, desk)
            )
            made.registers()
            self._phones[agent_no] = made
        found: AgentPhone = self._phones[agent_no]
        return found

    def outside(self) -> Any:
        """Whom the hotline calls outside, through the carrier."""
        if not self.real:
            return RehearsalOutside(self.stack)
        carrier = SipCarrier(
            "carrier", self.stack.trunk, tone_hz=ears.OUTSIDE, port=self.stack.carrier_port
        )
        self._carriers.append(carrier)
        return SipOutside(carrier, self.stack.trunk)

    def talk(self, number: str = "19900000002", agent_no: str = "1004") -> Any:
        """An agent in a conversation: (desk, phone, caller), proved both ways."""
        desk, phone = self.agent(agent_no)
        caller = self.waiting_caller(number)
        phone.rings()
        phone.answers()
        desk.call_is("talking")
        caller.hears_only(phone)
        phone.hears_only(caller)
        return desk, phone, caller

    def agent(self, agent_no: str) -> tuple[Desk, AgentPhone]:
        """A signed-in, registered, ready agent with a clean desk."""
        desk, phone = self.stack.desk(agent_no), self.phone(agent_no)
        desk.stays_open()
        desk.goes_ready()
        desk.forget()
        return desk, phone

    def colleague(self, agent_no: str = "1005") -> tuple[Desk, AgentPhone]:
        """An agent on a break, whom no queue calls, but whoever asks for them."""
        desk, phone = self.agent(agent_no)
        desk.does("not_ready", reason="rest")
        desk.shows("not_ready")
        return desk, phone

    def consultation(self) -> Any:
        """1004 has put the caller on music and talks with 1005: (desk, phone, caller, the
        colleague's desk, the colleague)."""
        other_desk, other = self.colleague()
        desk, phone, caller = self.talk()
        desk.does("consult", kind="agent", value="1005")
        other.rings()
        other.answers()
        desk.call_is("consulting")
        phone.hears_only(other)
        other.hears_only(phone)
        caller.hears_music()
        return desk, phone, caller, other_desk, other

    def ends(self, caller: Caller) -> dict[str, Any]:
        """The finished contact, on a tidy stage."""
        contact = self.stack.contact(caller.contact_id)
        self.tidy()
        return dict(contact)

    @staticmethod
    def clock() -> float:
        return time.monotonic()

    def passes(self, seconds: float) -> None:
        """Until so much more was said or waited on the line."""
        end = self.clock() + seconds
        until(lambda: self.clock() > end, seconds + 5)

    def waiting_caller(self, number: str) -> Caller:
        """A caller whom the menu did not keep, in the queue."""
        caller = self.caller(number)
        caller.dials(STRAIGHT_NUMBER)
        caller.is_answered()
        self.until_queued(caller, "general")
        return caller

    def until_queued(self, caller: Caller, queue: str, within: float = 25) -> None:
        """Until the controller has told that the caller joined this queue."""
        self.until_told(caller, "queue.joined", within, queue=queue)

    def until_told(self, caller: Caller, event: str, within: float = 10, **body: Any) -> None:
        """Until the controller has told this fact of the caller, with these values."""

        def told() -> bool:
            return any(
                fact["type"] == event and body.items() <= fact["body"].items()
                for fact in self.stack.events(caller.contact_id)
            )

        until(told, within, what=f"{event} {body} of {caller.number}")

    def contacts(self) -> list[str]:
        """The contacts that have begun in this scenario."""
        return invariants.contacts_since(self.stack, self._began)

    def tidy(self) -> None:
        """What must be true after every scenario; see invariants.py."""
        invariants.nothing_is_left(self.stack)
        own = self.contacts()
        whole = [one for one in own if one not in self._lost]
        if not self._lost:  # first: a leg that ended unseen is told a moment later
            records.every_leg_is_recorded(self.stack, self._switch_records)
        records.records_are_complete(self.stack, whole, self.watched)
        if self.recorded:
            records.talks_are_recorded(self.stack, whole, self.watched)
        invariants.nothing_was_given_up(self.stack, self._dead_letters)
        invariants.nothing_has_grown(self.stack, self._memory)

    def end(self, keep_as: str = "") -> None:
        """Everybody goes home. With `keep_as`, logs and the transcript are kept under that name."""
        if keep_as:
            self._keep(keep_as)
            self.stack.mend()
        with ExitStack() as home:  # whatever happens to one, the others go home
            home.callback(self.transcript.close)
            for agent_no in (*self._phones, *self._gone):
                home.callback(goes_home, self.stack.desk(agent_no))
            for phone in self._phones.values():
                home.callback(phone.leaves)
            for carrier in self._carriers:
                home.callback(carrier.leaves)
            for caller in self._callers:
                home.callback(caller.leaves)

    @staticmethod
    def kept(name: str) -> Path:
        """The folder of what is kept of a failed scenario."""
        folder = Path("var") / "live-failures" / name.replace("/", "_")[:100]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _keep(self, name: str) -> None:
        folder = self.kept(name)
        lines = [f"{at:.3f} {json.dumps(event)}" for at, event in self.transcript.events]
        (folder / "esl.jsonl").write_text("\n".join(lines))
        for actor in (*self._callers, *self._phones.values()):
            phone = getattr(actor, "phone", None)
            for number, call in enumerate(phone.calls if phone else ()):
                ears.save(folder / f"{phone.user}-{number}.wav", call.rtp.heard())
        for sound in self.stack.recording("").rglob("*.wav"):
            if sound.stat().st_mtime >= self._began_at:
                shutil.copy(sound, folder / f"recording-{sound.name}")
        shutil.copytree(self.stack.home / "logs", folder / "logs", dirs_exist_ok=True)
        print(f"kept: {folder}")


def goes_home(desk: Desk) -> None:
    """Finish what is begun and sign out, at this desk."""
    if desk.snapshot()["agent"] is None:
        return
    if desk.snapshot()["agent"]["work"] == "wrap_up":
        desk.does("finish_wrap_up")
        until(lambda: desk.snapshot()["agent"]["work"] != "wrap_up", 5)
    if desk.snapshot()["agent"]["presence"] != "signed_out":
        desk.does("sign_out")
        until(lambda: desk.snapshot()["agent"]["presence"] == "signed_out", 5)
    desk.forget()
