"""The `callcenter` application: a member's side of the queue."""
from __future__ import annotations

from typing import TYPE_CHECKING

from esl_controller.rehearsal.apps import answer
from esl_controller.rehearsal.center import Member, now
from esl_controller.rehearsal.event import Value
from esl_controller.rehearsal.media import find_sound
from esl_controller.rehearsal.session import Interrupted

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session


def callcenter(session: Session, data: str) -> None:
    """Wait in queue `data` with music until an agent, the caller or time ends it."""
    answer(session, "")
    center = session.switch.center
    queue = center.queue(data.strip())
    score = session.var("cc_base_score")
    answered_at = session.clocks["Channel-Answered"] // 1_000_000
    member = Member(
        queue.name, session.uuid,
        session.var("effective_caller_id_number") or session.party.number,
        session.var("effective_caller_id_name") or session.party.name, answered_at,
        base_score=(int(score) if score.isdigit() else 0) + max(now() - answered_at, 0))
    for name in ("cc_cause", "cc_cancel_reason", "cc_exit_key"):
        session.variables.pop(name, None)
    session.variables.update({
        "cc_side": "member", "cc_member_uuid": member.uuid,
        "cc_queue_joined_epoch": str(member.joined_epoch), "cc_queue": queue.name})
    center.members[member.uuid] = member
    identity: dict[str, Value] = {
        "CC-Member-UUID": member.uuid, "CC-Member-Session-UUID": session.uuid,
        "CC-Member-CID-Name": member.cid_name, "CC-Member-CID-Number": member.cid_number}
    session.fire("CUSTOM", {"CC-Queue": queue.name, "CC-Action": "member-queue-start",
                            **identity}, subclass="callcenter::info")
    center.members_count(queue.name)
    session.switch.dispatcher.poke()
    reason = "BREAK_OUT"
    try:
        reason = _wait(session, session.var("cc_moh_override") or queue.moh_sound,
                       queue.max_wait_time)
    finally:
        if session.var("cc_cause") == "answered" and session.up:
            center.members_count(queue.name)
        else:
            session.switch.dispatcher.leave(member)
            member.state, member.abandoned_epoch = "Abandoned", now()
            queue.calls_abandoned += 1
            session.fire("CUSTOM", {
                "CC-Queue": queue.name, "CC-Action": "member-queue-end",
                "CC-Member-Leaving-Time": str(now()),
                "CC-Member-Joined-Time": str(member.joined_epoch), "CC-Cause": "Cancel",
                "CC-Cancel-Reason": reason, **identity}, subclass="callcenter::info")
            center.members_count(queue.name)
            session.variables.update({
                "cc_queue_canceled_epoch": str(now()), "cc_cause": "cancel",
                "cc_cancel_reason": reason})
            center.save()


def _wait(session: Session, music: str, limit_s: int) -> str:
    """Music until something happens: TIMEOUT or EXIT_WITH_KEY; else Interrupted."""
    sound = find_sound(music)
    about: dict[str, Value] = {
        "Playback-File-Type": sound.kind if sound else "file", "Playback-File-Path": music}
    session.fire("PLAYBACK_START", about)
    session.music = bool(sound and sound.kind == "local_stream")
    session.heard(music)
    exits = session.var("cc_exit_keys")
    left = float(limit_s) if limit_s else None
    try:
        while True:
            reason = session.wait(left, keys=True)
            if reason == "timeout":
                return "TIMEOUT"
            key = session.take_digit()
            if key and key in exits:
                session.variables["cc_exit_key"] = key
                return "EXIT_WITH_KEY"
            session.check()
    except Interrupted:
        raise
    finally:
        session.music = False
        session.fire("PLAYBACK_STOP", {**about, "Playback-Status": "done"})
