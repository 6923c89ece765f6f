"""Simulated agents' phones: who is registered, what rings, who answers and how."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session
    from esl_controller.rehearsal.switch import Switch

_CONTACT = re.compile(r"(?:user/|/|sip:)([A-Za-z0-9_.+-]+)[@%]")
_DOMAIN = re.compile(r"(?:user/[^@\s]+@|sofia/agents/[^%\s]+%)([A-Za-z0-9_.-]+)")
_TIMEOUT = re.compile(r"(?:leg_timeout|originate_timeout|call_timeout)=(\d+)")
_SILENCE = re.compile(r"media_timeout=(\d+)")
#: Until the switch notices that a phone in a call does not answer its pings; of an idle one it
#: does at once here, for nothing else can happen to it meanwhile.
_PINGED_S = 10.0


@dataclass
class Phone:
    """`leg` is the call it has; `auto` answers that many seconds after the first ring."""

    extension: str
    leg: Session | None = None
    auto: float | None = None

    @property
    def busy(self) -> bool:
        return self.leg is not None and self.leg.up


def dialled(contact: str) -> tuple[str, int]:
    """Extension and ring seconds of an agent's contact string; ("", 60) if it has none."""
    found = _CONTACT.search(contact)
    timeout = _TIMEOUT.search(contact)
    return (found.group(1) if found else "", int(timeout.group(1)) if timeout else 60)


def media_timeout(contact: str) -> str:
    """How long a leg to this contact may be silent, in ms; "" for ever."""
    found = _SILENCE.search(contact)
    return found.group(1) if found else ""


def in_domain(address: str, domain: str) -> bool:
    """Whether a dial string or contact names a phone of this domain; another one has none."""
    found = _DOMAIN.search(address)
    return found is None or found.group(1) == domain


class Phones:
    """All phones of the switch, made when first mentioned."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._phones: dict[str, Phone] = {}

    def get(self, extension: str) -> Phone:
        return self._phones.setdefault(extension, Phone(extension))

    def registered(self, extension: str) -> bool:
        return extension in self._switch.center.registered

    def ring(self, extension: str, leg: Session) -> None:
        """The INVITE reached the phone."""
        phone = self.get(extension)
        phone.leg = leg
        if phone.auto is not None:
            gevent.spawn_later(phone.auto, self.answer, extension, leg)

    def answer(self, extension: str, only: Session | None = None) -> bool:
        leg = self.get(extension).leg
        if leg is None or not leg.up or leg.answered or (only and leg is not only):
            return False
        leg.pick_up()
        return True

    def command(self, extension: str, action: str, argument: str = "") -> str:
        """`rehearsal phone <extension> <action>`: the person or the phone does something."""
        phone = self.get(extension)
        if action == "register":
            return self._register(extension, True)
        if action == "unregister":
            return self._register(extension, False)
        if action == "vanish":
            return self._vanish(phone)
        if action == "auto":
            phone.auto = None if argument in ("", "off") else float(argument)
            return "+OK\n"
        if action == "status":
            state = "ringing" if phone.busy and not _talking(phone) else (
                "busy" if phone.busy else "idle")
            return f"{state if self.registered(extension) else 'unregistered'}\n"
        leg = phone.leg
        if leg is None or not leg.up:
            return "-ERR no call\n"
        if action == "answer":
            return "+OK\n" if self.answer(extension) else "-ERR not ringing\n"
        if action in ("reject", "busy"):
            if leg.answered:
                return "-ERR not ringing\n"
            leg.hang_up("CALL_REJECTED" if action == "reject" else "USER_BUSY", remote=True)
        elif action == "hangup":
            cause = "NORMAL_CLEARING" if leg.answered else "CALL_REJECTED"
            leg.hang_up(cause, remote=True)
        elif action in ("mute", "unmute"):
            leg.muted = action == "mute"
        elif action == "dtmf":
            leg.press(argument)
        elif action in ("hold", "unhold"):
            return _hold(leg, action == "hold")
        else:
            return "-ERR unknown action\n"
        return "+OK\n"

    def _vanish(self, phone: Phone) -> str:
        """The phone's line dies without a word. The switch finds out by itself: by its pings, and
        by the silence on a leg that has a `media_timeout`."""
        self._switch.center.registered.discard(phone.extension)
        self._switch.center.save()
        leg = phone.leg
        limit_ms = leg.var("media_timeout") if leg and leg.answered else ""
        if leg and limit_ms:
            gevent.spawn_later(int(limit_ms) / 1000, leg.hang_up, "MEDIA_TIMEOUT")
        gevent.spawn_later(_PINGED_S if phone.busy else 0, self._not_pinged, phone.extension)
        return "+OK\n"

    def _not_pinged(self, extension: str) -> None:
        if not self.registered(extension):
            domain = self._switch.settings.sip_domain
            self._announce(extension, domain, "sip_user_state")

    def _register(self, extension: str, on: bool) -> str:
        center, domain = self._switch.center, self._switch.settings.sip_domain
        known = extension in center.registered
        (center.registered.add if on else center.registered.discard)(extension)
        center.save()
        if on or known:
            self._announce(extension, domain, "register" if on else "unregister")
        return "+OK\n"

    def _announce(self, extension: str, domain: str, what: str) -> None:
        headers: dict[str, str | list[str]] = {
            "profile-name": "agents", "from-user": extension, "from-host": domain,
            "presence-hosts": "n/a", "contact": f'"" <sip:{extension}@127.0.0.1:6001>',
            "call-id": f"reg-{extension}-rehearsal", "rpid": "unknown",
            "status": "Registered(UDP)", "expires": "600", "to-user": extension,
            "to-host": domain, "network-ip": "127.0.0.1", "network-port": "6001",
            "username": extension, "realm": domain, "user-agent": "rehearsal",
        }
        if what == "sip_user_state":
            headers["Ping-Status"] = "UNREACHABLE"
        self._switch.bus.fire("CUSTOM", headers, subclass=f"sofia::{what}")


def _talking(phone: Phone) -> bool:
    return phone.leg is not None and phone.leg.answered


def _hold(leg: Session, on: bool) -> str:
    """The phone's own hold: the partner hears music."""
    if not leg.answered or leg.peer is None:
        return "-ERR no call\n"
    if on:
        leg.show("HELD")
        leg.fire("CHANNEL_HOLD")
    else:
        leg.show("UNHELD")
        leg.fire("CHANNEL_UNHOLD")
        leg.show("ACTIVE")
        leg.peer.stop_sound()  # the music of another hold, too
    leg.holding = on
    return "+OK\n"
