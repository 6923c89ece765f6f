"""Legs that the switch places: to agents' phones, and to simulated parties outside.

What an outside party does is told by the last three digits of its number, as a SIP status:
486 busy, 603 declines, 403 barred by the carrier, 404 no such number, 480 rings and nobody
answers. Anybody else rings for a moment, answers and talks until the other side hangs up.
"""
from __future__ import annotations

import re
import uuid as uuids
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent

from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.channel import Party
from esl_controller.rehearsal.dialplan import live
from esl_controller.rehearsal.phones import in_domain
from esl_controller.rehearsal.session import Session

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

_OUTSIDE_RINGS_S = 0.8
_PHONE_PICKS_UP_S = 0.2
_SEES_THE_ANSWER_S = 0.02
_REFUSALS = {
    "486": "USER_BUSY", "603": "CALL_REJECTED", "403": "CALL_REJECTED", "404": "UNALLOCATED_NUMBER"}
_NEVER_ANSWERS = "480"
_ORIGINATE = re.compile(r"^(?:\{(?P<vars>[^}]*)\})?(?P<address>\S+) (?P<then>.+)$")
_AGENT = re.compile(r"^(?:user/|sofia/agents/)(?P<extension>[A-Za-z0-9_.+-]+)[@%]\S+$")
_OUTSIDE = re.compile(r"^sofia/trunk/(?P<number>\+?[0-9]+)@(?P<host>[A-Za-z0-9.:-]+)$")
_APPLICATION = re.compile(r"^&(?P<app>[a-z_]+)\((?P<data>.*)\)$")


@dataclass(frozen=True)
class Address:
    """Whom a dial string means: an extension of ours or a number outside."""

    extension: str = ""
    number: str = ""
    host: str = ""


def originate(switch: Switch, text: str) -> str:
    """`{variables}address &application(data)` or `… extension XML context`.

    Waits until the far side has answered: `+OK <uuid>`, or `-ERR <cause>`.
    """
    asked = _ORIGINATE.match(text)
    if asked is None:
        return "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] ...\n"
    address = _address(asked["address"])
    if address is None:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    if address.extension:
        known = in_domain(asked["address"], switch.settings.sip_domain)
        if not known or not switch.phones.registered(address.extension):
            return "-ERR USER_NOT_REGISTERED\n"
    pairs = (one.partition("=") for one in (asked["vars"] or "").split(",") if one)
    variables = {name: value for name, _, value in pairs}
    uuid = variables.get("origination_uuid") or str(uuids.uuid4())
    if uuid in switch.sessions:
        return "-ERR DESTINATION_OUT_OF_ORDER\n"
    leg = _new_leg(switch, address, variables, uuid)
    timeout = variables.get("originate_timeout", "")
    place(leg, address.extension, int(timeout) if timeout.isdigit() else 60, address.number)
    if not leg.up:
        leg.reported.wait()
        return f"-ERR {leg.hangup_cause}\n"
    leg.fire("CHANNEL_OUTGOING")
    if _taken_out_of_its_hands(leg):
        leg.hang_up("ORIGINATOR_CANCEL")
        return "-ERR ORIGINATOR_CANCEL\n"
    _go_on(leg, asked["then"])
    gevent.sleep(0)  # the leg begins what it was told before anybody may move it
    return f"+OK {leg.uuid}\n"


def _taken_out_of_its_hands(leg: Session) -> bool:
    """Whether somebody moves the leg before the originate has seen the answer, as a real switch's
    does up to 20 ms after it."""

    def place_of_leg() -> tuple[object, ...]:
        return leg.resting, leg.peer, leg.target, tuple(leg.actions)

    before = place_of_leg()
    gevent.sleep(_SEES_THE_ANSWER_S)
    return leg.up and place_of_leg() != before


def place(leg: Session, extension: str, timeout_s: int, number: str = "") -> None:
    """Ring until the far side answers, refuses or the time is over; the leg tells which."""
    leg.fire("CHANNEL_OUTGOING")
    leg.enter("CS_INIT")
    leg.fire("CHANNEL_CREATE")
    leg.fire("CHANNEL_ORIGINATE")
    leg.enter("CS_ROUTING")
    leg.enter("CS_CONSUME_MEDIA")
    phones = leg.switch.phones
    # What a desk has asked for is taken beside a call: its leg may be the one that was lost.
    by_itself = bool(leg.var("sip_h_X-Clearline-Auto-Answer"))
    busy = bool(extension) and phones.get(extension).busy and not by_itself
    leg.start(lambda: live(leg))
    status = "486" if busy else number[-3:]
    refused = _REFUSALS.get(status)
    if refused:
        leg.hang_up(refused, remote=True, status=status)
        return
    leg.clocks["Channel-Progress"] = now_us()
    leg.fire("CHANNEL_PROGRESS")
    leg.show("RINGING")
    if extension:
        phones.ring(extension, leg)
        if by_itself:
            gevent.spawn_later(_PHONE_PICKS_UP_S, phones.answer, extension, leg)
    elif number[-3:] != _NEVER_ANSWERS:
        gevent.spawn_later(_OUTSIDE_RINGS_S, _answer, leg)
    if not leg.decided.wait(timeout_s):
        leg.hang_up("NO_ANSWER")


def _answer(leg: Session) -> None:
    if leg.up and not leg.answered:
        leg.pick_up()


def _address(text: str) -> Address | None:
    agent, outside = _AGENT.match(text), _OUTSIDE.match(text)
    if agent:
        return Address(extension=agent["extension"])
    if outside:
        return Address(number=outside["number"], host=outside["host"])
    return None


def _new_leg(
    switch: Switch, address: Address, variables: Mapping[str, str], uuid: str
) -> Session:
    number = variables.get("origination_caller_id_number", "0000000000")
    name = variables.get("origination_caller_id_name", "")
    party = Party(number, name, address.extension or address.number, "default")
    if address.extension:
        profile, where = "agents", f"{address.extension}@127.0.0.1:6001"
    else:
        profile, where = "trunk", f"{address.number}@{address.host}"
    domain = switch.settings.sip_domain
    leg = Session(
        switch.bus, f"sofia/{profile}/{where}", "outbound", party, switch=switch, resting=True,
        presence_id=f"{address.extension}@{domain}" if address.extension else "", uuid=uuid)
    leg.variables.update({
        "is_outbound": "true", "session_id": str(switch.next_session()),
        "channel_name": leg.name, "sofia_profile_name": profile,
        "sip_to_user": address.extension or address.number, **variables})
    return leg


def _go_on(leg: Session, then: str) -> None:
    """Let the answered leg do what the command says."""
    application = _APPLICATION.match(then)
    leg.resting = False
    if application:
        leg.enter("CS_EXECUTE")
        leg.actions.append((application["app"], application["data"]))
    else:
        words = then.split()
        leg.transfer(words[0], words[2] if len(words) > 2 else "default")
    leg.wake()
