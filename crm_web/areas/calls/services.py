"""What is done to call records: taking a recording away, keeping it longer, noting contacts."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _

from crm_web import audit
from crm_web.areas.calls.models import Recording
from crm_web.errors import Invalid
from crm_web.localtime import today
from crm_web.security import reason_for

LONGEST_HOLD = timedelta(days=3650)


def note_download(recording: Recording, reason: str | None) -> None:
    """Write down who takes a recording away, and why. Raises Invalid without a reason."""
    why = reason_for("recording.download", reason)
    audit.record("recording.download", "recording", recording.pub, reason=why)


def hold_recording(recording: Recording, until: str, reason: str | None) -> None:
    """Keep a recording up to and with the day `until` (ISO), whatever the policy says; "" lets
    it go. Raises Invalid for another day or without a reason."""
    why = reason_for("recording.hold", reason)
    day = _day(until)
    before = {"hold_until": recording.hold_until}
    recording.hold_until = day
    audit.record(
        "recording.hold", "recording", recording.pub, before, {"hold_until": day}, reason=why
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if not today() <= day <= today() + LONGEST_HOLD:
        message = _("选择今天以后十年以内的一天")
        raise Invalid(message, fields={"until": message})
    return day
