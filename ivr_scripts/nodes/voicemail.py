"""Let the caller leave a message for a group or one agent.

After the prompt a beep; the message ends by #, by silence or by hanging up. What was kept is a
goal reached, also for a caller who hung up while speaking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esl_controller.domain.call_machine import MESSAGE_LEFT
from ivr_scripts.actions import Event, MessageTaken, Play, TakeMessage
from ivr_scripts.nodes.asking import with_goal
from ivr_scripts.state import Leave, Move, Stay, View

FREE = frozenset({"done", "empty"})
BEEP = "beep"
LIMIT_S = 120
SILENCE_S = 5


def exits(props: Mapping[str, Any]) -> frozenset[str]:
    return FREE


def begin(view: View) -> Move:
    return Stay(Play((*view.node.parts("prompt"), BEEP)), phase="asked")


def hear(view: View, event: Event) -> Move:
    props = view.node.props
    if view.phase == "asked":
        action = TakeMessage(
            limit_s=props.get("limit_s", LIMIT_S),
            silence_s=props.get("silence_s", SILENCE_S),
            queue=props.get("queue"),
            agent_no=props.get("agent_no"),
        )
        return Stay(action, phase="speaking")
    if not isinstance(event, MessageTaken):
        return Leave("done")
    if not event.ms:
        return Leave("empty")
    facts = with_goal(view.facts, MESSAGE_LEFT)
    thanks = view.node.parts("thanks")
    if not thanks:
        return Leave("done", facts=facts)
    return Stay(Play(thanks), phase="thanked", facts=facts)
