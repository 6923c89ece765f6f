"""What supervisors do to calls and write to desks, and who may not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import Agent, OrgUnit, User
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]
CONTACT = "01JDC0NTACT00000000000000A"


@pytest.fixture
def chair(db: SQLAlchemy, client_as: SignIn) -> Browser:
    """Bob with a phone of his own."""
    bob = db.session.scalars(select(User).where(User.login_name == "bob")).one()
    db.session.add(Agent(agent_no="2001", user=bob, media="webrtc"))
    db.session.commit()
    return client_as("bob")


@pytest.mark.parametrize(
    "action",
    ["monitor", "whisper", "barge_in", "stop_monitor", "take_over", "forced_release"],
)
def test_it_sends_what_is_done_to_a_call_and_writes_it_down(
    db: SQLAlchemy, chair: Browser, live_redis: redis.Redis, action: str
):
    data = {"action": action, "contact_id": CONTACT}
    answer = chair.post("/supervisor/agents/1001/call", json=data)
    assert answer.status_code == 202
    ((_id, entry),) = live_redis.xrange(keys.COMMANDS)
    command = decode(entry[keys.ENTRY_FIELD])
    assert (command.type, command.agent_no) == (action, "2001")
    assert command.body["target"] == "1001" and command.body["by"]["name"] == "陈国栋"
    assert command.body.get("contact_id") == (None if action == "stop_monitor" else CONTACT)
    row = db.session.scalars(select(AuditLog).where(AuditLog.entity_kind == "agent")).one()
    assert (row.action, row.entity_id) == (f"call.{action}_asked", "1001"), "a wish, not the act"
    assert row.after == (None if action == "stop_monitor" else {"contact_id": CONTACT})


@pytest.mark.parametrize("shown", [None, "", "x", 7, {"id": CONTACT}])
@pytest.mark.parametrize("action", ["forced_release", "take_over", "answer_help"])
def test_it_refuses_an_act_that_does_not_say_on_which_call(
    chair: Browser, live_redis: redis.Redis, action: str, shown: object
):
    data = {"action": action, "contact_id": shown}
    assert chair.post("/supervisor/agents/1001/call", json=data).status_code == 422
    assert not live_redis.exists(keys.COMMANDS)


def test_it_answers_a_call_for_help_in_words(chair: Browser, live_redis: redis.Redis):
    data = {"action": "answer_help", "contact_id": CONTACT, "reply": " 先道歉 "}
    assert chair.post("/supervisor/agents/1001/call", json=data).status_code == 202
    ((_id, entry),) = live_redis.xrange(keys.COMMANDS)
    assert decode(entry[keys.ENTRY_FIELD]).body["reply"] == "先道歉"


@pytest.mark.parametrize(
    ("who", "agent_no", "action", "status"),
    [
        ("alice", "1005", "monitor", 403),
        ("dana", "1001", "monitor", 403),
        ("eve", "1001", "monitor", 409),
        ("bob", "1001", "hang_up", 422),
        ("bob", "9999", "monitor", 404),
    ],
)
def test_it_refuses_who_may_not_and_what_is_not(
    client_as: SignIn, live_redis: redis.Redis, who: str, agent_no: str, action: str, status: int
):
    data = {"action": action, "contact_id": CONTACT}
    answer = client_as(who).post(f"/supervisor/agents/{agent_no}/call", json=data)
    assert answer.status_code == status
    assert not live_redis.exists(keys.COMMANDS)


@pytest.mark.parametrize("to", ["all", "1001"])
def test_it_writes_to_desks(
    db: SQLAlchemy, client_as: SignIn, live_redis: redis.Redis, to: str
):
    data = {"to": to, "text": " 恢复时间改为 15:00 ", "urgent": True}
    assert client_as("bob").post("/supervisor/notices", json=data).status_code == 202
    ((_id, entry),) = live_redis.xrange(keys.NOTICES)
    notice = json.loads(entry[keys.ENTRY_FIELD])
    assert notice["to"] == to and notice["text"] == "恢复时间改为 15:00" and notice["urgent"]
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "desk.notice")).one()
    assert row.after["text"] == "恢复时间改为 15:00"


@pytest.mark.parametrize(
    ("who", "to", "text", "status"),
    [("alice", "all", "好", 403), ("bob", "9999", "好", 404), ("bob", "all", "  ", 422)],
)
def test_it_refuses_messages(
    client_as: SignIn, live_redis: redis.Redis, who: str, to: str, text: str, status: int
):
    answer = client_as(who).post("/supervisor/notices", json={"to": to, "text": text})
    assert answer.status_code == status
    assert not live_redis.exists(keys.NOTICES)


@pytest.fixture
def busy(live_redis: redis.Redis) -> None:
    """1001 serves a known citizen and writes a ticket; 1005 serves somebody unknown."""
    for number, contact in (("1001", CONTACT), ("1005", CONTACT[:-1] + "B")):
        view = {"agent_no": number, "contact_id": contact, "state": "on_call"}
        live_redis.hset(keys.LIVE_AGENTS, number, json.dumps(view))
    idle = {"agent_no": "1002", "contact_id": None, "state": "ready"}
    live_redis.hset(keys.LIVE_AGENTS, "1002", json.dumps(idle))
    profile = {"customers": [{"name": "王秀兰"}], "premises": [{"label": "和风小区 3-2-401"}]}
    live_redis.hset(keys.LIVE_CALLS, CONTACT, json.dumps({"profile": profile}))
    values = {"text": "没有水", "kind": "repair.no_water.household"}
    draft = {"rev": 1, "values": values, "by": "林晓", "agent_no": "1001", "at": 1}
    live_redis.hset(keys.DRAFTS + CONTACT, "ticket", json.dumps(draft))


def test_it_shows_whom_all_agents_serve_and_what_is_written(client_as: SignIn, busy: None):
    found = client_as("bob").get("/supervisor/works").json
    assert set(found) == {"1001", "1005"}
    assert found["1001"]["contact_id"] == CONTACT
    assert found["1001"]["people"] == ["王秀兰"]
    assert found["1001"]["place"] == "和风小区 3-2-401"
    assert found["1001"]["ticket"]["text"] == "没有水"
    assert (found["1005"]["people"], found["1005"]["ticket"]) == ([], None)
    assert client_as("alice").get("/supervisor/works").status_code == 403


def test_it_tells_nothing_of_agents_out_of_reach(
    client_as: SignIn, db: SQLAlchemy, busy: None
):
    path = db.session.scalar(select(OrgUnit.path).where(OrgUnit.code == "team_b"))
    bob = db.session.scalars(select(User).where(User.login_name == "bob")).one()
    bob.unit = db.session.scalars(select(OrgUnit).where(OrgUnit.path == path)).one()
    db.session.commit()
    assert set(client_as("bob").get("/supervisor/works").json) == {"1005"}


def test_it_asks_the_database_no_more_often_for_many_calls(
    client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis, busy: None
):
    bob = client_as("bob")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    bob.get("/supervisor/works")
    few = len(asked)
    for n in range(20):
        view = {"agent_no": f"20{n:02}", "contact_id": f"01JDC0NTACT000000000000{n:03}"}
        live_redis.hset(keys.LIVE_AGENTS, view["agent_no"], json.dumps(view))
    asked.clear()
    bob.get("/supervisor/works")
    assert len(asked) <= few


@pytest.mark.parametrize(("to", "reached"), [("all", 2), ("1001", 1), ("1005", 0)])
def test_it_says_how_many_are_signed_in_to_read_a_message(
    client_as: SignIn, live_redis: redis.Redis, to: str, reached: int
):
    for number, state in (("1001", "ready"), ("1002", "on_call"), ("1005", "signed_out")):
        view = {"agent_no": number, "state": state}
        live_redis.hset(keys.LIVE_AGENTS, number, json.dumps(view))
    answer = client_as("bob").post("/supervisor/notices", json={"to": to, "text": "好"})
    assert answer.json["reached"] == reached


def test_who_has_no_agent_number_is_offered_no_act_on_a_call(client_as: SignIn):
    text = client_as("eve").get("/supervisor").text
    assert '"take_over": false' in text and '"answer_help": false' in text
    assert 'id="no-number"' in text
