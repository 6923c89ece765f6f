"""More than two on the line: conferences, and a supervisor who listens to a leg."""
from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esl_controller.rehearsal.event import Value
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session
    from esl_controller.rehearsal.switch import Switch

#: What the listener's keys do when the eavesdropped leg is the agent's.
LISTEN_MODES = {"0": "monitor", "1": "to_partner", "2": "whisper", "3": "barge_in"}


@dataclass
class Room:
    """One conference; `members` by the number that each was given."""

    name: str
    profile: str
    uuid: str = field(default_factory=lambda: str(uuids.uuid4()))
    members: dict[int, Session] = field(default_factory=dict)
    given: int = 0

    def about(self, action: str) -> dict[str, Value]:
        return {
            "Conference-Name": self.name, "Conference-Size": str(len(self.members)),
            "Conference-Profile-Name": self.profile, "Conference-Unique-ID": self.uuid,
            "Action": action}


def conference(session: Session, data: str) -> None:
    """`name@profile`: everybody in the room hears everybody else, until the leg leaves."""
    name, _, profile = data.partition("@")
    rooms = session.switch.rooms
    room = rooms.get(name)
    if room is None:
        room = rooms[name] = Room(name, profile or "default")
        session.bus.fire("CUSTOM", room.about("conference-create"),
                         subclass="conference::maintenance")
    room.given += 1
    number = room.given
    room.members[number] = session
    _tell(room, number, session, "add-member")
    try:
        while session.kicked_from != room.uuid:
            session.digits.clear()
            session.wait(None)
    finally:
        del room.members[number]
        _tell(room, number, session, "del-member")
        if not room.members:
            rooms.pop(name, None)
            session.bus.fire("CUSTOM", room.about("conference-destroy"),
                             subclass="conference::maintenance")


def room_of(session: Session) -> Room | None:
    for room in session.switch.rooms.values():
        if session in room.members.values():
            return room
    return None


def command(switch: Switch, text: str) -> str:
    """`conference [name] list | json_list | kick <member|all>`."""
    words = text.split()
    if words[:1] in ([], ["list"]):
        rooms = [f"+OK Conference {one.name} ({len(one.members)} members)"
                 for one in switch.rooms.values()]
        return "\n".join(rooms or ["+OK No active conferences."]) + "\n"
    room = switch.rooms.get(words[0])
    if room is None:
        return f"-ERR Conference {words[0]} not found\n"
    if words[1:2] == ["list"]:
        return "".join(_line(number, one) for number, one in reversed(room.members.items()))
    if words[1:2] == ["kick"] and len(words) == 3:
        return _kick(room, words[2])
    return "-USAGE: conference <name> list|kick <member|all>\n"


def _kick(room: Room, who: str) -> str:
    out = ""
    for number, session in list(room.members.items()):
        if who in ("all", str(number)):
            _tell(room, number, session, "kick-member")
            session.kicked_from = room.uuid
            session.actions.clear()
            session.wake()
            out += f"+OK kicked {number}\n"
    return out or f"-ERR Non-Existant ID {who}\n"


def _line(number: int, session: Session) -> str:
    shown = (session.party.name, session.party.number)
    if session.direction == "outbound":
        shown = ("Outbound Call", session.first_party.destination)
    flags = "hear" if session.muted else "hear|speak|talking"
    return f"{number};{session.name};{session.uuid};{shown[0]};{shown[1]};{flags};0;0;100\n"


def _tell(room: Room, number: int, session: Session, action: str) -> None:
    session.fire("CUSTOM", {
        **room.about(action), "Member-ID": str(number), "Member-Type": "member",
        "Speak": str(not session.muted).lower(), "Hear": "true"},
        subclass="conference::maintenance")


def eavesdrop(session: Session, data: str) -> None:
    """Listen to the leg `data`; the listener's keys change to whom it speaks. Ends with it."""
    target = session.switch.sessions.get(data.strip())
    if target is None or not target.up:
        return
    bug: dict[str, Value] = {"Media-Bug-Function": "eavesdrop", "Media-Bug-Target": session.uuid}
    target.fire("MEDIA_BUG_START", dict(bug))
    target.watch(lambda changed: session.wake() if not changed.up else None)
    session.listens_to, session.listen_mode = target, "monitor"
    try:
        while target.up:
            session.wait(None, keys=True)
            _obey_keys(session)
    except Interrupted:
        raise
    finally:
        session.listens_to = None
        target.fire("MEDIA_BUG_STOP", dict(bug))


def _obey_keys(session: Session) -> None:
    while key := session.take_digit():
        if session.var("eavesdrop_enable_dtmf") == "true":
            session.listen_mode = LISTEN_MODES.get(key, session.listen_mode)
