"""Contacts that nobody ended: the controller or the switch died in mid-call.

Truth, in this order: FreeSWITCH's own CDR file of the channel (its exact end and cause); else the
contact is closed as `lost` at the last moment that any of its rows knows.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm_web import audit
from crm_web.areas.calls import track
from crm_web.areas.calls.models import (
    SERVING_ROLES,
    AgentOffer,
    CallLeg,
    Contact,
    ContactEvent,
    FlowRun,
    MonitorSession,
    QueueVisit,
    TalkSegment,
)
from crm_web.columns import from_ms, to_ms, utc_now
from esl_controller.contract import keys
from esl_controller.domain.ids import channel_uuid_of
from workers.jobs import job_session
from workers.jobs.runs import noted
from workers.settings import Settings

log = logging.getLogger(__name__)

# Nothing of a call this old is still under way, and its events have long been written.
OPEN_TOO_LONG = timedelta(hours=6)
_BATCH = 500


@noted("reconcile-contacts")
def close_lost_contacts() -> int:
    """Close contacts left open whose call no longer exists; returns how many."""
    settings = Settings.from_env()
    with redis.Redis.from_url(settings.redis_url, socket_timeout=5) as client:
        alive = {name.decode() for name in client.hkeys(keys.LIVE_CALLS)}
    with job_session(settings) as session:
        return close_open(session, settings.cdr_dir, alive, utc_now())


def close_open(session: Session, cdr_dir: Path, alive: set[str], now: datetime) -> int:
    """The same on a given session; `alive` are the contact ids that the controller still sees."""
    left_open = session.scalars(
        select(Contact)
        .where(Contact.channel == "call", Contact.ended_at.is_(None))
        .where(Contact.started_at < now - OPEN_TOO_LONG)
        .order_by(Contact.id)
        .limit(_BATCH)
    ).all()
    closed = 0
    for contact in left_open:
        if contact.pub in alive:
            continue
        _close(session, contact, _cdr_of(cdr_dir, contact.pub))
        closed += 1
    return closed


def _close(session: Session, contact: Contact, cdr: dict[str, str] | None) -> None:
    ended = _end_in(cdr) or _last_known(session, contact)
    contact.ended_at = max(ended, contact.started_at)
    contact.hangup_cause = (cdr or {}).get("hangup_cause", "")[:64]
    contact.outcome = contact.outcome or "lost"
    contact.ended_by = contact.ended_by or "system"
    _close_children(session, contact)
    _sum_up(session, contact)
    log.info("contact %s closed as %s", contact.pub, contact.outcome)


def _close_children(session: Session, contact: Contact) -> None:
    """End what was still open in the contact at the contact's own end."""
    end = contact.ended_at
    assert end is not None
    for offer in session.scalars(
        select(AgentOffer)
        .join(QueueVisit, QueueVisit.id == AgentOffer.queue_visit_id)
        .where(QueueVisit.contact_id == contact.id, AgentOffer.ended_at.is_(None))
    ):
        offer.result = offer.result or "cancelled"  # not the agent's fault
        offer.ended_at = max(end, offer.offered_at)
        offer.ring_ms = to_ms(offer.ended_at) - to_ms(offer.offered_at)
    for visit in session.scalars(_open(QueueVisit, contact, QueueVisit.left_at)):
        visit.left_at, visit.outcome = end, visit.outcome or "lost"
        visit.wait_ms = max(0, to_ms(end) - to_ms(visit.entered_at))
    for talk in session.scalars(_open(TalkSegment, contact, TalkSegment.ended_at)):
        talk.ended_at, talk.ended_by = end, "system"
        talk.hold_count, talk.hold_ms = _held(session, talk)
        talk.talk_ms = max(0, to_ms(end) - to_ms(talk.started_at) - talk.hold_ms)
    for run in session.scalars(_open(FlowRun, contact, FlowRun.left_at)):
        run.left_at, run.exit_kind = end, "controller_gone"
    for listening in session.scalars(_open(MonitorSession, contact, MonitorSession.ended_at)):
        listening.ended_at = end
        ms = max(0, to_ms(end) - to_ms(listening.started_at))
        after = {"modes": [mode for mode, _at in listening.modes], "ms": ms}
        audit.record_by_system(session, "call.monitor_ended", "contact", contact.pub, after)
    legs = update(CallLeg).where(CallLeg.contact_id == contact.id, CallLeg.ended_at.is_(None))
    session.execute(legs.values(ended_at=end))


def _held(session: Session, talk: TalkSegment) -> tuple[int, int]:
    """How often and how long the caller was on hold in a talk whose end was never told; a hold
    that was never ended lasted to the end."""
    events = session.scalars(
        select(ContactEvent)
        .where(ContactEvent.contact_id == talk.contact_id)
        .order_by(ContactEvent.at, ContactEvent.id)
    ).all()
    own = [one for one in events if one.type != "talk.held" or one.data.get("seq") == talk.seq]
    holds = track.holds_among(own, [talk])
    return len(holds), sum(hold.end - hold.start for hold in holds if hold.end is not None)


def _open(model: Any, contact: Contact, end: Any) -> Any:
    return select(model).where(model.contact_id == contact.id, end.is_(None))


def _sum_up(session: Session, contact: Contact) -> None:
    """As the controller would have told it: the minutes of a helper are those of the agent too."""
    session.flush()
    talk_ms, hold_ms = session.execute(
        select(func.sum(TalkSegment.talk_ms), func.sum(TalkSegment.hold_ms)).where(
            TalkSegment.contact_id == contact.id, TalkSegment.role.in_(SERVING_ROLES)
        )
    ).one()
    wait_ms = session.scalar(
        select(func.sum(QueueVisit.wait_ms)).where(QueueVisit.contact_id == contact.id)
    )
    contact.talk_ms, contact.hold_ms = int(talk_ms or 0), int(hold_ms or 0)
    contact.wait_ms = int(wait_ms or 0)


def _last_known(session: Session, contact: Contact) -> datetime:
    """The latest time on any row of the contact."""
    times = [contact.started_at]
    for model, columns in (
        (QueueVisit, (QueueVisit.entered_at, QueueVisit.left_at)),
        (TalkSegment, (TalkSegment.started_at, TalkSegment.ended_at)),
        (FlowRun, (FlowRun.entered_at, FlowRun.left_at)),
        (CallLeg, (CallLeg.started_at, CallLeg.ended_at)),
        (ContactEvent, (ContactEvent.at,)),
        (MonitorSession, (MonitorSession.started_at, MonitorSession.ended_at)),
    ):
        for column in columns:
            query = select(func.max(column)).where(model.contact_id == contact.id)
            if (latest := session.scalar(query)) is not None:
                times.append(latest)
    return max(times)


def _cdr_of(cdr_dir: Path, contact_pub: str) -> dict[str, str] | None:
    """The variables of the channel's CDR file, None when there is none that can be read."""
    try:
        channel = channel_uuid_of(contact_pub)
    except ValueError:
        return None
    for name in (f"a_{channel}.cdr.json", f"{channel}.cdr.json"):
        try:
            found = json.loads((cdr_dir / name).read_text(encoding="utf-8", errors="replace"))
        except (OSError, ValueError):
            continue
        variables = found.get("variables") if isinstance(found, dict) else None
        if isinstance(variables, dict):
            return {str(key): str(value) for key, value in variables.items()}
    return None


def _end_in(cdr: dict[str, str] | None) -> datetime | None:
    """`end_uepoch`: microseconds since the epoch."""
    value = (cdr or {}).get("end_uepoch", "")
    return from_ms(int(value) // 1000) if value.isdecimal() and int(value) else None
