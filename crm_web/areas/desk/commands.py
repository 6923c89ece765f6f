"""Which commands a desk may send, and what their bodies may hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from crm_web.areas.desk.errors import BadCommand

OWN_STATE = frozenset(
    {
        "sign_in",
        "sign_out",
        "ready",
        "not_ready",
        "finish_wrap_up",
        "extend_wrap_up",
        "stay_not_ready",
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
    }
)
RECORDING = frozenset({"pause_recording", "resume_recording"})

_DIGITS = re.compile(r"[0-9*#]{1,32}")
_CODE = re.compile(r"[a-z_]{1,32}")
_CONTACT = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
MAX_DEVICE = 200


def checked_body(action: str, raw: Any) -> dict[str, Any]:
    """The body of a command, with only what this action takes; raises BadCommand."""
    if action not in OWN_STATE | OWN_CALL:
        raise BadCommand(_("没有这个操作"))
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    body: dict[str, Any] = {}
    if action in ("not_ready", "stay_not_ready"):
        body["reason"] = _matching(_CODE, given.get("reason"), _("选一个小休原因"))
    if action == "send_digits":
        body["digits"] = _matching(_DIGITS, given.get("digits"), _("只能按 0 到 9、* 和 #"))
    if action == "sign_in":
        body["device"] = str(given.get("device") or "")[:MAX_DEVICE]
    if action in OWN_CALL and given.get("contact_id"):
        body["contact_id"] = contact_id(given["contact_id"])
    return body


def contact_id(text: Any) -> str:
    """A contact id as the contract writes it; raises BadCommand."""
    return _matching(_CONTACT, text, _("没有这通电话"))


def _matching(pattern: re.Pattern[str], value: Any, message: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadCommand(message)
    return value
