"""The contexts of freeswitch_conf as far as the rehearsal plays them, and the routing loop.

`callers`  the hotline numbers only: controller's socket, then the guarded fall-back;
`hotline`  `queue_<code>`, `flow_<code>`, `conf_<name>`, `after_socket`, `after_talk`
           (freeswitch_conf/dialplan/hotline.xml);
anything else ends the call with NO_ROUTE_DESTINATION.
"""
from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from esl_controller.rehearsal.bridge import await_partner, leave, rest, talk
from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

Actions = list[tuple[str, str]]

_CONFERENCE = re.compile(r"^conf_(c[0-9a-z]{26})$")
_FLOW = re.compile(r"^flow_([a-z][a-z0-9_]{0,39})$")
_QUEUE = re.compile(r"^queue_([a-z0-9_-]{1,40})$")
_QUEUED_IN = re.compile(r"^([a-z0-9_-]{1,40})@")
_LOST = {
    "MEDIA_TIMEOUT", "RECOVERY_ON_TIMER_EXPIRE", "DESTINATION_OUT_OF_ORDER",
    "NORMAL_TEMPORARY_FAILURE", "NETWORK_OUT_OF_ORDER",
}
_PLAUSIBLE = re.compile(r"^\+?[0-9]{3,20}$")


def live(session: Session) -> None:
    """Everything a channel does from routing to its last action."""
    while session.up:
        try:
            if session.peer and session.called_away:
                leave(session)
            if session.bridge_to:
                talk(session)
            elif session.target:
                route(session)
            elif session.summons:
                await_partner(session)
            elif session.parking:
                rest(session)
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
    moved = session.running not in ("CS_NEW", "CS_INIT")
    if moved:
        session.profile_index += 1
        session.clocks["Channel-Transfer"] = now_us()
    again = moved and session.answered and session.direction == "inbound"
    if again:
        session.show("RINGING")
    session.enter("CS_ROUTING")
    if again:
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
    """The actions of an extension; None when there is no such context or extension."""
    if context == "callers":
        return _callers(session, extension)
    if context != "hotline":
        return None
    if extension == "after_socket":
        return _after_socket(session)
    if extension == "after_talk":
        return _after_talk(session)
    conference = _CONFERENCE.match(extension)
    if conference:
        return [("answer", ""), ("conference", f"{conference.group(1)}@talk")]
    flow = _FLOW.match(extension)
    if flow:
        return [
            ("answer", ""),
            ("unset", "cc_cause"),
            ("unset", "hotline_fallback"),
            ("set", f"hotline_flow={flow.group(1)}"),
            *_to_the_controller(session),
        ]
    queue = _QUEUE.match(extension)
    if queue is None:
        return None
    return [
        ("answer", ""),
        ("unset", "cc_cause"),
        ("callcenter", f"{queue.group(1)}@default"),
        ("transfer", "after_socket XML hotline"),
    ]


def _callers(session: Session, extension: str) -> Actions:
    settings = session.switch.settings
    shown = session.party.number
    if not _PLAUSIBLE.match(shown):
        shown = "anonymous"
    actions = [("set_profile_var", f"caller_id_name={shown}")]
    if shown == "anonymous":
        actions.append(("set_profile_var", "caller_id_number=anonymous"))
    if extension not in settings.hotline_numbers:
        return actions + [("respond", "404 Not Found")]
    return actions + [
        ("set", "sip_copy_custom_headers=false"),
        ("set", f"hotline_number={extension}"),
        ("set", "hold_music=local_stream://moh"),
        ("set", "hangup_after_bridge=false"),
        ("set", "force_transfer_context=agents"),
        ("ring_ready", ""),
        *_to_the_controller(session),
    ]


def _to_the_controller(session: Session) -> Actions:
    settings = session.switch.settings
    return [
        ("socket", f"{settings.outbound_host}:{settings.outbound_port} async full"),
        ("transfer", "after_socket XML hotline"),
    ]


def _after_socket(session: Session) -> Actions:
    """A finished talk ends; a lost controller means an apology and the fallback queue."""
    if session.var("cc_cause") == "answered":
        return [("transfer", "after_talk XML hotline")]
    if session.var("hotline_fallback") == "true":
        return [("playback", "tone_stream://%(350,350,450);loops=6"),
                ("hangup", "NORMAL_TEMPORARY_FAILURE")]
    settings = session.switch.settings
    return [
        ("set", "hotline_fallback=true"),
        ("answer", ""),
        ("playback", settings.fallback_prompt),
        ("transfer", f"queue_{settings.fallback_queue} XML hotline"),
    ]


def _after_talk(session: Session) -> Actions:
    """Music and the front of the queue for a caller whose agent's leg was lost; else the end."""
    queue = _QUEUED_IN.match(session.var("cc_queue"))
    if session.var("last_bridge_hangup_cause") not in _LOST or queue is None:
        return [("hangup", "NORMAL_CLEARING")]
    return [
        ("set", "last_bridge_hangup_cause="),
        ("set", "playback_timeout_sec=20"),
        ("playback", session.var("hold_music")),
        ("unset", "playback_timeout_sec"),
        ("set", "cc_base_score=2000"),
        ("transfer", f"queue_{queue.group(1)} XML hotline"),
    ]


def inline_actions(text: str) -> Actions:
    """`app:data,app:data`, as the inline dialplan writes it; `m:^:` first makes `^` the comma."""
    comma = ","
    if text.startswith("m:") and text[3:4] == ":":
        comma, text = text[2], text[4:]
    parts = (part.partition(":") for part in text.split(comma))
    return [(app, data) for app, _, data in parts if app]
