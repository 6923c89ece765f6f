"""Which rooms a page may join, and whose desk has the phone. Pure.

A page says what it is (`kind`): "desk" is an agent's own desk, "floor" the supervisors'
picture, with the own phone beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esl_controller.contract.keys import ROOM_FLOOR, room_of_agent

MAX_DESK_ID = 64


@dataclass(frozen=True)
class Hello:
    """What a page sends when it connects; `desk` names its browser tab."""

    kind: str
    desk: str
    claim: bool


def read_hello(auth: Any) -> Hello | None:
    """The page's greeting, or None for anything that is not one."""
    if not isinstance(auth, Mapping):
        return None
    kind, desk = auth.get("kind"), auth.get("desk")
    if kind not in ("desk", "floor") or not isinstance(desk, str):
        return None
    if not 0 < len(desk) <= MAX_DESK_ID or not desk.isprintable():
        return None
    return Hello(kind, desk, auth.get("claim") is True)


def rooms_for(
    hello: Hello, agent_no: str | None, permissions: Mapping[str, str]
) -> tuple[str, ...]:
    """The rooms of this page, empty when the user may not be there.

    An agent sees only the own room: the number comes from the login, never from the page. Who may
    listen has a phone on the floor page too.
    """
    phone = "desk.use" if hello.kind == "desk" else "call.monitor"
    own = (room_of_agent(agent_no),) if agent_no and phone in permissions else ()
    if hello.kind == "desk":
        return own
    if permissions.get("agent_state.view_live") != "all":
        return ()
    return (ROOM_FLOOR, *own)


def phone_owner(present: str | None, hello: Hello) -> str:
    """The desk that has the phone once this one is here: the newest that asks for it.

    A desk that merely comes back after a broken line does not ask, so it takes nothing away.
    """
    return hello.desk if hello.claim or present is None else present
