"""The contexts of freeswitch_conf as far as the rehearsal plays them, and the routing loop.

`callers`  the hotline numbers only: controller's socket, then the guarded fall-back;
`hotline`  `queue_<code>` and `after_socket`;
anything else ends the call with NO_ROUTE_DESTINATION.
"""
from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from esl_controller.rehearsal.bridge import talk
from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

Actions = list[tuple[str, str]]

_QUEUE = re.compile(r"^queue_([A-Za-z0-9_-]{1,32})$")


def live(session: Session) -> None:
    """Everything a channel does from routing to its last action."""
    while session.up:
        try:
            if session.bridge_to:
                talk(session)
            elif session.target:
                route(session)
            elif session.peer or (session.resting and not session.actions):
                session.wait(None)
            elif session.actions:
                session.execute(*session.actions.popleft())
            else:
                return
        except Interrupted:
            continue


def route(session: Session) -> None:
    """Turn the wanted extension into actions."""
    assert session.target is not None
    (extension, context), session.target = session.target, None
    if session.peer:
        former, session.peer = session.peer, None
        former.wake()
    moved = session.running not in ("CS_NEW", "CS_INIT")
    if moved:
        session.profile_index += 1
        session.clocks["Channel-Transfer"] = now_us()
        if session.answered:
            session.show("RINGING")
    session.enter("CS_ROUTING")
    if moved and session.answered:
        session.show("ACTIVE")
    inline = context == "inline"
    if not inline:
        session.party = replace(session.party, destination=extension, context=context)
    actions = inline_actions(extension) if inline else find(session, extension, context)
    if actions is None:
        session.hang_up("NO_ROUTE_DESTINATION")
        raise Interrupted
    session.actions = deque(actions)
    session.resting = False
    session.enter("CS_EXECUTE")


def find(session: Session, extension: str, context: str) -> Actions | None:
    """The actions of an extension; None when the context has no such extension."""
    settings = session.switch.settings
    if context == "callers" and extension in settings.hotline_numbers:
        return [
            ("set", "hangup_after_bridge=false"),
            ("set", "hold_music=local_stream://moh"),
            ("socket", f"{settings.outbound_host}:{settings.outbound_port} async full"),
            ("transfer", "after_socket XML hotline"),
        ]
    if context != "hotline":
        return None
    if extension == "after_socket":
        if session.var("cc_cause") == "answered":
            return [("hangup", "NORMAL_CLEARING")]
        return [("answer", ""), ("callcenter", f"{settings.fallback_queue}@default")]
    queue = _QUEUE.match(extension)
    if queue:
        return [("answer", ""), ("callcenter", f"{queue.group(1)}@default")]
    return None


def inline_actions(text: str) -> Actions:
    """`app:data,app:data`, as the inline dialplan writes it."""
    parts = (part.partition(":") for part in text.split(","))
    return [(app, data) for app, _, data in parts if app]
