"""The Switch port's verbs for more than two parties. Recipes seen working on a real switch.

Legs that we place are parked when answered; they are then moved by uuid_bridge and
uuid_transfer, each of which first says what shall happen to the leg that is left behind.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

import gevent
from gevent.event import Event

from esl_controller.adapters import fs_syntax
from esl_controller.domain.actions import Dial, Listen
from esl_controller.domain.errors import NoSuchChannel, SwitchRefused

log = logging.getLogger(__name__)

CONTEXT = "hotline"
AGENT_MEDIA = str(fs_syntax.MEDIA_TIMEOUT_MS)
MUSIC_APPLICATION = "endless_playback"
MOVED_WITHIN_S, POLL_S = 1.0, 0.01
# Inline dialplan parts actions at commas, which the tone has itself: `m:^:` parts at ^ instead.
RINGBACK = "m:^:playback:tone_stream://%(1000,4000,450);loops=-1"

#: What the supervisor's own keys would do; eavesdrop has no other way to change in mid-call.
LISTEN_KEYS = {"monitor": "0", "whisper": "2", "barge_in": "3"}


class Asks(Protocol):
    """What is needed of the link."""

    def bgapi(self, command: str, timeout_s: float = 30.0) -> str: ...


class EslParties:
    """What EslSwitch inherits; `_do` runs a quick command or raises SwitchRefused."""

    def _do(self, command: str) -> str:
        raise NotImplementedError

    def __init__(self, link: Asks, domain: str, carrier: str) -> None:
        """`carrier` is the `host[:port]` that outside numbers are sent to; '' = not possible."""
        self._jobs = link
        self._placing: dict[str, Event] = {}  # legs that an originate still has in hand
        self._domain = domain
        self._carrier = carrier

    def dial(self, asked: Dial) -> None:
        variables = {
            "origination_uuid": fs_syntax.uuid(asked.leg),
            "originate_timeout": str(int(asked.timeout_s)),
            "ignore_early_media": "true",
            "origination_caller_id_number": fs_syntax.shown_number(asked.shown_number),
            "origination_caller_id_name": fs_syntax.shown_number(asked.shown_number),
            "hangup_after_bridge": "false",
            "park_after_bridge": "true",
            "media_timeout": AGENT_MEDIA if asked.target.kind == "agent" else "30000",
        }
        if asked.target.kind == "agent":
            variables["sip_h_X-Clearline-Contact"] = fs_syntax.word(asked.contact_id)
            if asked.auto_answer:
                variables["sip_h_X-Clearline-Auto-Answer"] = "1"
        self._originate(asked.leg, variables, self._address(asked), "&park()", asked.timeout_s)

    def listen(self, asked: Listen) -> None:
        silence = "silence_stream://10"
        variables = {
            "origination_uuid": fs_syntax.uuid(asked.leg),
            "originate_timeout": "20",
            "ignore_early_media": "true",
            "origination_caller_id_number": "monitor",
            "sip_h_X-Clearline-Contact": fs_syntax.word(asked.contact_id),
            "sip_h_X-Clearline-Auto-Answer": "1",
            # Who takes over serves on this leg: a dead browser must not be the caller's silence.
            "media_timeout": AGENT_MEDIA,
            "eavesdrop_enable_dtmf": "true",
            "eavesdrop_indicate_failed": silence,
            "eavesdrop_indicate_new": silence,
            "eavesdrop_indicate_idle": silence,
        }
        phone = fs_syntax.phone(asked.extension, self._domain)
        target = fs_syntax.uuid(asked.target_leg)
        self._originate(asked.leg, variables, phone, f"&eavesdrop({target})", 20)

    def set_listen_mode(self, leg: str, mode: str) -> None:
        self._do(f"uuid_recv_dtmf {fs_syntax.uuid(leg)} {LISTEN_KEYS[mode]}")

    def split_to_music(self, leg: str, other: str) -> None:
        """The other may hang up at any moment of it; the first has its music all the same."""
        self._after_bridge(leg, park=True)
        with suppress(NoSuchChannel):
            self._after_bridge(other, park=True)
        self._do(f"uuid_transfer {fs_syntax.uuid(leg)} -both '{self._music()}' inline")
        for each in (leg, other):
            self._until_music(each)

    def play_music(self, leg: str) -> None:
        self._until_placed(leg)
        self._do(f"uuid_transfer {fs_syntax.uuid(leg)} '{self._music()}' inline")
        self._until_music(leg)

    def _until_placed(self, leg: str) -> None:
        """A leg that was just answered is the originate's for some ms more, until it says +OK.
        Moved before, it is no longer there for the originate, which hangs it up
        (ORIGINATOR_CANCEL)."""
        placing = self._placing.get(leg)
        if placing is not None and not placing.wait(MOVED_WITHIN_S):
            log.warning("%s is moved although its originate has not ended", leg)

    def _until_music(self, leg: str, application: str = MUSIC_APPLICATION) -> None:
        """A transfer or broadcast is only queued when the switch says +OK. A bridge or break that
        overtook it would be undone by it, and the caller left with music. Goes on after
        MOVED_WITHIN_S all the same."""
        end = time.monotonic() + MOVED_WITHIN_S
        while time.monotonic() < end:
            try:
                now = self._do(f"uuid_getvar {fs_syntax.uuid(leg)} current_application")
            except NoSuchChannel:
                return
            if now == application:
                return
            gevent.sleep(POLL_S)
        log.warning("%s did not come to its music in %s s", leg, MOVED_WITHIN_S)

    def ringback(self, leg: str) -> None:
        self._until_placed(leg)
        self._do(f"uuid_transfer {fs_syntax.uuid(leg)} '{RINGBACK}' inline")

    def bridge(self, leg: str, other: str, keep: bool) -> None:
        """Without `keep` the first leg, the caller's, goes on in the dialplan when the other
        leaves: it lets the caller go, or keeps him for an agent whose leg was lost."""
        for each in (leg, other):
            self._after_bridge(each, park=True)  # of the bridge that either may still be in
            self._forget_old_bond(each)
        self._do(f"uuid_bridge {fs_syntax.uuid(leg)} {fs_syntax.uuid(other)}")
        self._until_bridged(leg, other)
        if not keep:
            self.end_together(leg, other)

    def end_together(self, leg: str, other: str) -> None:
        """Of legs that are bridged already, too: to bridge them again would part them first."""
        after = "park_after_bridge=false;transfer_after_bridge=after_talk:XML:hotline"
        self._do(f"uuid_setvar_multi {fs_syntax.uuid(leg)} {after}")
        self._let_go_with(leg, other)

    def _let_go_with(self, leg: str, other: str) -> None:
        """The other leg ends with the bridge. One that has ended already, before it was said what
        its end means, has left the first one parked: that one goes on in the dialplan now."""
        try:
            self._after_bridge(other, park=False)
            if self._do(f"uuid_exists {fs_syntax.uuid(other)}") == "true":
                return
        except SwitchRefused as refusal:
            log.info("%s left as soon as it was bridged: %s", other, refusal.message)
        try:
            self._do(f"uuid_transfer {fs_syntax.uuid(leg)} after_talk XML {CONTEXT}")
        except SwitchRefused as refusal:
            log.info("%s has left with it: %s", leg, refusal.message)

    def _until_bridged(self, leg: str, other: str) -> None:
        """The switch only queues a bridge, too. What a leg shall do after it must not be said
        while the leg is in the one before: its end would be taken for the end of this one."""
        end = time.monotonic() + MOVED_WITHIN_S
        while time.monotonic() < end:
            if self._bond(leg) == other and self._bond(other) == leg:
                return
            gevent.sleep(POLL_S)
        log.warning("%s and %s were not bridged in %s s", leg, other, MOVED_WITHIN_S)

    def _forget_old_bond(self, leg: str) -> None:
        """A leg at its music may still name the one it was parted from."""
        if self._do(f"uuid_getvar {fs_syntax.uuid(leg)} current_application") == MUSIC_APPLICATION:
            self._do(f"uuid_setvar {fs_syntax.uuid(leg)} signal_bond")

    def _bond(self, leg: str) -> str:
        """The leg that this one is bridged with, by its own account."""
        return self._do(f"uuid_getvar {fs_syntax.uuid(leg)} signal_bond")

    def send_to_queue(self, leg: str, queue: str) -> None:
        """At the front: who was talking already has waited once."""
        name = fs_syntax.uuid(leg)
        self._after_bridge(leg, park=False)
        self._do(f"uuid_setvar {name} cc_base_score 1000")
        self._do(f"uuid_transfer {name} queue_{fs_syntax.word(queue)} XML {CONTEXT}")

    def send_to_flow(self, leg: str, flow: str) -> None:
        """The dialplan's extension brings the leg back to us, or to its queue without us."""
        name = fs_syntax.uuid(leg)
        self._after_bridge(leg, park=False)
        self._do(f"uuid_transfer {name} flow_{fs_syntax.word(flow)} XML {CONTEXT}")

    def join_conference(self, legs: Sequence[str], name: str) -> None:
        """Whoever hangs up meanwhile keeps nobody else out of it."""
        target, there = f"conf_{fs_syntax.word(name)}", []
        for leg in legs:
            with suppress(NoSuchChannel):
                self._after_bridge(leg, park=True)
                there.append(leg)
        for leg in there:
            with suppress(NoSuchChannel):
                self._do(f"uuid_transfer {fs_syntax.uuid(leg)} {target} XML {CONTEXT}")

    def _after_bridge(self, leg: str, park: bool) -> None:
        """Park a leg whose bridge ends, or let it end too."""
        self._until_placed(leg)
        values = {
            "park_after_bridge": "true" if park else "false",
            "hangup_after_bridge": "false" if park else "true",
        }
        joined = ";".join(f"{name}={value}" for name, value in values.items())
        self._do(f"uuid_setvar_multi {fs_syntax.uuid(leg)} {joined}")

    def _address(self, asked: Dial) -> str:
        if asked.target.kind == "agent":
            return fs_syntax.phone(asked.target.extension, self._domain)
        if not self._carrier:
            raise SwitchRefused("-ERR NO_ROUTE_DESTINATION")
        return fs_syntax.outside(self._carrier, asked.target.value)

    def _originate(
        self, leg: str, variables: dict[str, str], address: str, then: str, timeout_s: float
    ) -> None:
        named = fs_syntax.originate_variables(variables)
        placed = self._placing[leg] = Event()
        try:
            text = self._jobs.bgapi(f"originate {named}{address} {then}", timeout_s + 10).strip()
        finally:
            del self._placing[leg]
            placed.set()
        if not text.startswith("+OK"):
            raise SwitchRefused(text[:200])

    @staticmethod
    def _music() -> str:
        return f"{MUSIC_APPLICATION}:{fs_syntax.HOLD_MUSIC}"
