"""Two legs in conversation, and what each does when the other leaves."""
from __future__ import annotations

from typing import TYPE_CHECKING

from esl_controller.rehearsal.apps import park
from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

_PATIENCE_S = 2.0


def talk(first: Session) -> None:
    """Bridge `first` to its `bridge_to` and stay until one of them leaves; then go on.

    Runs in the greenlet of the first leg, as the A leg of a real bridge does all the work.
    """
    second, first.bridge_to = first.bridge_to, None
    if second is None or not second.up:
        return
    _begin(first, second)
    try:
        while first.up and second.up and first.peer is second and second.peer is first:
            first.wait(None)
    except Interrupted:
        pass
    if first.up and first.peer not in (None, second):
        return
    _part(first, second)
    if first.up and not first.target and not first.bridge_to:
        _after(first, second)


def _begin(first: Session, second: Session) -> None:
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
    first.peer, second.peer = second, first
    first.fire("CHANNEL_BRIDGE", _pair(first, second))
    second.enter("CS_EXCHANGE_MEDIA")
    second.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": first.uuid})
    first.fire("CALL_UPDATE", {"Direction": "SEND", "Bridged-To": second.uuid})
    first.bridged.set()
    second.bridged.set()
    first.changed()
    second.changed()


def _part(first: Session, second: Session) -> None:
    """Take the pair apart; the leg that is left without purpose is released."""
    for leg, partner, role in ((first, second, "originator"), (second, first, "originatee")):
        leg.variables["last_bridge_role"] = role
        leg.bridged.clear()
    ours = second.peer is first
    first.peer = None
    if ours:
        second.peer = None
        if second.up:
            if second.var("park_after_bridge") == "true":
                second.enter("CS_PARK")
                second.fire("CHANNEL_PARK")
            else:
                second.hang_up("NORMAL_CLEARING")
        if not second.up:
            second.reported.wait(_PATIENCE_S)
    first.variables["bridge_hangup_cause"] = second.hangup_cause or "NORMAL_CLEARING"
    first.fire("CHANNEL_UNBRIDGE", _pair(first, second))


def _after(first: Session, second: Session) -> None:
    """Where a leg goes when its partner left: park, an extension, hang-up, or the dialplan."""
    onward = first.variables.pop("transfer_after_bridge", "")
    if first.var("park_after_bridge") == "true":
        first.enter("CS_PARK")
        park(first, "")
    elif isinstance(onward, str) and onward:
        parts = onward.split(":")
        first.transfer(parts[0], parts[2] if len(parts) > 2 else first.party.context)
    elif first.var("hangup_after_bridge") == "true":
        first.hang_up(second.hangup_cause or "NORMAL_CLEARING")
    elif not first.resting:
        first.enter("CS_EXECUTE")


def claim(first: Session, second: Session) -> None:
    """uuid_bridge: take both legs out of what they do and bring them together."""
    former = second.peer
    second.peer = first
    first.bridge_to = second
    if former is not None and former is not first:
        former.stop_sound()
        former.wake()
    second.stop_sound()
    second.wake()
    first.wake()


def _pair(first: Session, second: Session) -> dict[str, str | list[str]]:
    return {"Bridge-A-Unique-ID": first.uuid, "Bridge-B-Unique-ID": second.uuid}
