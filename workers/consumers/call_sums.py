"""What follows from several rows of a contact, computed again whenever one of them changes.

Each statement may run any number of times: it sets what the rows say, it never adds.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select, update

from crm_web.areas.calls.models import SERVING_ROLES
from crm_web.models import metadata

_CONTACT = metadata.tables["contact"]
_VISIT = metadata.tables["queue_visit"]
_OFFER = metadata.tables["agent_offer"]
_TALK = metadata.tables["talk_segment"]
_WRAP_UP = metadata.tables["wrap_up"]
_MASK = metadata.tables["recording_mask"]
_ITEM = metadata.tables["dictionary_item"]
_DICTIONARY = metadata.tables["dictionary"]


def complete(connection: Connection, contact_ids: Collection[int]) -> None:
    """Fill in what depends on other rows of these contacts."""
    if not contact_ids:
        return
    wrap_ms = select(func.coalesce(func.sum(_TALK.c.wrap_ms), 0)).where(
        _TALK.c.contact_id == _CONTACT.c.id
    )
    connection.execute(
        update(_CONTACT)
        .where(_CONTACT.c.id.in_(contact_ids))
        .values(wrap_ms=wrap_ms.scalar_subquery())
    )
    # Who served last; who was consulted or helped in a conference did not.
    serving = (
        select(_TALK.c.agent_id)
        .where(_TALK.c.contact_id == _CONTACT.c.id, _TALK.c.role.in_(SERVING_ROLES))
        .order_by(_TALK.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(
        update(_CONTACT)
        .where(_CONTACT.c.id.in_(contact_ids))
        .values(last_agent_id=func.coalesce(serving, _CONTACT.c.last_agent_id))
    )
    first_offer = select(func.min(_OFFER.c.offered_at)).where(
        _OFFER.c.queue_visit_id == _VISIT.c.id
    )
    connection.execute(
        update(_VISIT)
        .where(_VISIT.c.contact_id.in_(contact_ids))
        .values(first_offered_at=first_offer.scalar_subquery())
    )
    talk = (
        select(_TALK.c.id)
        .where(_TALK.c.contact_id == _WRAP_UP.c.contact_id)
        .where(_TALK.c.agent_id == _WRAP_UP.c.agent_id)
        .order_by(_TALK.c.seq.desc())
        .limit(1)
    )
    connection.execute(
        update(_WRAP_UP)
        .where(_WRAP_UP.c.contact_id.in_(contact_ids), _WRAP_UP.c.talk_segment_id.is_(None))
        .values(talk_segment_id=talk.scalar_subquery())
    )


def credit_queue(connection: Connection, contact_id: int, seq: int, queue_id: int) -> None:
    """The talk came out of this queue: it belongs to the last stay there that began before it."""
    visit = (
        select(_VISIT.c.id)
        .where(_VISIT.c.contact_id == contact_id, _VISIT.c.queue_id == queue_id)
        .where(_VISIT.c.entered_at <= _TALK.c.started_at)
        .order_by(_VISIT.c.seq.desc())
        .limit(1)
    )
    connection.execute(
        update(_TALK)
        .where(_TALK.c.contact_id == contact_id, _TALK.c.seq == seq)
        .values(queue_visit_id=visit.scalar_subquery())
    )


def add_missing_wrap_up(connection: Connection, contact_id: int, agent_id: int) -> None:
    """The timer ran out and nobody chose a result: note `no_result`, so that it is counted."""
    noted = select(_WRAP_UP.c.id).where(
        _WRAP_UP.c.contact_id == contact_id, _WRAP_UP.c.agent_id == agent_id
    )
    if connection.execute(noted).first():
        return
    result = (
        select(_ITEM.c.id)
        .join(_DICTIONARY, _DICTIONARY.c.id == _ITEM.c.dictionary_id)
        .where(_DICTIONARY.c.kind == "wrap_up_result", _ITEM.c.code == "no_result")
    )
    result_id = connection.execute(result).scalar()
    if result_id is None:
        return  # a site without this dictionary keeps no automatic results
    connection.execute(
        _WRAP_UP.insert(),
        {"contact_id": contact_id, "agent_id": agent_id, "result_id": result_id, "auto": True},
    )


def end_mask(connection: Connection, recording_id: int, at_ms: int) -> None:
    """End the stretch that was paused last before `at_ms`; a second time changes nothing."""
    paused = (
        select(_MASK.c.id)
        .where(_MASK.c.recording_id == recording_id, _MASK.c.from_ms <= at_ms)
        .order_by(_MASK.c.from_ms.desc())
        .limit(1)
    )
    mask_id = connection.execute(paused).scalar()
    if mask_id is not None:
        connection.execute(
            update(_MASK)
            .where(_MASK.c.id == mask_id, _MASK.c.to_ms.is_(None))
            .values(to_ms=at_ms)
        )
