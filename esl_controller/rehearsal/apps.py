"""Dialplan applications that flows use: answering, variables, prompts, digits, transfer."""
from __future__ import annotations

import math
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from esl_controller.rehearsal.bus import now_us
from esl_controller.rehearsal.media import find_sound
from esl_controller.rehearsal.words import split

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import App, Session

#: Variables of the whole switch, which a channel without its own of that name sees.
GLOBALS = {"hold_music": "local_stream://moh"}
_EXPANSION = re.compile(r"\$\{([A-Za-z0-9_.-]+)\}")


def expand(session: Session, text: str) -> str:
    """Replace `${variable}`, the channel's own or else the switch's; api calls inside `${}` are
    not offered."""
    return _EXPANSION.sub(
        lambda match: session.var(match.group(1)) or GLOBALS.get(match.group(1), ""), text)


def answer(session: Session, data: str) -> None:
    if session.answered:
        return
    session.answer_state = "answered"
    session.clocks["Channel-Answered"] = now_us()
    session.variables["endpoint_disposition"] = "ANSWER"
    session.fire("CHANNEL_ANSWER")
    session.show("ACTIVE")
    session.changed()


def set_variable(session: Session, data: str) -> None:
    name, _, value = data.partition("=")
    value = expand(session, value)
    if value in ("", "_undef_"):
        session.variables.pop(name, None)
    else:
        session.variables[name] = value


def multiset(session: Session, data: str) -> None:
    """`a=1 b=2`, or `^^;a=1;b=2` with a separator of one's own."""
    separator = " "
    if data.startswith("^^") and len(data) > 2:
        separator, data = data[2], data[3:]
    for part in data.split(separator):
        if part:
            set_variable(session, part)


def unset(session: Session, data: str) -> None:
    session.variables.pop(data, None)


def set_profile_var(session: Session, data: str) -> None:
    """`caller_id_name` and `caller_id_number` of the caller's own profile."""
    name, _, value = data.partition("=")
    field = {"caller_id_name": "name", "caller_id_number": "number"}.get(name)
    if field:
        session.party = replace(session.party, **{field: expand(session, value)})


def ring_ready(session: Session, data: str) -> None:
    """Send 180 to the caller."""
    if not session.answered and not session.clocks.get("Channel-Progress"):
        session.clocks["Channel-Progress"] = now_us()
        session.fire("CHANNEL_PROGRESS")


def respond(session: Session, data: str) -> None:
    """Refuse with a SIP status."""
    causes = {"404": "UNALLOCATED_NUMBER", "486": "USER_BUSY"}
    session.hang_up(causes.get(data.split(" ")[0], "NORMAL_UNSPECIFIED"))


def sleep(session: Session, data: str) -> None:
    session.wait(int(data or 0) / 1000)


def flush_dtmf(session: Session, data: str) -> None:
    session.digits.clear()


def log(session: Session, data: str) -> None:
    """The rehearsal has no log of its own; the event is all there is to see."""


def hangup(session: Session, data: str) -> None:
    session.hang_up(data or "NORMAL_CLEARING")


def transfer(session: Session, data: str) -> None:
    words = data.split()
    session.transfer(words[0], words[2] if len(words) > 2 else session.party.context)


def park(session: Session, data: str) -> None:
    """Wait for orders until the call goes elsewhere or its controller leaves."""
    was_controlled = session.controlled
    session.fire("CHANNEL_PARK")
    try:
        while session.controlled or not was_controlled:
            while session.digits:
                session.take_digit()
            session.wait(None)
    finally:
        session.fire("CHANNEL_UNPARK")


def playback(session: Session, data: str) -> None:
    """Play; `playback_terminators` (default `*`, `none`, `any`) may end it."""
    stops = session.var("playback_terminators", "*")
    stops = {"none": "", "any": "0123456789*#"}.get(stops, stops)
    session.variables.pop("playback_terminator_used", None)
    key = play(session, expand(session, data), stops)
    if key:
        session.variables["playback_terminator_used"] = key


def endless_playback(session: Session, data: str) -> None:
    try:
        while True:
            playback(session, data)
            if session.response == "FILE NOT FOUND":
                return
    finally:
        if not session.up:
            session.response = "FILE PLAYED"  # only a playback that was asked for once has failed


def play(session: Session, name: str, stops: str = "") -> str:
    """Play one sound to its end, to a break, or to a key of `stops`, which is returned.

    Keys that do not stop it are used up. Sets the application's response.
    """
    sound = find_sound(name)
    if sound is None:
        session.response = "FILE NOT FOUND"
        return ""
    about: dict[str, str | list[str]] = {
        "Playback-File-Type": sound.kind, "Playback-File-Path": name}
    session.fire("PLAYBACK_START", about)
    session.playing += 1
    session.music = sound.kind == "local_stream"
    session.heard(name)
    began, status, key = time.monotonic(), "done", ""
    session.response = "PLAYBACK ERROR"
    try:
        limit = session.var("playback_timeout_sec")
        seconds = min(
            sound.seconds if sound.seconds is not None else math.inf,
            float(limit) if limit.isdigit() else math.inf,
        )
        left = seconds if seconds < math.inf else None
        while True:
            reason = session.wait(left, keys=True)
            left = None if left is None else began + seconds - time.monotonic()
            if reason == "digit":
                digit = session.take_digit()
                if digit and digit in stops:
                    status, key = "break", digit
                    break
            elif reason in ("break", "timeout"):
                status = "break" if reason == "break" else "done"
                break
        session.response = "FILE PLAYED"
    finally:
        session.playing -= 1
        session.music = False
        lasted = time.monotonic() - began
        session.variables.update(
            playback_seconds=str(int(lasted)), playback_ms=str(int(lasted * 1000)))
        session.fire("PLAYBACK_STOP", {**about, "Playback-Status": status})
    return key


def play_and_get_digits(session: Session, data: str) -> None:
    """min max tries timeout terminators prompt invalid [variable [regex [digit_timeout]]]"""
    words = split(data)
    least, most, tries, timeout = (int(word) for word in words[:4])
    stops = "" if words[4] == "none" else words[4].lstrip("=+")
    prompt, invalid = words[5], words[6]
    variable = words[7] if len(words) > 7 else "read_digits"
    pattern = words[8] if len(words) > 8 else ""
    between = int(words[9]) if len(words) > 9 else timeout
    session.variables.pop("read_terminator_used", None)
    for _ in range(max(tries, 1)):
        session.asking = True
        session.changed()
        try:
            keyed, ended = _collect(session, prompt, most, timeout, between, stops)
        finally:
            session.asking = False
        session.response = "_none_"
        if len(keyed) >= least and (not pattern or re.search(pattern, keyed)):
            session.variables["read_result"] = "success"
            session.variables[variable] = keyed
            if ended:
                session.variables["read_terminator_used"] = ended
            return
        session.variables["read_result"] = "failure" if keyed else "timeout"
        session.variables.pop(variable, None)
        if keyed:
            session.variables[f"{variable}_invalid"] = keyed
        if invalid and not invalid.startswith("silence_stream"):
            play(session, invalid)
            session.response = "_none_"


def _collect(
    session: Session, prompt: str, most: int, timeout: int, between: int, stops: str
) -> tuple[str, str]:
    """Digits keyed during and after the prompt, and the terminator that ended them."""
    keyed = play(session, prompt, "0123456789*#ABCD")
    if keyed and keyed in stops:
        return "", keyed
    pause = timeout if not keyed else between
    while len(keyed) < most:
        if session.wait(max(pause, 1) / 1000, keys=True) == "timeout":
            break
        digit = session.take_digit()
        if digit in stops:
            return keyed, digit
        keyed += digit
        pause = between
    return keyed, ""


APPS: dict[str, App] = {
    "answer": answer,
    "pre_answer": log,
    "set": set_variable,
    "export": set_variable,
    "multiset": multiset,
    "unset": unset,
    "set_profile_var": set_profile_var,
    "ring_ready": ring_ready,
    "respond": respond,
    "sleep": sleep,
    "flush_dtmf": flush_dtmf,
    "log": log,
    "info": log,
    "hangup": hangup,
    "transfer": transfer,
    "park": park,
    "playback": playback,
    "endless_playback": endless_playback,
    "play_and_get_digits": play_and_get_digits,
}
