"""Who hears whom at this moment: the sound of a real switch, as far as it can be told."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from esl_controller.rehearsal.gathering import room_of

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

#: Whom a listening supervisor is heard by: the leg that is listened to, and its partner.
_SPEAKS_TO = {
    "monitor": (False, False), "to_partner": (False, True), "whisper": (True, False),
    "barge_in": (True, True)}


def is_heard(session: Session) -> bool:
    """Whether the switch passes on what this party says to its partner in a bridge."""
    pair = [session, session.peer] if session.peer else [session]
    return not session.muted and not any(one.playing or one.holding for one in pair)


def hears_music(session: Session) -> bool:
    """Music on hold: played to this leg, or in place of a partner whose phone holds."""
    return session.music or bool(session.peer and session.peer.holding)


def heard_by(session: Session) -> set[str]:
    """The channels whose voices arrive at this one's phone."""
    if not session.up or not session.answered:
        return set()
    return {one.uuid for one in _voices(session) if one is not session}


def _voices(session: Session) -> Iterator[Session]:
    yield from _partners(session)
    for listener in list(session.switch.sessions.values()):
        target = listener.listens_to
        if target is None or not listener.up:
            continue
        to_target, to_partner = _SPEAKS_TO[listener.listen_mode]
        if target is session and to_target or target is session.peer and to_partner:
            yield listener
    if session.listens_to is not None:
        yield session.listens_to
        yield from _partners(session.listens_to)


def _partners(session: Session) -> Iterator[Session]:
    if session.peer is not None and is_heard(session.peer):
        yield session.peer
    room = room_of(session)
    for member in room.members.values() if room else ():
        if member is not session and not member.muted:
            yield member
