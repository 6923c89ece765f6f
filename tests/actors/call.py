"""One call of one actor: its dialog, its audio and what may be done with it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.actors import ears
from tests.actors.g711 import PCMA, PCMU, Samples
from tests.actors.rtp import RATE, RtpSession
from tests.actors.sip_message import Dialog, Message, response_to, uri_in
from tests.actors.sip_transactions import ClientTransaction
from tests.actors.waiting import until

if TYPE_CHECKING:
    from tests.actors.phone import SipPhone

EVENT_TYPE = 101
NO_SOUND_S = 1.0
_OPPOSITE = {"sendonly": "recvonly", "recvonly": "sendonly"}


class Call:
    """States: calling | ringing | up | ended. Times are monotonic seconds."""

    def __init__(self, phone: SipPhone, *, inbound: bool, codec: int = PCMU) -> None:
        self.phone, self.inbound = phone, inbound
        self.state = "ringing" if inbound else "calling"
        self.status = 0
        self.ended_by = ""
        self.reason = ""
        self.provisional: list[int] = []
        self.started_at = time.monotonic()
        self.answered_at = self.ended_at = 0.0
        self.held_by_other = self.given_up = False
        self.refer_progress: list[str] = []
        self.invite: Message | None = None
        self.dialog: Dialog | None = None
        self.rtp = RtpSession(codec, EVENT_TYPE)
        self.rtp.tone_hz = phone.tone_hz

    # -- what the actor does

    def answer(self) -> None:
        with self.phone.endpoint.lock:
            if self.state != "ringing" or self.invite is None:
                raise AssertionError(f"{self.phone.name}: nothing to answer, call is {self.state}")
            self._respond(self.invite, 200, self.sdp())
            self.state, self.answered_at = "up", time.monotonic()
            self.rtp.talking = True

    def reject(self, status: int = 486) -> None:
        with self.phone.endpoint.lock:
            if self.state == "ringing" and self.invite is not None:
                self._respond(self.invite, status)
                self.end("self", status)

    def hang_up(self) -> None:
        """BYE when up, CANCEL when calling, 486 when ringing; nothing when it is over. An answer
        that crosses the CANCEL is followed by BYE (RFC 3261 9.1)."""
        with self.phone.endpoint.lock:
            if self.state == "up":
                self.send("BYE")
                self.end("self")
            elif self.state == "calling":
                self.given_up = True
                self.phone.cancel(self)
            elif self.state == "ringing":
                self.reject()

    def key(self, digits: str, *, by: str = "rfc4733", timeout: float = 10) -> None:
        """Press keys, by RFC 4733 events or by SIP INFO; returns when all were sent."""
        if by == "info":
            for digit in digits:
                self.send("INFO", f"Signal={digit}\r\nDuration=160\r\n", "application/dtmf-relay")
            return
        self.rtp.key(digits)
        end = time.monotonic() + timeout
        while self.rtp.keying and time.monotonic() < end and self.state == "up":
            time.sleep(0.01)

    def hold(self) -> None:
        self.send("INVITE", self.sdp("sendonly"), "application/sdp")

    def resume(self) -> None:
        self.send("INVITE", self.sdp("sendrecv"), "application/sdp")

    def refer(self, target: str) -> Message | None:
        """Blind transfer by the phone itself; returns the answer to REFER."""
        me = f"<sip:{self.phone.user}@{self.phone.domain}>"
        extra = [("refer-to", f"<{target}>"), ("referred-by", me)]
        transaction = self.send("REFER", extra=extra)
        transaction.done.wait(5)
        return transaction.final

    def say(self, sound: Samples | Path) -> None:
        self.rtp.say(ears.load(sound) if isinstance(sound, Path) else sound)

    # -- what the actor hears

    def now(self) -> int:
        """A place on the timeline, to listen from."""
        return self.rtp.position()

    def tones(self) -> set[int]:
        return ears.tones_in(self.rtp.heard(max(0, self.now() - RATE // 2)))

    def hears_tones(self, *wanted: int, within: float = 3.0) -> bool:
        """Exactly these tones, measured on sound that came after this moment. Nobody is heard, too,
        on a line on which nothing arrives any more."""
        since = self.now()

        def heard() -> bool:
            if self.now() - since <= RATE // 2:
                return False
            if not wanted and time.monotonic() - self.rtp.last_sound_at > NO_SOUND_S:
                return True
            return ears.tones_in(self.rtp.heard(since)) == set(wanted)

        return until(heard, within)

    def hears_sound(self, sound: Samples | Path, *, within: float = 5.0, since: int = 0) -> int:
        """Wait for this recording; returns the place after it, or -1."""
        wanted = ears.load(sound) if isinstance(sound, Path) else sound
        place, begin = -1, since

        def heard() -> bool:
            nonlocal place, begin
            now = self.now()
            fit, at = ears.find(wanted, self.rtp.heard(begin))
            place = begin + at + len(wanted) if fit >= ears.GOOD_FIT else -1
            # What was searched once is not searched again, but for what may have just begun.
            begin = max(begin, now - len(wanted) - RATE)
            return place >= 0

        return place if until(heard, within, pause=0.2) else -1

    def wait_for(self, state: str, within: float = 5.0) -> bool:
        return until(lambda: self.state == state, within)

    # -- the other side's messages, in the endpoint's thread and under its lock

    def on_reinvite(self, request: Message) -> None:
        theirs = self.take_sdp(request.body) if request.body else "sendrecv"
        self.held_by_other = theirs in ("sendonly", "inactive")
        self._respond(request, 200, self.sdp(_OPPOSITE.get(theirs, theirs)))

    def on_bye(self, request: Message) -> None:
        self._respond(request, 200)
        self.end("other", 0, request.get("reason"))

    def end(self, by: str, status: int = 0, reason: str = "") -> None:
        if self.state != "ended":
            self.state, self.ended_by, self.status = "ended", by, status or self.status
            self.reason, self.ended_at = reason, time.monotonic()
            self.rtp.talking = False

    # -- wire

    def sdp(self, direction: str = "sendrecv") -> str:
        kind, name = (PCMA, "PCMA") if self.rtp.codec == PCMA else (PCMU, "PCMU")
        stamp = int(time.time() * 1000)
        return (
            f"v=0\r\no=- {self.rtp.port} {stamp} IN IP4 127.0.0.1\r\ns=-\r\n"
            f"c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.rtp.port} RTP/AVP {kind} {EVENT_TYPE}\r\n"
            f"a=rtpmap:{kind} {name}/8000\r\na=rtpmap:{EVENT_TYPE} telephone-event/8000\r\n"
            f"a=fmtp:{EVENT_TYPE} 0-15\r\na=ptime:20\r\na={direction}\r\n"
        )

    def take_sdp(self, body: str) -> str:
        """Learn where to send; returns the other side's direction."""
        address = re.search(r"c=IN IP4 (\S+)", body)
        port = re.search(r"m=audio (\d+)", body)
        if address and port:
            self.rtp.remote = (address.group(1), int(port.group(1)))
        direction = re.search(r"a=(sendrecv|sendonly|recvonly|inactive)", body)
        return direction.group(1) if direction else "sendrecv"

    def send(
        self,
        method: str,
        body: str = "",
        kind: str = "",
        extra: Sequence[tuple[str, str]] = (),
    ) -> ClientTransaction:
        """A request inside the dialog; returns its transaction."""
        dialog = self.dialog
        assert dialog is not None, f"{self.phone.name}: no dialog for {method}"
        dialog.cseq += 1
        headers = [("from", dialog.local), ("to", dialog.remote), ("call-id", dialog.call_id)]
        headers += [("cseq", f"{dialog.cseq} {method}"), ("contact", self.phone.contact)]
        headers += [("route", route) for route in dialog.route]
        headers += list(extra)
        if kind:
            headers.append(("content-type", kind))
        on_response = self._on_reinvite_answer if method == "INVITE" else _ignore
        return self.phone.endpoint.request(method, dialog.target, headers, body, on_response)

    def acknowledge(self, response: Message) -> None:
        assert self.dialog is not None
        headers = (
            ("max-forwards", "70"), ("from", self.dialog.local), ("to", self.dialog.remote),
            ("call-id", self.dialog.call_id), ("cseq", f"{response.cseq} ACK"),
        )  # fmt: skip
        self.phone.endpoint.send_ack(Message("ACK", self.dialog.target, headers=headers))

    def _on_reinvite_answer(self, response: Message) -> None:
        if 200 <= response.status < 300:
            if response.body:
                self.take_sdp(response.body)
            self.acknowledge(response)

    def on_answer(self, response: Message) -> None:
        """A 2xx to our INVITE, or its repetition."""
        assert self.dialog is not None
        self.dialog.remote = response.get("to")
        self.dialog.target = uri_in(response.get("contact")) or self.dialog.target
        self.acknowledge(response)
        if self.state == "calling":
            self.take_sdp(response.body)
            self.state, self.status, self.answered_at = "up", response.status, time.monotonic()
            self.rtp.talking = True
            if self.given_up:
                self.hang_up()

    def _respond(self, request: Message, status: int, body: str = "") -> None:
        tag, contact = self.phone.tag_of(request), self.phone.contact
        response = response_to(request, status, tag=tag, contact=contact, body=body)
        self.phone.endpoint.respond(request, response)


def _ignore(response: Message) -> None:
    return None
