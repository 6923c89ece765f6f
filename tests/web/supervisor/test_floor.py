"""The floor: who sees it, what it says, and what may be ordered there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.reports import queries as reports
from crm_web.areas.reports.formulas import TalkSums, VisitSums, percent
from crm_web.areas.reports.metrics import QueueRow
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def floor(live_redis: redis.Redis) -> None:
    call = {"contact_id": "c", "state": "talking", "caller_masked": "136 **** 0427",
            "profile": {"customers": [{"name": "王秀兰"}]}}  # fmt: skip
    agent = {"agent_no": "1001", "name": "林晓", "state": "on_call", "call": call}
    live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps(agent))
    queue = {"queue": "general", "name": "综合", "waiting": 2, "longest_since": 1}
    live_redis.hset(keys.LIVE_QUEUES, "general", json.dumps(queue))


@pytest.mark.parametrize("who", ["bob", "dana", "eve"])
def test_it_shows_the_floor_to_those_who_see_everybody(client_as: SignIn, who: str):
    browser = client_as(who)
    assert browser.get("/supervisor").status_code == 200
    assert browser.get("/supervisor/snapshot").status_code == 200


def test_it_refuses_agents_and_does_not_offer_it_to_them(client_as: SignIn):
    browser = client_as("alice")
    assert browser.get("/supervisor").status_code == 403
    assert browser.get("/supervisor/snapshot").status_code == 403
    assert 'href="/supervisor"' not in browser.get("/desk").text


def test_the_snapshot_has_agents_queues_and_the_day(client_as: SignIn, floor: None):
    answer = client_as("bob").get("/supervisor/snapshot").json
    assert answer["agents"][0]["agent_no"] == "1001"
    assert answer["queues"][0]["waiting"] == 2
    assert answer["today"]["queues"]["general"]["offered"] == 0
    assert answer["today"]["total"]["service_level"] is None
    assert answer["today"]["total"]["shown"]["answer_rate"] == "—"


def test_the_day_has_the_rates_of_the_report(
    client_as: SignIn, floor: None, monkeypatch: pytest.MonkeyPatch
):
    worked_out = VisitSums(
        offered=20, answered=12, answered_in_target=9, abandoned=3, short_abandoned=1,
        overflowed=1, to_menu=2, lost=1,
    )  # fmt: skip
    rows = [QueueRow("general", "综合", 20, worked_out, TalkSums())]
    monkeypatch.setattr(reports, "queues_today", lambda: rows)
    today = client_as("bob").get("/supervisor/snapshot").json["today"]
    for day in (today["queues"]["general"], today["total"]):
        shown = [day["shown"][rate] for rate in ("answer_rate", "service_level", "abandon_rate")]
        assert shown == ["70.6%", "52.9%", "17.6%"]


def test_the_day_is_rounded_as_the_report_rounds_it(
    client_as: SignIn, floor: None, monkeypatch: pytest.MonkeyPatch
):
    # 14.25 % is stored a little below: a browser would write 14.2 beside the report's 14.3.
    half = VisitSums(offered=400, answered=57, answered_in_target=57)
    rows = [QueueRow("general", "综合", 20, half, TalkSums())]
    monkeypatch.setattr(reports, "queues_today", lambda: rows)
    day = client_as("bob").get("/supervisor/snapshot").json["today"]["total"]
    assert day["shown"]["service_level"] == percent(half.service_level) == "14.3%"


def test_the_snapshot_says_when_the_controller_last_wrote(
    client_as: SignIn, live_redis: redis.Redis
):
    browser = client_as("bob")
    answer = browser.get("/supervisor/snapshot").json
    assert answer["told_at"] is None and not answer["switch_up"]
    live_redis.hset(keys.LIVE_META, "a", json.dumps({"at": 1234, "switch_up": True}))
    answer = browser.get("/supervisor/snapshot").json
    assert answer["told_at"] == 1234 and answer["switch_up"]


def test_the_floor_does_not_tell_who_is_served(client_as: SignIn, floor: None):
    text = client_as("bob").get("/supervisor/snapshot").get_data(as_text=True)
    assert "王秀兰" not in text and "\\u738b" not in text


def test_it_orders_an_agent_and_writes_down_why(
    db: SQLAlchemy, client_as: SignIn, live_redis: redis.Redis
):
    answer = client_as("bob").post(
        "/supervisor/agents/1001/orders",
        json={"action": "force_not_ready", "reason": "去培训室"},
    )
    assert answer.status_code == 202
    ((_id, entry),) = live_redis.xrange(keys.COMMANDS)
    command = decode(entry[keys.ENTRY_FIELD])
    assert (command.type, command.agent_no) == ("force_not_ready", "1001")
    assert command.body["by"]["name"] == "陈国栋" and command.body["by"]["user_id"]
    row = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "agent.force_not_ready_asked")
    ).one()
    assert row.reason == "去培训室" and row.entity_id == "1001"


@pytest.mark.parametrize(
    ("who", "agent_no", "data", "status"),
    [
        ("alice", "1005", {"action": "force_ready", "reason": "试试看"}, 403),
        ("dana", "1001", {"action": "force_ready", "reason": "试试看"}, 403),
        ("bob", "1001", {"action": "force_ready", "reason": ""}, 422),
        ("bob", "1001", {"action": "hang_up", "reason": "试试看"}, 422),
        ("bob", "9999", {"action": "force_ready", "reason": "试试看"}, 404),
        ("bob", "1001", None, 422),
    ],
)
def test_it_refuses_what_may_not_be_ordered(
    client_as: SignIn, live_redis: redis.Redis, who: str, agent_no: str, data: object, status: int
):
    answer = client_as(who).post(f"/supervisor/agents/{agent_no}/orders", json=data)
    assert answer.status_code == status
    assert not live_redis.exists(keys.COMMANDS)
