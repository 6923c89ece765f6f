"""Two legs in conversation, and what each does when the other leaves.

`claim` summons both legs; the first runs `talk`, the second waits where it is summoned. Whoever is
called away (transfer, another bridge) leaves by itself; the one left behind parks if it carries
`park_after_bridge`, else the call goes on for the first leg and ends for the second.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

_PATIENCE_S = 2.0


def claim(first: Session, second: Session) -> None:
    """uuid_bridge: take both legs out of what they do and bring them together."""
    for leg in (first, second):
        leg.target = None
        leg.parking = False
    second.bridge_to, second.summons = None, first
    first.summons, first.bridge_to = None, second
    first.wake()
    second.wake()


def talk(first: Session) -> None:
    """Bridge `first` to its `bridge_to` and stay until one of them leaves; then go on.

    Runs in the greenlet of the first leg, as the A leg of a real bridge does all the work.
    """
    second, first.bridge_to = first.bridge_to, None
    if second is None or not _arrives(first, second):
        return
    _begin(first, second)
    try:
        while first.peer is second and second.peer is first and second.up:
            first.wait(None)
    except Interrupted:
        pass
    _part(first, second)
    if first.up and not first.called_away:
        _after(first, second)


def await_partner(second: Session) -> None:
    """Stay where `claim` has put this leg until the first one comes, or the matter is off."""
    second.here.set()
    try:
        while second.summons is not None and second.up and not second.target:
            if not second.summons.up or second.summons.bridge_to not in (second, None):
                second.summons = None
                return
            second.sleep_until_woken(_PATIENCE_S)
    finally:
        second.here.clear()


def rest(session: Session) -> None:
    """Parked after a bridge: nothing is heard until somebody moves the leg."""
    session.parking = False
    session.enter("CS_PARK")
    session.fire("CHANNEL_PARK")
    try:
        while True:
            session.digits.clear()
            session.wait(None)
    finally:
        session.fire("CHANNEL_UNPARK")


def leave(session: Session) -> None:
    """The second leg goes elsewhere: its bridge ends, the first one notices."""
    if session.peer is not None:
        for leg in (session, session.peer):
            leg.switch.recorder.keep_up(leg)
    partner, session.peer = session.peer, None
    session.bridged.clear()
    if partner is not None:
        partner.wake()


def _arrives(first: Session, second: Session) -> bool:
    """Wait until the second leg has left what it did; False when it went elsewhere."""
    second.here.wait(_PATIENCE_S)
    return first.up and second.up and second.summons is first


def _begin(first: Session, second: Session) -> None:
    second.summons = None
    first.meet(second, "originatee")
    second.meet(first, "originator")
    for leg in (first, second):
        leg.enter("CS_HIBERNATE")
        leg.enter("CS_RESET")
        leg.enter("CS_SOFT_EXECUTE")
    for leg, partner in ((first, second), (second, first)):
        leg.variables["signal_bond"] = leg.variables["last_bridge_to"] = partner.uuid
        leg.variables["bridge_channel"] = partner.name
        leg.variables["bridge_uuid"] = partner.uuid
        leg.application = ("uuid_bridge", partner.uuid)
        leg.fire("CHANNEL_EXECUTE", {"Application": "uuid_bridge",
                                     "Application-Data": partner.uuid})
        leg.clocks["Channel-Bridged"] = now_us()
    second.variables["call_uuid"] = first.uuid
    for leg in (first, second):
        leg.switch.recorder.keep_up(leg)
    first.peer, second.peer = second, first
    first.fire("CHANNEL_BRIDGE", _pair(first, second))
    second.enter("CS_EXCHANGE_MEDIA")
    second.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": first.uuid})
    first.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": second.uuid})
    first.bridged.set()
    second.bridged.set()
    second.wake()
    first.changed()


def _part(first: Session, second: Session) -> None:
    """Take the pair apart; a second leg that nobody called away parks or is released."""
    left_behind = second.peer is first and second.up and not second.called_away
    for leg in (first, second):
        leg.switch.recorder.keep_up(leg)
    first.variables["last_bridge_role"] = "originator"
    second.variables["last_bridge_role"] = "originatee"
    first.peer = None
    first.bridged.clear()
    if second.peer is first:
        second.peer = None
        second.bridged.clear()
    if left_behind and second.var("park_after_bridge") == "true":
        second.parking = True
    elif left_behind:
        second.hang_up("NORMAL_CLEARING")
    second.wake()
    if not second.up:
        second.reported.wait(_PATIENCE_S)
    for name in ("bridge_hangup_cause", "last_bridge_hangup_cause"):
        first.variables[name] = second.hangup_cause or "NORMAL_CLEARING"
    first.fire("CHANNEL_UNBRIDGE", _pair(first, second))


def _after(first: Session, second: Session) -> None:
    """Where a leg goes when its partner left: park, an extension, hang-up, or the dialplan."""
    onward = first.variables.pop("transfer_after_bridge", "")
    if first.var("park_after_bridge") == "true":
        first.parking = True
    elif isinstance(onward, str) and onward:
        parts = onward.split(":")
        first.transfer(parts[0], parts[2] if len(parts) > 2 else first.party.context)
    elif first.var("hangup_after_bridge") == "true":
        first.hang_up(second.hangup_cause or "NORMAL_CLEARING")
    else:
        first.resting = False
        first.enter("CS_EXECUTE")


def _pair(first: Session, second: Session) -> dict[str, str | list[str]]:
    return {"Bridge-A-Unique-ID": first.uuid, "Bridge-B-Unique-ID": second.uuid}
