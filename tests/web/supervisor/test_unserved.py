"""Calls that go on without an agent: on the board, and ended from there."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, text

from crm_web.areas.audit.models import AuditLog
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]
CONTACT = "01JDC0NTACT00000000000000A"
SERVED = "01JDC0NTACT00000000000000B"
RELEASE = f"/supervisor/unserved/{CONTACT}/release"


@pytest.fixture
def calls(live_redis: redis.Redis) -> None:
    """One caller is with somebody outside, one with an agent."""
    member = {"leg": "x", "kind": "outside", "value": "138 **** 0021", "since": 2000}
    outside = {"contact_id": CONTACT, "state": "outside", "caller_masked": "136 **** 0427",
               "caller_number": "13600000427", "agent_no": "1001", "started_at": 1000,
               "members": [member]}  # fmt: skip
    served = {**outside, "contact_id": SERVED, "state": "talking", "members": []}
    for call in (outside, served):
        live_redis.hset(keys.LIVE_CALLS, call["contact_id"], json.dumps(call))


def test_the_board_shows_them_and_with_whom(client_as: SignIn, calls: None):
    found = client_as("bob").get("/supervisor/snapshot").json["unserved"]
    assert found == [
        {"contact_id": CONTACT, "caller_masked": "136 **** 0427", "agent_no": "1001",
         "since": 2000, "with": ["138 **** 0021"]}
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["bob", "eve"])
def test_it_is_ended_by_who_may_also_without_an_agent_number(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis, calls: None, who: str
):
    assert client_as(who).post(RELEASE).status_code == 202
    ((_id, entry),) = live_redis.xrange(keys.COMMANDS)
    command = decode(entry[keys.ENTRY_FIELD])
    assert (command.type, command.agent_no) == ("release_unserved", None)
    assert command.body["contact_id"] == CONTACT and command.body["by"]["user_id"]
    row = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "call.forced_release_asked")
    ).one()
    assert (row.entity_kind, row.entity_id) == ("contact", CONTACT)


@pytest.mark.parametrize(
    ("who", "contact_id", "status"),
    [
        ("alice", CONTACT, 403),
        ("dana", CONTACT, 403),
        ("bob", SERVED, 409),
        ("bob", "01JDC0NTACT00000000000000Z", 409),
        ("bob", "x", 422),
    ],
)
def test_it_refuses_who_may_not_and_what_has_an_agent_or_is_over(
    client_as: SignIn, live_redis: redis.Redis, calls: None, who: str, contact_id: str, status: int
):
    answer = client_as(who).post(f"/supervisor/unserved/{contact_id}/release")
    assert answer.status_code == status
    assert not live_redis.exists(keys.COMMANDS)


def test_it_refuses_a_call_that_came_from_an_agent_out_of_reach(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis, calls: None
):
    db.session.execute(text("UPDATE org_unit SET path = '/9/' WHERE code = 'hotline'"))
    db.session.commit()
    assert client_as("bob").post(RELEASE).status_code == 403
    assert not live_redis.exists(keys.COMMANDS)


def test_only_who_may_end_calls_is_offered_it(client_as: SignIn):
    assert '"may_release": true' in client_as("eve").get("/supervisor").text
    assert '"may_release": false' in client_as("dana").get("/supervisor").text
