from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from crm_web import jobs, telephony
from crm_web.areas.org.models import Setting
from crm_web.errors import Conflict
from crm_web.extensions import db as app_db
from crm_web.numbering import next_number
from crm_web.transaction import apart, on_commit, reading, rollback, unit_of_work
from esl_controller.contract import keys


def test_it_runs_effects_after_the_commit_only(db):
    seen = []
    with unit_of_work():
        db.session.add(Setting(key="a", value=1))
        stored = select(Setting.value).where(Setting.key == "a")
        on_commit(lambda: seen.append(db.session.scalar(stored)))
        assert seen == []
    assert seen == [1]


def test_given_an_error_nothing_is_stored_and_nothing_leaves(db, live_redis):
    with pytest.raises(Conflict), unit_of_work():
        db.session.add(Setting(key="a", value=1))
        telephony.send("ready", agent_no="1001")
        jobs.enqueue("workers.jobs.anything.run", 1)
        raise Conflict("no")
    with unit_of_work():
        assert db.session.scalar(select(Setting.id).where(Setting.key == "a")) is None
    assert live_redis.keys("*") == []


def test_it_sends_commands_and_jobs_after_the_commit(db, live_redis):
    with unit_of_work():
        command_id = telephony.send("ready", agent_no="1001", body={"by": {"name": "林晓"}})
        job_id = jobs.enqueue("workers.jobs.anything.run", 1)
        assert live_redis.keys("*") == []
    (_id, entry), *_rest = live_redis.xrange(keys.COMMANDS)
    assert command_id in entry[keys.ENTRY_FIELD]
    assert live_redis.lrange("rq:queue:default", 0, -1) == [job_id]


def test_given_one_failing_effect_the_others_still_leave(db):
    seen = []
    with pytest.raises(ZeroDivisionError), unit_of_work():
        on_commit(lambda: 1 // 0)
        on_commit(lambda: seen.append("left"))
        db.session.add(Setting(key="a", value=1))
    assert seen == ["left"]
    assert db.session.scalar(select(Setting.value).where(Setting.key == "a")) == 1


def test_a_long_read_does_not_hold_the_lock_of_writers(db):
    with reading():
        db.session.scalar(select(Setting.id))
        with apart() as connection:
            connection.execute(text("UPDATE setting SET ver = ver"))


def test_two_writers_wait_for_each_other_instead_of_failing(app, db):
    rollback()
    begun = threading.Barrier(2, timeout=10)

    def add(number: int) -> None:
        with app.app_context():
            begun.wait()
            with unit_of_work():
                present = app_db.session.scalar(select(Setting.id))  # reads first, then writes
                app_db.session.add(Setting(key=f"k{number}", value=[present]))
            app_db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(add, number) for number in range(2)]:
            done.result(20)
    written = db.session.scalars(select(Setting).where(Setting.key.in_(("k0", "k1")))).all()
    assert len(written) == 2


def test_given_a_reader_that_writes_it_fails_loudly(app, db):
    with reading(), pytest.raises(OperationalError):
        db.session.scalar(select(Setting.id))  # opens a reading transaction
        with apart() as connection:
            connection.execute(text("UPDATE setting SET ver = ver"))
            connection.execute(
                text("INSERT INTO number_sequence VALUES ('X', '1', 1, '2026-01-01', '2026-01-01')")
            )
        db.session.execute(text("DELETE FROM number_sequence"))


def test_it_counts_numbers_by_day_and_never_twice(app, db):
    day, after = date(2026, 11, 23), date(2026, 11, 24)
    with unit_of_work():
        assert [next_number("GD", day) for _ in range(3)] == [
            "GD261123-00001",
            "GD261123-00002",
            "GD261123-00003",
        ]
        assert next_number("GD", after) == "GD261124-00001"
        assert next_number("TS", day) == "TS261123-00001"
    with pytest.raises(Conflict), unit_of_work():
        next_number("GD", day)
        raise Conflict("no")
    with unit_of_work():
        assert next_number("GD", day) == "GD261123-00004"
