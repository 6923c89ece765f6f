"""Which commands a desk may send, and what their bodies may hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from crm_web.areas.desk.errors import BadCommand
from esl_controller.domain.ids import QUEUE_CODE

OWN_STATE = frozenset(
    {
        "sign_in",
        "sign_out",
        "ready",
        "not_ready",
        "finish_wrap_up",
        "extend_wrap_up",
        "stay_not_ready",
        "withdraw_help",
    }
)
OWN_CALL = frozenset(
    {
        "answer",
        "reject",
        "hang_up",
        "hold",
        "resume",
        "mute",
        "unmute",
        "send_digits",
        "pause_recording",
        "resume_recording",
        "start_recording",
        "stop_recording",
    }
)
RECORDING = frozenset(
    {"pause_recording", "resume_recording", "start_recording", "stop_recording"}
)
#: Those that need somebody to reach: {kind, value} or a number known by its row.
REACHING = frozenset({"transfer", "consult", "invite", "dial"})
ON_PARTIES = frozenset(
    {"cancel_consult", "complete_transfer", "swap", "merge", "end_conference"}
)
ON_MEMBER = frozenset({"drop_party", "mute_party"})
ALL = OWN_STATE | OWN_CALL | REACHING | ON_PARTIES | ON_MEMBER | {"ask_help", "rejoin"}

_DIGITS = re.compile(r"[0-9*#]{1,32}")
_REASON = re.compile(r"[a-z_]{1,32}")
_FLOW = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PUB = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_AGENT_NO = re.compile(r"[0-9A-Za-z_-]{1,16}")
_ROW_ID = re.compile(r"[1-9][0-9]{0,17}")
_LEG = re.compile(r"[0-9A-Fa-f-]{36}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_SPACING = str.maketrans("", "", " -()（）－　")
MAX_DEVICE = 200
MAX_HELP_REASON = 200


def checked_body(action: str, raw: Any) -> dict[str, Any]:
    """The body of a command, with only what this action takes; raises BadCommand."""
    if action not in ALL:
        raise BadCommand(_("没有这个操作"))
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    body: dict[str, Any] = {}
    if action in ("not_ready", "stay_not_ready"):
        body["reason"] = _matching(_REASON, given.get("reason"), _("选一个小休原因"))
    if action == "send_digits":
        body["digits"] = _matching(_DIGITS, given.get("digits"), _("只能按 0 到 9、* 和 #"))
    if action == "sign_in":
        body["device"] = str(given.get("device") or "")[:MAX_DEVICE]
    if action in REACHING:
        body |= target_of(given, action)
    if action in ON_MEMBER:
        body["leg"] = _matching(_LEG, given.get("leg"), _("这个人已经不在会议里"))
    if action == "ask_help":
        body["reason"] = str(given.get("reason") or "").strip()[:MAX_HELP_REASON]
    if action not in OWN_STATE | {"dial"} and given.get("contact_id"):
        body["contact_id"] = contact_id(given["contact_id"])
    return body


def target_of(given: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Whom a command shall reach: {kind, value}, or {kind} with a number on file. A menu takes
    callers who are sent to it, nothing else. Raises BadCommand."""
    kind = given.get("kind")
    if kind == "agent":
        return {"kind": kind, "value": _matching(_AGENT_NO, given.get("value"), _("选一位同事"))}
    if kind == "queue":
        return {"kind": kind, "value": _matching(QUEUE_CODE, given.get("value"), _("选一个组"))}
    if kind == "flow" and action == "transfer":
        return {"kind": kind, "value": _matching(_FLOW, given.get("value"), _("选一个流程"))}
    if kind != "outside":
        raise BadCommand(_("选同事、组或外线号码"))
    return {"kind": kind, **(number_on_file(given) or {"value": number(given.get("value"))})}


def number_on_file(given: Mapping[str, Any]) -> dict[str, Any]:
    """{phone_link_id | caller_of | callback_of}: a number that a page shows masked and only the
    server knows, of a phone link, a contact or a ticket; {} for none. Raises BadCommand."""
    link = str(given.get("phone_link_id") or "")
    if _ROW_ID.fullmatch(link):
        return {"phone_link_id": int(link)}
    if given.get("caller_of"):
        return {"caller_of": contact_id(given["caller_of"])}
    if given.get("callback_of"):
        return {"callback_of": _matching(_PUB, given["callback_of"], _("没有这张工单"))}
    return {}


def number(text: Any) -> str:
    """Digits with at most a leading +; spaces and dashes are for people. Raises BadCommand."""
    compact = text.translate(_SPACING) if isinstance(text, str) else text
    return _matching(_NUMBER, compact, _("这不是电话号码，只写数字"))


def contact_id(text: Any) -> str:
    """A contact id as the contract writes it; raises BadCommand."""
    return _matching(_PUB, text, _("没有这通电话"))


def _matching(pattern: re.Pattern[str], value: Any, message: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadCommand(message)
    return value
