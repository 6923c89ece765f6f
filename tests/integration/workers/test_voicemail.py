"""A message that was left becomes a recording and a piece of work, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update

from crm_web.models import metadata
from esl_controller.domain.ids import new_ulid
from tests.integration.workers.facts import CONTACT, T0, event
from tests.integration.workers.seeds import entries, make_database
from workers.consumers.call_log import CallLog

KEY = f"2026/11/23/{CONTACT}-901.wav"
ZONE = ZoneInfo("Asia/Shanghai")
VOICEMAIL = metadata.tables["voicemail"]
RECORDING = metadata.tables["recording"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = make_database(f"sqlite:///{tmp_path / 'c.db'}")
    yield made
    made.dispose()


def left(**body):
    told = {"n": 901, "storage_key": KEY, "left_at": T0 + 5_000, "ms": 3_000}
    owners = {"queue": "general", "agent_no": None, "account_no": None}
    return event("voicemail.left", 8_000, **{**told, **owners, **body})


def rows(engine: Engine, table):
    with engine.connect() as connection:
        return connection.execute(select(table)).mappings().all()


def test_it_keeps_a_message_and_asks_for_its_wave(engine: Engine) -> None:
    finished: list[str] = []
    CallLog(engine, ZONE, finished.append).handle(entries([left()]))
    (message,) = rows(engine, VOICEMAIL)
    (sound,) = rows(engine, RECORDING)
    assert (message["status"], message["ms"], message["ver"]) == ("new", 3_000, 1)
    assert message["recording_id"] == sound["id"] and message["queue_id"]
    assert (sound["kind"], sound["channels"], sound["storage_key"]) == ("voicemail", 1, KEY)
    assert finished == [KEY]


def test_given_a_replay_then_what_people_did_with_it_stays(engine: Engine) -> None:
    log = CallLog(engine, ZONE)
    told = left()
    log.handle(entries([told]))
    with engine.begin() as connection:
        connection.execute(update(VOICEMAIL).values(status="closed", note="办好了"))
    log.handle(entries([told]))
    (message,) = rows(engine, VOICEMAIL)
    assert (message["status"], message["note"]) == ("closed", "办好了")
    assert len(new_ulid()) == len(message["pub"])


def test_given_a_message_for_an_agent_then_it_is_that_agents(engine: Engine) -> None:
    CallLog(engine, ZONE).handle(entries([left(queue=None, agent_no="1001")]))
    (message,) = rows(engine, VOICEMAIL)
    assert message["agent_id"] and message["queue_id"] is None
