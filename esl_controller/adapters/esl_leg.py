"""The CallLeg port over one outbound session: what a flow does to a caller's channel.

Every wait ends with completion, hang-up, disconnect or a time limit; the last three are LegGone.
"""

from __future__ import annotations

import logging
import time
from typing import Mapping, Sequence

import gevent
from greenswitch.esl import NotConnectedError, OutboundSessionHasGoneAway

from esl_controller.adapters import fs_syntax
from esl_controller.adapters.esl_frames import EslEvent
from esl_controller.adapters.esl_session import SafeSession
from esl_controller.adapters.message_files import MessageFiles
from esl_controller.domain.errors import LegGone
from esl_controller.domain.ids import contact_id_of
from esl_controller.ports import Waitable

log = logging.getLogger(__name__)

EVENTS = "CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE DTMF CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE"
LINGER_S = 5
QUICK_S = 10.0
LONGEST_PROMPT_S = 300.0
RESULT = "clearline_digits"
#: Set by the dialplan: the hotline's number, and the menu that a desk has chosen.
DIALLED, WANTED_FLOW = "hotline_number", "hotline_flow"
RINGING = "tone_stream://%(1000,4000,450);loops=60"
POLL_S = 0.02


class EslLeg:
    """One caller while a flow controls the leg. Numbers are as the switch got them."""

    def __init__(self, session: SafeSession, files: MessageFiles | None = None) -> None:
        """`files`: where messages go; without it none can be taken."""
        self._session = session
        self._files = files
        data = session.session_data
        self.uuid = data["Unique-ID"]
        self.contact_id = contact_id_of(self.uuid)
        self.caller_number = data.get("Caller-Caller-ID-Number", "")
        self.variables: Mapping[str, str] = {
            name.removeprefix("variable_"): text
            for name, text in data.items()
            if name.startswith("variable_")
        }
        # A transfer changes the destination; the dialplan has kept what was dialled.
        dialled = self.variables.get(DIALLED) or data.get("Caller-Destination-Number", "")
        self.called_number = dialled
        self.wanted_flow = self.variables.get(WANTED_FLOW, "")
        self.missing: list[str] = []
        self._flush = False
        self._terminators = ""
        self._ringing: gevent.Greenlet | None = None

    def begin(self) -> None:
        """Ask for this channel's events only, so that waits can end. Before anything else."""
        self._send(f"linger {LINGER_S}")
        self._send(f"filter Unique-ID {fs_syntax.uuid(self.uuid)}")
        self._send(f"event json {EVENTS}")

    def answer(self) -> None:
        """Answer; a leg that is up already stays so."""
        self._execute("answer", None, QUICK_S)

    def play(self, files: Sequence[str], *, terminators: str = "none") -> str:
        """Play files without gaps; returns the key that stopped them, or ''."""
        keys = fs_syntax.terminators(terminators)
        playable = fs_syntax.sounds(files)
        self._flush_keys()
        if keys != "none" or self._terminators != "none":
            self._set({"playback_terminators": keys, "playback_terminator_used": ""})
            self._terminators = keys
        self._session.keys.listens = keys != "none"
        done = self._execute("playback", playable, LONGEST_PROMPT_S)
        self._check_played(done, files)
        key = done.headers.get("variable_playback_terminator_used", "") if keys != "none" else ""
        return "" if key == "_undef_" else key

    def collect(
        self,
        files: Sequence[str],
        *,
        min_digits: int,
        max_digits: int,
        timeout_s: float,
        digit_timeout_s: float,
        terminators: str = "#",
    ) -> str:
        """Play (keys barge in) and collect keys; '' when nothing was keyed in time."""
        argument = fs_syntax.play_and_get_digits(
            fs_syntax.sounds(files) if files else "silence_stream://10",
            RESULT,
            min_digits=min_digits,
            max_digits=max_digits,
            timeout_s=timeout_s,
            digit_timeout_s=digit_timeout_s,
            end_keys=terminators,
        )
        self._flush_keys()
        # An older value would still be there after a failure: it must not pass for an answer.
        self._execute("unset", RESULT, QUICK_S, wait=False)
        limit_s = LONGEST_PROMPT_S + timeout_s + max_digits * digit_timeout_s
        self._session.keys.listens = True
        done = self._execute("play_and_get_digits", argument, limit_s)
        self._flush = True
        keyed = done.headers.get(f"variable_{RESULT}", "")
        return keyed if keyed != "_undef_" and len(keyed) <= max_digits else ""

    def record(self, storage_key: str, *, limit_s: int, silence_s: int, least_ms: int) -> int:
        """Record until #, silence, the limit or the hang-up; the ms kept, 0 for too little."""
        if self._files is None:
            raise OSError("there is no folder for messages")
        path = self._files.prepare(storage_key)
        argument = fs_syntax.record(path, limit_s, silence_s)
        self._flush_keys()
        self._set({"playback_terminators": "#", "playback_terminator_used": ""})
        self._terminators = "#"
        self._session.keys.listens = False
        began = time.monotonic()
        try:
            done = self._run("record", argument, limit_s + QUICK_S)
        except LegGone:
            if not self._session.gone:
                raise  # our line to the switch broke: nobody knows how the message goes on
            lasted = int((time.monotonic() - began) * 1000)
            ms = said = min(lasted, limit_s * 1000)
        else:
            ms = int(done.headers.get("variable_record_ms") or 0)
            said = ms - (silence_s * 1000 if _ended_by_silence(done, ms, limit_s) else 0)
        if said >= least_ms:
            return ms
        self._files.discard(path)
        return 0

    def start_ringing(self) -> None:
        """Returns when the sound has begun: what is still on its way to the leg when a bridge
        takes it would be carried out in the conversation."""
        self.answer()
        self._flush_keys()
        silent = {"playback_terminators": "none", "playback_terminator_used": ""}
        self._execute("multiset", fs_syntax.assignments(silent), QUICK_S)
        self._terminators = "none"
        self._ringing = gevent.spawn(self._ring)
        end = time.monotonic() + QUICK_S
        while not self._plays():
            if self._ringing.value is not None:
                raise self._ringing.value
            if time.monotonic() > end:
                self._session.stop()  # the dialplan takes the caller on
                raise LegGone(f"the ringing did not begin in {QUICK_S:.0f} s")
            gevent.sleep(POLL_S)

    def _plays(self) -> bool:
        asked = f"api uuid_getvar {fs_syntax.uuid(self.uuid)} current_application"
        return (self._send(asked).data or "").strip() == "playback"

    def _ring(self) -> LegGone | None:
        """Until it is stopped, the leg is bridged, or the caller is gone, which it returns."""
        try:
            self._execute("playback", RINGING, LONGEST_PROMPT_S)
        except LegGone as gone:
            return gone
        return None

    def ring_until(self, answer: Waitable, limit_s: float) -> None:
        """Wait for the answer, or for the caller's end; a bridge may end the sound first."""
        began = time.monotonic()
        gevent.wait([self._ringing, answer], timeout=limit_s, count=1)
        if self._ringing is not None and self._ringing.value is not None:
            raise self._ringing.value
        if not answer.ready():
            answer.wait(max(0.0, limit_s - (time.monotonic() - began)))

    def stop_ringing(self) -> None:
        """Silence, for what the flow says next. Never for a leg that may be bridged."""
        ringing, self._ringing = self._ringing, None
        if ringing is None or ringing.ready():
            return
        self._send(f"api uuid_break {fs_syntax.uuid(self.uuid)}")
        ringing.join(QUICK_S)
        if ringing.value is not None:
            raise ringing.value

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """Values are untrusted text: cleaned, and never expanded by the switch."""
        self._set(variables)

    def enter_queue(self, code: str) -> None:
        """Transfer to the queue's extension; the flow's control of the leg ends here."""
        # Complete before the socket closes, or the dialplan would go on after `socket` instead.
        self._execute("transfer", fs_syntax.queue_transfer(code), QUICK_S)

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call; a caller who is gone already is no error."""
        try:
            self._execute("hangup", fs_syntax.cause(cause), QUICK_S)
        except LegGone as gone:
            log.debug("%s: %s", self.contact_id, gone.message)

    def _set(self, variables: Mapping[str, str]) -> None:
        # Locked executes keep their order, so nobody has to wait for these small ones.
        self._execute("multiset", fs_syntax.assignments(variables), QUICK_S, wait=False)

    def _flush_keys(self) -> None:
        """After a full collection a caller often still presses `#`: it is meant for nobody."""
        if self._flush:
            self._flush = False
            self._session.keys.drop("#")
            self._execute("flush_dtmf", None, QUICK_S, wait=False)

    def _check_played(self, done: EslEvent, files: Sequence[str]) -> None:
        answer = done.headers.get("Application-Response", "")
        if answer in ("FILE NOT FOUND", "PLAYBACK ERROR"):
            self.missing += files
            log.error("%s heard nothing: %s for %s", self.contact_id, answer, ", ".join(files))

    def _execute(
        self, name: str, argument: str | None, limit_s: float, wait: bool = True
    ) -> EslEvent:
        done = self._run(name, argument, limit_s, wait)
        if _hung_up(done):
            raise LegGone("the caller hung up", contact_id=self.contact_id)
        return done

    def _run(
        self, name: str, argument: str | None, limit_s: float, wait: bool = True
    ) -> EslEvent:
        """An application's completion, also when the caller hung up during it."""
        try:
            return self._session.call_command(
                name, argument, block=wait, response_timeout=limit_s
            )
        except (NotConnectedError, OutboundSessionHasGoneAway) as error:
            raise LegGone(str(error), contact_id=self.contact_id) from None
        except gevent.Timeout:
            self._session.stop()  # the dialplan takes the caller on
            raise LegGone(f"{name} did not end in {limit_s:.0f} s") from None

    def _send(self, command: str) -> EslEvent:
        try:
            return self._session.send(command)
        except (NotConnectedError, OutboundSessionHasGoneAway) as error:
            raise LegGone(str(error), contact_id=self.contact_id) from None


def _hung_up(done: EslEvent) -> bool:
    return done.headers.get("Answer-State") == "hangup"


def _ended_by_silence(done: EslEvent, ms: int, limit_s: int) -> bool:
    """Neither by a key, nor by the caller's leaving, nor by the limit."""
    key = done.headers.get("variable_playback_terminator_used", "")
    return key in ("", "_undef_") and not _hung_up(done) and ms < limit_s * 1000 - 500
