"""Raw ESL headers become events of our domain: the one table of header names and meanings.

`SUBSCRIPTION` asks for exactly what the table reads, so that the switch's queue for us stays short.
Headers that a caller can write (names, SIP headers) are read only where they are needed.
"""

from __future__ import annotations

from typing import Callable, Mapping

from esl_controller.domain import switch_events as told

SUBSCRIPTION = (
    "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HOLD CHANNEL_UNHOLD"
    " CHANNEL_HANGUP_COMPLETE RECORD_START RECORD_STOP HEARTBEAT DTMF BACKGROUND_JOB"
    " CUSTOM callcenter::info sofia::register sofia::unregister sofia::expire"
    " sofia::sip_user_state"
)

Headers = Mapping[str, str]
Translator = Callable[[Headers], told.SwitchEvent | None]

#: 1 speaks to the caller alone, which no mode of ours does.
_EAVESDROP_KEYS = {"0": "monitor", "1": "", "2": "whisper", "3": "barge_in"}
_LEFT_BY_REMOTE = frozenset({"recv_bye", "recv_cancel", "recv_refuse"})


def translate(headers: Headers) -> told.SwitchEvent | None:
    """Say in our words what the switch told, or None for what means nothing to us.

    An event that lacks what it must have (another version, a damaged packet) is None as well.
    """
    name = headers.get("Event-Name", "")
    if name == "CUSTOM":
        name = headers.get("CC-Action") or headers.get("Event-Subclass", "")
    translator = _TRANSLATORS.get(name)
    if translator is None:
        return None
    try:
        return translator(headers)
    except (KeyError, ValueError):
        return None


def bare_name(name: str) -> str:
    """Take `@default` off an agent's or a queue's name on the switch."""
    return name.partition("@")[0]


def _millis(headers: Headers, name: str) -> int:
    """Read a time in microseconds since the epoch as milliseconds; 0 when it never happened."""
    return int(headers.get(name) or 0) // 1000


def _at(headers: Headers) -> int:
    return int(headers["Event-Date-Timestamp"]) // 1000


def _created(headers: Headers) -> told.SwitchEvent:
    if headers.get("variable_cc_side") == "agent":
        return told.AgentLegCreated(
            at=_at(headers),
            uuid=headers["Unique-ID"],
            agent_no=bare_name(headers["variable_cc_agent"]),
            queue=bare_name(headers["variable_cc_queue"]),
            member_uuid=headers["variable_cc_member_session_uuid"],
        )
    return told.ChannelCreated(
        at=_at(headers),
        uuid=headers["Unique-ID"],
        inbound=headers.get("Call-Direction") == "inbound",
        context=headers.get("Caller-Context", ""),
        caller_number=headers.get("Caller-Caller-ID-Number", ""),
        called_number=headers.get("Caller-Destination-Number", ""),
        profile=headers.get("variable_sofia_profile_name", ""),
    )


def _answered(headers: Headers) -> told.SwitchEvent:
    return told.ChannelAnswered(_at(headers), headers["Unique-ID"])


def _bridged(headers: Headers) -> told.SwitchEvent:
    own = headers["Unique-ID"]
    one, other = headers["Bridge-A-Unique-ID"], headers["Bridge-B-Unique-ID"]
    return told.ChannelBridged(_at(headers), own, other if one == own else one)


def _phone_holds(headers: Headers) -> told.SwitchEvent:
    return told.PhoneHolds(_at(headers), headers["Unique-ID"], True)


def _phone_holds_no_more(headers: Headers) -> told.SwitchEvent:
    return told.PhoneHolds(_at(headers), headers["Unique-ID"], False)


def _hung_up(headers: Headers) -> told.SwitchEvent:
    rang = _millis(headers, "Caller-Channel-Progress-Time")
    return told.ChannelHungUp(
        at=_at(headers),
        uuid=headers["Unique-ID"],
        cause=headers.get("Hangup-Cause", ""),
        sip_code=headers.get("variable_sip_invite_failure_status")
        or headers.get("variable_sip_term_status", ""),
        by_remote=headers.get("variable_sip_hangup_disposition") in _LEFT_BY_REMOTE,
        created_at=_millis(headers, "Caller-Channel-Created-Time"),
        rang_at=rang or _millis(headers, "Caller-Channel-Progress-Media-Time"),
        answered_at=_millis(headers, "Caller-Channel-Answered-Time"),
        codec=headers.get("Channel-Read-Codec-Name") or headers.get("variable_read_codec", ""),
        caller_number=headers.get("Caller-Caller-ID-Number", ""),
        called_number=headers.get("Caller-Destination-Number", ""),
        context=headers.get("Caller-Context", ""),
    )


def _queue_joined(headers: Headers) -> told.SwitchEvent:
    return told.QueueJoined(
        at=_at(headers),
        member_uuid=headers["CC-Member-Session-UUID"],
        queue=bare_name(headers["CC-Queue"]),
        caller_number=headers.get("CC-Member-CID-Number", ""),
    )


def _queue_left(headers: Headers) -> told.SwitchEvent:
    # The channel's own variables do not know the cause yet; only the CC- headers do. A caller
    # who left and one whom we moved both say BREAK_OUT: the hang-up tells them apart.
    reason = headers.get("CC-Cancel-Reason", "")
    return told.QueueLeft(
        at=_at(headers),
        member_uuid=headers["CC-Member-Session-UUID"],
        queue=bare_name(headers["CC-Queue"]),
        cause=headers.get("CC-Cause", ""),
        cancel_reason="" if reason == "NONE" else reason,
        hung_up=headers.get("Answer-State") == "hangup" or "Hangup-Cause" in headers,
    )


def _offered(headers: Headers) -> told.SwitchEvent:
    return told.AgentOffered(_at(headers), *_offer(headers))


def _agent_answered(headers: Headers) -> told.SwitchEvent:
    return told.AgentAnswered(_at(headers), *_offer(headers), headers["CC-Agent-UUID"])


def _offer_failed(headers: Headers) -> told.SwitchEvent:
    return told.AgentOfferFailed(
        _at(headers), *_offer(headers), headers.get("CC-Hangup-Cause", "")
    )


def _talk_ended(headers: Headers) -> told.SwitchEvent:
    return told.AgentTalkEnded(_at(headers), *_offer(headers), headers.get("Hangup-Cause", ""))


def _offer(headers: Headers) -> tuple[str, str, str]:
    """Agent, queue and member, in the order of the domain's offer events."""
    return (
        bare_name(headers["CC-Agent"]),
        bare_name(headers["CC-Queue"]),
        headers["CC-Member-Session-UUID"],
    )


def _status_changed(headers: Headers) -> told.SwitchEvent:
    return told.AgentStatusChanged(
        _at(headers), bare_name(headers["CC-Agent"]), headers["CC-Agent-Status"]
    )


def _registered(headers: Headers) -> told.SwitchEvent:
    return told.PhoneRegistered(_at(headers), headers["from-user"])


def _unregistered(headers: Headers) -> told.SwitchEvent:
    return told.PhoneUnregistered(_at(headers), headers.get("from-user") or headers["user"])


def _answers_pings(headers: Headers) -> told.SwitchEvent:
    """The switch asks every phone for a sign of life; one without an answer cannot be called,
    although its registration has not run out yet."""
    if headers["Ping-Status"] == "UNREACHABLE":
        return _unregistered(headers)
    return _registered(headers)


def _recording_started(headers: Headers) -> told.SwitchEvent:
    return told.RecordingStarted(_at(headers), headers["Unique-ID"], headers["Record-File-Path"])


def _recording_stopped(headers: Headers) -> told.SwitchEvent:
    size = headers.get("variable_record_file_size", "")
    return told.RecordingStopped(
        at=_at(headers),
        uuid=headers["Unique-ID"],
        path=headers["Record-File-Path"],
        ms=int(headers.get("variable_record_ms") or 0),
        bytes=int(size) if size.isdigit() else None,
    )


def _key_pressed(headers: Headers) -> told.SwitchEvent | None:
    """Of a person. Keys that we send with uuid_recv_dtmf come back with the source APP."""
    digit = headers["DTMF-Digit"]
    if headers["DTMF-Source"] == "APP" or digit not in _EAVESDROP_KEYS:
        return None
    return told.ListenKeyPressed(_at(headers), headers["Unique-ID"], _EAVESDROP_KEYS[digit])


def _heartbeat(headers: Headers) -> told.SwitchEvent:
    return told.Heartbeat(_at(headers), int(headers.get("Session-Count") or 0))


_TRANSLATORS: dict[str, Translator] = {
    "CHANNEL_CREATE": _created,
    "CHANNEL_ANSWER": _answered,
    "CHANNEL_BRIDGE": _bridged,
    "CHANNEL_HOLD": _phone_holds,
    "CHANNEL_UNHOLD": _phone_holds_no_more,
    "CHANNEL_HANGUP_COMPLETE": _hung_up,
    "member-queue-start": _queue_joined,
    "member-queue-resume": _queue_joined,
    "member-queue-end": _queue_left,
    "agent-offering": _offered,
    "bridge-agent-start": _agent_answered,
    "bridge-agent-fail": _offer_failed,
    "bridge-agent-end": _talk_ended,
    "agent-status-change": _status_changed,
    "sofia::register": _registered,
    "sofia::unregister": _unregistered,
    "sofia::expire": _unregistered,
    "sofia::sip_user_state": _answers_pings,
    "RECORD_START": _recording_started,
    "RECORD_STOP": _recording_stopped,
    "HEARTBEAT": _heartbeat,
    "DTMF": _key_pressed,
}
