"""Moving staff between queues while they move."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import Queue
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from esl_controller.domain.snapshot import Snapshot
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]
PAGE = "/supervisor/queues/general"


def form(db: SQLAlchemy, **values: str) -> dict[str, Any]:
    queue = db.session.scalars(select(Queue).where(Queue.code == "general")).one()
    return {"ver": queue.ver, "strategy": "longest_idle", "level:1001": "1", **values}


def published(live_redis: redis.Redis) -> Snapshot:
    return Snapshot.from_json(json.loads(live_redis.get(keys.TELEPHONY)))


def test_a_supervisor_moves_staff_and_changes_the_dealing_and_nothing_else(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis
):
    data = form(db, strategy="top_down", name="总台", ring_s="5", active="",
                **{"level:1001": "2", "level:1005": "1"})  # fmt: skip
    assert client_as("bob").post(PAGE, data=data).status_code == 302
    queue = published(live_redis).find_queue("general")
    assert (queue.strategy, queue.name, queue.ring_s) == ("top_down", "综合", 20)
    assert [(m.agent_no, m.level) for m in queue.members] == [("1005", 1), ("1001", 2)]
    ((_id, entry),) = live_redis.xrange(keys.COMMANDS)
    assert decode(entry[keys.ENTRY_FIELD]).type == "config.published"
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "queue.change_live")).one()
    assert row.entity_id == "general" and row.actor_name == "陈国栋"
    assert row.before["strategy"] == "longest_idle" and row.after["strategy"] == "top_down"
    assert row.after["members"] == ["1005:1", "1001:2"]


@pytest.mark.parametrize("who", ["bob", "eve", "dana"])
def test_the_board_leads_to_it(client_as: SignIn, who: str):
    browser = client_as(who)
    assert '"/supervisor/queues/QUEUE"' in browser.get("/supervisor").text
    assert browser.get(PAGE).status_code == 200
    assert ('href="/supervisor/queues"' in browser.get("/supervisor").text) == (who != "dana")


def test_agents_may_not(client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis):
    browser = client_as("alice")
    assert browser.get("/supervisor/queues").status_code == 403
    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, data=form(db)).status_code == 403
    assert not live_redis.exists(keys.COMMANDS)


def test_a_supervisor_still_edits_nothing_of_the_administrators(client_as: SignIn, db: SQLAlchemy):
    browser = client_as("bob")
    assert browser.get("/org/queues/general").status_code == 403
    assert browser.post("/org/queues/general", data=form(db, name="总台")).status_code == 403


@pytest.mark.parametrize(
    "bad", [{"strategy": "by_mood"}, {"level:1001": "0"}, {"level:1001": "x"}, {"level:4711": "1"}]
)
def test_given_bad_input_a_queue_stays_as_it_was(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis, bad: dict[str, str]
):
    answer = client_as("bob").post(PAGE, data=form(db, **bad))
    assert answer.status_code == 422 and "看一下标红的地方" in answer.text
    assert live_redis.get(keys.TELEPHONY) is None


def test_given_a_colleague_moved_staff_meanwhile_then_an_old_form_does_not_undo_it(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis
):
    opened = form(db)
    browser = client_as("bob")
    moved = {**opened, "level:1005": "1"}
    assert browser.post(PAGE, data=moved).status_code == 302
    assert browser.post(PAGE, data=opened).status_code == 409
    members = published(live_redis).find_queue("general").members
    assert {member.agent_no for member in members} == {"1001", "1005"}


def test_a_queue_that_is_switched_off_is_not_there(client_as: SignIn, db: SQLAlchemy):
    db.session.add(Queue(code="night", name="夜间", unit_id=1, active=False))
    db.session.commit()
    browser = client_as("bob")
    assert "夜间" not in browser.get("/supervisor/queues").text
    assert browser.get("/supervisor/queues/night").status_code == 404


def test_the_order_of_asking_is_kept(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis
):
    browser = client_as("bob")
    first = {**form(db), "level:1001": "1", "level:1005": "1"}
    reversed_ = dict(sorted(first.items(), reverse=True))
    assert browser.post(PAGE, data=reversed_).status_code == 302
    assert browser.get(PAGE).text.index("level-1005") < browser.get(PAGE).text.index("level-1001")
