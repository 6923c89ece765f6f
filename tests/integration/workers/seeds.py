"""A database with what the call log looks up: one queue, two agents, a few words."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_web.areas.org.models import Agent, Dictionary, DictionaryItem, OrgUnit, Queue, User
from crm_web.models import metadata
from esl_controller.contract.envelope import Envelope
from workers.database import open_engine
from workers.streams import Entry


def make_database(url: str, agents: Iterable[str] = ("1001", "1002")) -> Engine:
    """All tables in the empty database `url`, and the seed."""
    engine = open_engine(url)
    metadata.create_all(engine)
    seed(engine, agents)
    return engine


def seed(engine: Engine, agents: Iterable[str] = ("1001", "1002")) -> None:
    """One queue, two agents, and the words that the consumer looks up."""
    with Session(engine) as session:
        unit = OrgUnit(code="c", name="公司", kind="company")
        session.add(unit)
        session.flush()
        session.add(Queue(code="general", name="综合", unit_id=unit.id))
        for number in agents:
            user = User(
                login_name=number, display_name=number, password_hash="x", unit_id=unit.id
            )
            session.add(Agent(agent_no=number, user=user))
        for kind, code in (("wrap_up_result", "no_result"), ("not_ready_reason", "meal")):
            words = Dictionary(kind=kind, name=kind)
            words.items.append(DictionaryItem(code=code, name=code))
            session.add(words)
        session.commit()


def entries(events: Iterable[Envelope]) -> list[Entry]:
    return [Entry(f"{n}-0", event, event.encode().encode()) for n, event in enumerate(events)]
