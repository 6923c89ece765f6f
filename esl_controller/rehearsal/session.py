"""The life of a channel: its greenlet, its waits, what interrupts them, and its end."""
from __future__ import annotations

import time
import uuid as uuids
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event as Flag

from esl_controller.rehearsal import cdr
from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.channel import Channel

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

App = Callable[["Session", str], None]


_REFUSED = {
    status: {"sip_invite_failure_status": status, "sip_invite_failure_phrase": phrase}
    for status, phrase in (
        ("403", "Forbidden"), ("404", "Not Found"), ("480", "Temporarily Unavailable"),
        ("486", "Busy Here"),
        ("487", "Request Terminated"), ("603", "Decline"))
}
_STATUS = {"USER_BUSY": "486", "CALL_REJECTED": "603", "UNALLOCATED_NUMBER": "404"}


class Interrupted(Exception):
    """The application must end now: the call is over, was transferred or is being bridged."""


@dataclass(frozen=True)
class Task:
    """An application to run by order of a socket or an api command."""

    app: str
    data: str
    uuid: str = field(default_factory=lambda: str(uuids.uuid4()))
    lock: bool = True


@dataclass(eq=False)
class Session(Channel):
    """A channel with a greenlet. All methods run in the one thread of the switch."""

    switch: Switch = field(kw_only=True)
    actions: deque[tuple[str, str]] = field(default_factory=deque)
    target: tuple[str, str] | None = None
    bridge_to: Session | None = None
    summons: Session | None = None
    parking: bool = False
    here: Flag = field(default_factory=Flag)
    peer: Session | None = None
    controlled: bool = False
    tasks: deque[Task] = field(default_factory=deque)
    digits: deque[tuple[str, str]] = field(default_factory=deque)
    reported: Flag = field(default_factory=Flag)
    ended: Flag = field(default_factory=Flag)
    holders: int = 0
    response: str = "_none_"
    playing: int = 0
    asking: bool = False
    sent_digits: str = ""
    muted: bool = False
    music: bool = False
    holding: bool = False
    filtered: bool = False
    resting: bool = False
    first_dialled: str = ""
    kicked_from: str = ""
    listens_to: Session | None = None
    listen_mode: str = ""
    decided: Flag = field(default_factory=Flag)
    prompt: str = ""
    bridged: Flag = field(default_factory=Flag)
    _locked: bool = False
    _broken: bool = False
    _wake: Flag = field(default_factory=Flag)
    _on_change: list[Callable[[Session], None]] = field(default_factory=list)

    @property
    def up(self) -> bool:
        return self.hangup_cause is None

    @property
    def called_away(self) -> bool:
        """Somebody wants this leg elsewhere: at an extension or in another bridge."""
        return bool(self.target or self.bridge_to or self.summons)

    def start(self, body: Callable[[], None]) -> None:
        """Live: run `body` in a greenlet of its own, and end the channel after it."""
        self.switch.sessions[self.uuid] = self
        gevent.spawn(self._live, body)

    def _live(self, body: Callable[[], None]) -> None:
        try:
            body()
        except Interrupted:
            pass
        finally:
            if self.up:
                self.hang_up("NORMAL_CLEARING")
            self._end()

    # -- being told something ---------------------------------------------------------------

    def hang_up(self, cause: str, *, remote: bool = False, status: str = "") -> None:
        """End the call at once; later causes are ignored. `remote`: the phone did it, with this
        SIP status where the cause alone does not tell it."""
        if not self.up:
            return
        self.hangup_cause = cause
        self.state = "CS_HANGUP"
        self.answer_state, answered = "hangup", self.answer_state == "answered"
        self.clocks["Channel-Hangup"] = now_us()
        self.variables.update(_sip_end(cause, remote, answered, self.direction, status))
        self.fire("CHANNEL_HANGUP")
        if self.variables["sip_hangup_disposition"] == "send_cancel":
            # the phone's answer to the CANCEL comes between the two events
            self.variables.update(_REFUSED["487"])
        self.decided.set()
        self.wake()
        if self.peer:  # music that was ordered for it plays on, and keeps it in the bridge
            self.peer.wake()

    def pick_up(self) -> None:
        """The far phone answers (outbound legs)."""
        self.answer_state = "answered"
        self.clocks["Channel-Answered"] = now_us()
        self.variables["endpoint_disposition"] = "ANSWER"
        self.fire("CHANNEL_ANSWER")
        self.show("ACTIVE")
        self.decided.set()
        self.wake()

    def transfer(self, extension: str, context: str) -> None:
        """Leave what is running and go on at `extension`."""
        self.target, self.summons, self.parking = (extension, context), None, False
        self.wake()

    def press(self, digits: str, source: str = "RTP") -> None:
        """The far phone sent DTMF, or an API command as if it had; nothing happens on a channel
        that is over."""
        if self.up:
            self.digits.extend((digit, source) for digit in digits)
            self.wake()

    def order(self, task: Task) -> None:
        """Run an application beside or after the present one."""
        self.tasks.append(task)
        self.wake()

    def stop_sound(self) -> None:
        """uuid_break: end the innermost playback."""
        if self.playing:
            self._broken = True
            self.wake()

    def filter_audio(self, on: bool) -> None:
        """uuid_audio puts its filter on the leg once and takes it off."""
        if self.filtered != on:
            self.filtered = on
            name = "MEDIA_BUG_START" if on else "MEDIA_BUG_STOP"
            self.fire(name, {"Media-Bug-Function": "audio", "Media-Bug-Target": self.uuid})

    def wake(self) -> None:
        self._wake.set()
        self.changed()

    def watch(self, call: Callable[[Session], None]) -> None:
        """Tell `call` about every change (callers and phones react to it)."""
        self._on_change.append(call)

    def heard(self, name: str) -> None:
        """The party begins to hear a sound; its watchers may react to which one."""
        self.prompt = name
        self.changed()

    def changed(self) -> None:
        for call in list(self._on_change):
            call(self)

    # -- waiting -----------------------------------------------------------------------------

    def wait(self, seconds: float | None, *, keys: bool = False) -> str:
        """Let time pass: "timeout", "break", "digit" (if `keys`) or "woken" (if no time limit).

        Runs ordered applications meanwhile. Raises Interrupted when the call goes elsewhere.
        """
        left = seconds
        while True:
            self.check()
            if self._take_break():
                return "break"
            if keys and self.digits:
                return "digit"
            self._wake.clear()
            if self._run_task():
                if left is None:
                    return "woken"
                continue
            if left is None:
                self._wake.wait()
                self.check()
                if not self.tasks:
                    return "break" if self._take_break() else "woken"
                continue
            if left <= 0:
                return "timeout"
            began = time.monotonic()
            self._wake.wait(left)
            left -= time.monotonic() - began

    def _take_break(self) -> bool:
        asked, self._broken = self._broken and self.playing > 0, False
        return asked

    def check(self) -> None:
        """Raise Interrupted if the present application must end."""
        if not self.up or self.called_away:
            raise Interrupted

    def sleep_until_woken(self, seconds: float) -> None:
        """Wait without running anything; somebody else decides what comes next."""
        self._wake.clear()
        self._wake.wait(seconds)

    def take_digit(self) -> str:
        """The next digit pressed, announced by its DTMF event; "" when there is none."""
        if not self.digits:
            return ""
        digit, source = self.digits.popleft()
        self.fire("DTMF", {"DTMF-Digit": digit, "DTMF-Duration": "960", "DTMF-Source": source})
        dialed = self.var("digits_dialed")
        self.variables["digits_dialed"] = dialed + digit
        return digit

    def _run_task(self) -> bool:
        for task in self.tasks:
            if task.lock and self._locked:
                continue
            self.tasks.remove(task)
            before, self._locked = self._locked, self._locked or task.lock
            try:
                self.execute(task.app, task.data, task.uuid)
            finally:
                self._locked = before
            return True
        return False

    # -- applications --------------------------------------------------------------------------

    def execute(self, app: str, data: str, app_uuid: str = "") -> None:
        """Run a dialplan application between its two events.

        An unknown one hangs up with DESTINATION_OUT_OF_ORDER, as the real one does.
        """
        run = self.switch.apps.get(app)
        if run is None:
            self.hang_up("DESTINATION_OUT_OF_ORDER")
            raise Interrupted
        app_uuid = app_uuid or str(uuids.uuid4())
        self.variables["current_application"] = app
        self.variables.pop("current_application_data", None)
        about: dict[str, str | list[str]] = {"Application": app}
        if data:
            self.variables["current_application_data"] = data
            about["Application-Data"] = data
        about["Application-UUID"] = app_uuid
        self.application, self.response = (app, data), "_none_"
        self.fire("CHANNEL_EXECUTE", about)
        try:
            run(self, data)
        finally:
            done = {"Application": app, "Application-Response": self.response}
            if data:
                done["Application-Data"] = data
            done["Application-UUID"] = app_uuid
            self.fire("CHANNEL_EXECUTE_COMPLETE", dict(done))

    # -- the end -------------------------------------------------------------------------------

    def _end(self) -> None:
        self.enter("CS_HANGUP")
        self.show("HANGUP")
        self.switch.recorder.stop_all(self)
        self.enter("CS_REPORTING")
        self.report_times()
        cdr.write(self, self.switch.settings.cdr_dir)
        self.fire("CHANNEL_HANGUP_COMPLETE")
        self.reported.set()
        self.changed()
        while self.holders:
            self._wake.clear()
            self._wake.wait(1)
        self.fire("CHANNEL_DESTROY")
        self.enter("CS_DESTROY")
        self.switch.sessions.pop(self.uuid, None)
        self.ended.set()
        self.changed()

    def hold_back(self) -> None:
        """Keep the ended channel from being destroyed until `let_go`."""
        self.holders += 1

    def let_go(self) -> None:
        self.holders -= 1
        self._wake.set()


def _sip_end(
    cause: str, remote: bool, answered: bool, direction: str, status: str
) -> dict[str, str]:
    """The SIP variables that tell who ended the leg and how."""
    if answered:
        found = {"sip_hangup_disposition": "recv_bye" if remote else "send_bye"}
        if remote:
            found.update(
                sip_term_status="200", proto_specific_hangup_cause="sip:200", sip_term_cause="16")
        return found
    if direction == "inbound":
        return {"sip_hangup_disposition": "recv_cancel" if remote else "send_refuse"}
    if not remote:
        return {"sip_hangup_disposition": "send_cancel"}
    status = status or _STATUS.get(cause, "480")
    return {
        "sip_hangup_disposition": "recv_refuse",
        **_REFUSED[status],
        "sip_term_status": status,
        "proto_specific_hangup_cause": f"sip:{status}",
        "sip_term_cause": str({"403": 21, "404": 1, "486": 17, "603": 21}.get(status, 18)),
    }
