"""How long recordings are kept. Plain functions on a session: the nightly jobs call them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_web import audit
from crm_web.areas.calls import rules_queries
from crm_web.areas.calls.models import Contact, QueueVisit, Recording, TalkSegment
from crm_web.areas.org.models import Agent, Extension, Queue
from esl_controller.domain.recording_rules import RecordingRule, TalkMeant, nearest

BATCH = 500
#: A file is closed a moment after the next talk began; that is not its sound.
_CLOSING = timedelta(seconds=2)


def set_end(session: Session, recording: Recording, zone: ZoneInfo) -> None:
    """Set the last day of a recording by the policy of now; one that has a day keeps it."""
    if recording.purge_after is None:
        day = recording.started_at.astimezone(zone).date()
        recording.purge_after = day + timedelta(days=_keep_days(session, recording))


def without_end(session: Session, today: date) -> Sequence[Recording]:
    """Recordings whose last day nobody has set yet, at most BATCH; not those of the last day,
    which may still be under way."""
    yesterday = datetime.combine(today, time(), UTC) - timedelta(days=1)
    measured = Recording.status.in_(("complete", "corrupt"))
    return session.scalars(
        select(Recording)
        .where(Recording.status != "purged", Recording.purge_after.is_(None))
        .where(or_(measured, Recording.started_at < yesterday))
        .limit(BATCH)
    ).all()


def due(session: Session, today: date, after: int = 0) -> Sequence[Recording]:
    """Recordings that are kept no longer, at most BATCH beyond the row `after`; never those that
    are on hold. Whatever their status: a file that comes late is not to be kept for ever."""
    return session.scalars(
        select(Recording)
        .where(Recording.status != "purged", Recording.purge_after < today)
        .where(or_(Recording.hold_until.is_(None), Recording.hold_until < today))
        .where(Recording.id > after)
        .order_by(Recording.id)
        .limit(BATCH)
    ).all()


def mark_purged(session: Session, recording: Recording) -> None:
    """The sound is gone; the row stays and says so, and the audit log says when."""
    recording.status = "purged"
    after = {"storage_key": recording.storage_key, "kept_until": str(recording.purge_after)}
    audit.record_by_system(session, "recording.purge", "recording", recording.pub, after)


def talks_meant(session: Session, talk_ids: Collection[int]) -> dict[int, TalkMeant]:
    """What rules look at, of talks that were; an extension is the agent's of now."""
    found = session.execute(
        select(
            TalkSegment.id, Extension.number, Agent.agent_no, Queue.code, Contact.direction
        )
        .select_from(TalkSegment)
        .join(Contact, Contact.id == TalkSegment.contact_id)
        .join(Agent, Agent.id == TalkSegment.agent_id)
        .outerjoin(Extension, Extension.id == Agent.extension_id)
        .outerjoin(QueueVisit, QueueVisit.id == TalkSegment.queue_visit_id)
        .outerjoin(Queue, Queue.id == QueueVisit.queue_id)
        .where(TalkSegment.id.in_(talk_ids))
    )
    return {
        talk_id: TalkMeant(extension or "", agent_no, queue or "", direction)
        for talk_id, extension, agent_no, queue, direction in found
    }


def _talks_heard(session: Session, recording: Recording) -> list[TalkMeant]:
    """The talks that the file holds: it goes on over a transfer, and guests are heard in it. Who
    is consulted is not. One without a talk (a message) has its direction only."""
    rows = session.scalars(
        select(TalkSegment).where(
            TalkSegment.contact_id == recording.contact_id, TalkSegment.role != "consult"
        )
    )
    heard = [row.id for row in rows if _is_heard(row, recording)]
    if heard:
        return list(talks_meant(session, heard).values())
    direction = session.scalar(select(Contact.direction).where(Contact.id == recording.contact_id))
    return [TalkMeant("", "", "", direction or "inbound")]


def _is_heard(talk: TalkSegment, recording: Recording) -> bool:
    """A file of unknown length goes on to the end of the call."""
    if recording.kind != "talk":
        return False
    if talk.id == recording.talk_segment_id:
        return True
    begins = max(talk.started_at, recording.started_at)
    length = timedelta(milliseconds=recording.ms)
    ends = [recording.started_at + length] if recording.ms else []
    ends += [talk.ended_at] if talk.ended_at else []
    return not ends or min(ends) - begins > _CLOSING


def _keep_days(session: Session, recording: Recording) -> int:
    """The longest that a rule asks for one of the talks in the file: what is another's part can't
    be cut off and go before."""
    rules = {
        RecordingRule(row.scope, row.code, row.direction, row.mode): row.keep_days
        for row in rules_queries.rules(session)
    }
    default = rules_queries.default_rule(session)
    site = default.keep_days if default and default.keep_days else rules_queries.DEFAULT_KEEP_DAYS
    return max(_days(rules, talk) or site for talk in _talks_heard(session, recording))


def _days(rules: Mapping[RecordingRule, int | None], talk: TalkMeant) -> int | None:
    """As the nearest rule says; one without days (None) means the default's, as its page says.

    Not those of a wider rule: whoever reads "as the default" beside an agent must not find that
    a rule for a queue deleted the sound years earlier.
    """
    rule = nearest(tuple(rules), talk)
    return rules[rule] if rule else None
