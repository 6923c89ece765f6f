"""Who else is on a call besides the customer and the serving agent.

A party is a leg that we placed ourselves, so its channel UUID is known before it exists.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Whom a call shall reach. `kind` is agent, outside, queue or flow; `value` the agent number,
    the normal form of a telephone number, or a code; `extension` only of an agent."""

    kind: str
    value: str
    extension: str = ""


@dataclass(frozen=True)
class Party:
    """`purpose` is transfer (blind), consult, conference, or flow (asked for by a menu, for a
    caller whom nobody serves); `state` dialling or up.

    `seq` numbers the talk segment that an agent's leg opens, 0 for an outside line. `rejoin_leg`
    rings to take the place of `leg`, which the agent's page has lost.
    """

    leg: str
    target: Target
    purpose: str
    state: str
    asked_at: int
    up_at: int | None = None
    seq: int = 0
    muted: bool = False
    rejoin_leg: str | None = None


@dataclass(frozen=True)
class Monitor:
    """A supervisor on the line. `mode` is monitor, whisper or barge_in; `state` dialling or up.

    `target` is the agent who is listened to, `agent_no` the supervisor.
    """

    leg: str
    agent_no: str
    target: str
    mode: str
    state: str
    asked_at: int
    up_at: int | None = None
