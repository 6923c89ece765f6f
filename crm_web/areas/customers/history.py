"""What customers need from the call records: who of us spoke to them last, and when they called.

The records belong to the calls area, which shows customers and so imports this one; these few
columns are declared again to keep the two from importing each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, String, column, or_, select, table

from crm_web.columns import UtcDateTime
from crm_web.extensions import db

_contact = table(
    "contact",
    column("id", BigInteger),
    column("pub", String),
    column("started_at", UtcDateTime),
    column("premise_id", BigInteger),
    column("customer_id", BigInteger),
    column("phone_id", BigInteger),
    column("last_agent_id", BigInteger),
    column("number_mask", String),
    column("outcome", String),
    column("talk_ms", BigInteger),
)
_agent = table("agent", column("id", BigInteger), column("agent_no", String))


def last_agent_no(phone_id: int | None, premise_ids: Iterable[int] = ()) -> str | None:
    """The agent of the newest answered contact of this number, else of these doors."""
    for condition in (
        _contact.c.phone_id == phone_id if phone_id else None,
        _contact.c.premise_id.in_(list(premise_ids)) if premise_ids else None,
    ):
        if condition is None:
            continue
        found = db.session.scalar(
            select(_agent.c.agent_no)
            .select_from(_contact.join(_agent, _contact.c.last_agent_id == _agent.c.id))
            .where(condition)
            .order_by(_contact.c.started_at.desc())
            .limit(1)
        )
        if found:
            return found
    return None


def has_contacts(*, premise_id: int | None = None, customer_id: int | None = None) -> bool:
    """Whether a door or a person was ever part of a call."""
    owners = []
    if premise_id is not None:
        owners.append(_contact.c.premise_id == premise_id)
    if customer_id is not None:
        owners.append(_contact.c.customer_id == customer_id)
    return db.session.scalar(select(_contact.c.id).where(or_(*owners)).limit(1)) is not None


@dataclass(frozen=True)
class PastCall:
    """A contact on a time line; `agent_no` None = nobody answered it."""

    pub: str
    started_at: datetime
    number_mask: str
    outcome: str
    talk_ms: int
    agent_no: str | None


def timeline(
    *, premise_id: int | None = None, customer_id: int | None = None, limit: int = 20
) -> list[PastCall]:
    """The newest contacts of a door or of a person."""
    owner = (
        _contact.c.premise_id == premise_id
        if premise_id is not None
        else _contact.c.customer_id == customer_id
    )
    rows = db.session.execute(
        select(
            _contact.c.pub,
            _contact.c.started_at,
            _contact.c.number_mask,
            _contact.c.outcome,
            _contact.c.talk_ms,
            _agent.c.agent_no,
        )
        .select_from(_contact.outerjoin(_agent, _contact.c.last_agent_id == _agent.c.id))
        .where(owner)
        .order_by(_contact.c.started_at.desc(), _contact.c.id.desc())
        .limit(limit)
    )
    return [PastCall(*row) for row in rows]
