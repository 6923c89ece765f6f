"""What is done to call records: taking a recording away, keeping it longer, noting contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit
from crm_web.areas.calls import queries
from crm_web.areas.calls.models import Contact, Recording, WrapUp
from crm_web.columns import from_ms, utc_now
from crm_web.errors import Invalid
from crm_web.extensions import db
from crm_web.localtime import local_date, today
from crm_web.security import reason_for

LONGEST_HOLD = timedelta(days=3650)


def ensure_contact(call: Mapping[str, Any]) -> Contact:
    """The contact's row of a CallView, made when the call log is a moment behind."""
    contact_id = str(call["contact_id"])
    found = queries.find_contact(contact_id)
    if found is not None:
        return found
    started = from_ms(call["started_at"]) if call.get("started_at") else utc_now()
    row = Contact(
        pub=contact_id,
        direction=str(call.get("direction") or "inbound")[:16],
        started_at=started,
        local_date=local_date(started),
        number_mask=str(call.get("caller_masked") or "")[:32],
        called_number=str(call.get("called_number") or "")[:32],
    )
    db.session.add(row)
    db.session.flush()
    return row


def save_wrap_up(contact: Contact, agent_id: int | None, result_id: int, note: str) -> None:
    """What a talk came to, as an agent (row id) says; saying it again corrects it."""
    row = db.session.scalar(
        select(WrapUp).where(WrapUp.contact_id == contact.id, WrapUp.agent_id == agent_id)
    )
    if row is None:
        row = WrapUp(contact_id=contact.id, agent_id=agent_id)
        db.session.add(row)
    row.result_id, row.note, row.auto = result_id, note, False
    contact.wrap_up_result_id = result_id


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
