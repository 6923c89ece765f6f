"""The desk over HTTP: page, snapshot, pop, commands, forms; and who may not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import redis
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Contact, WrapUp
from crm_web.areas.customers.models import PhoneLink
from crm_web.areas.customers.queries import profile_for_number
from crm_web.areas.org import publishing
from crm_web.areas.tickets.models import Ticket
from crm_web.columns import utc_now
from crm_web.extensions import db as app_db
from crm_web.localtime import show_time
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from tests import factories
from tests.web.browser import Browser

CONTACT = "01JDC0NTACT00000000000000A"
OTHER = "01JDC0NTACT00000000000000B"
NUMBER = "13600000427"
SignIn = Callable[[str], Browser]


@pytest.fixture
def ring(live_redis: redis.Redis) -> Callable[..., None]:
    """Plays the controller: agent 1001 is offered, or talks on, a call."""

    def show(profile: dict[str, Any] | None = None, state: str = "offered", **call: Any) -> None:
        view = {
            "contact_id": CONTACT,
            "state": state,
            "caller_masked": "136 **** 0427",
            "called_number": "96001",
            "started_at": 1_763_870_400_000,
            "profile": profile,
            "allowed": ["reject"],
            **call,
        }
        agent = {"agent_no": "1001", "seq": 3, "state": "offered", "contact_id": CONTACT}
        live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps({**agent, "call": view}))
        server = {**view, "caller_number": NUMBER}
        live_redis.hset(keys.LIVE_CALLS, CONTACT, json.dumps(server))

    return show


def sent(live_redis: redis.Redis) -> list[Any]:
    return [decode(entry[keys.ENTRY_FIELD]) for _id, entry in live_redis.xrange(keys.COMMANDS)]


# ---- page and snapshot ------------------------------------------------------------------------


def test_it_shows_the_desk_to_an_agent(client_as: SignIn):
    answer = client_as("alice").get("/desk")
    assert answer.status_code == 200
    assert "js/desk/main.js" in answer.text and "接听" in answer.text


def publish(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        publishing.publish()


def test_it_carries_no_secret_in_the_page(app: Flask, client_as: SignIn):
    publish(app)
    assert "ha1" not in client_as("alice").get("/desk").text


@pytest.mark.parametrize("who", ["dana", "eve"])
def test_it_refuses_people_who_serve_no_calls(client_as: SignIn, who: str):
    assert client_as(who).get("/desk").status_code == 403


def test_it_refuses_a_supervisor_without_an_agent_number(client_as: SignIn):
    answer = client_as("bob").get("/desk")
    assert answer.status_code == 403
    assert 'href="/desk"' not in answer.text


def test_it_sends_strangers_to_the_sign_in_page(anonymous: Browser):
    assert "/login" in anonymous.get("/desk").headers["Location"]
    asked = anonymous.get("/desk/snapshot", headers={"Accept": "application/json"})
    assert asked.status_code == 401


def test_the_snapshot_has_the_own_agent_and_call(client_as: SignIn, ring: Callable[..., None]):
    ring()
    answer = client_as("alice").get("/desk/snapshot").json
    assert answer["agent"]["agent_no"] == "1001" and answer["call"]["contact_id"] == CONTACT
    assert "call" not in answer["agent"]
    figures = ("answered", "missed", "talk_avg_ms", "wrap_avg_ms", "ready_percent")
    assert answer["today"] == dict.fromkeys(figures, 0)


def test_the_snapshot_never_has_the_raw_number(client_as: SignIn, ring: Callable[..., None]):
    ring()
    assert NUMBER not in client_as("alice").get("/desk/snapshot").text


def test_given_no_controller_then_the_snapshot_says_so(client_as: SignIn):
    assert client_as("alice").get("/desk/snapshot").json["agent"] is None


# ---- the pop ----------------------------------------------------------------------------------


def household(db: SQLAlchemy) -> Any:
    door = factories.premise()
    owner = factories.customer("王秀兰")
    factories.lives_at(owner, door)
    factories.phone_link(factories.phone(), owner, door)
    factories.account(door, "20001350")
    db.session.commit()
    return door


def test_it_pops_the_household_of_a_known_number(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    household(db)
    ring(profile_for_number(NUMBER))
    answer = client_as("alice").get(f"/desk/pop/{CONTACT}")
    assert answer.status_code == 200
    for part in ("plate", "王秀兰", "20001350", "可以这样开口", "话后小结", "新建工单"):
        assert part in answer.text
    assert NUMBER not in answer.text


def test_given_an_outage_only_begins_tomorrow_then_the_pop_says_when(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    door = household(db)
    planned = {
        "status": "published",
        "cause_kind": "planned",
        "actual_start_at": None,
        "planned_start_at": utc_now() + timedelta(hours=20),
        "etr_at": utc_now() + timedelta(hours=24),
    }
    factories.outage("premise", door.id, **planned)
    db.session.commit()
    ring(profile_for_number(NUMBER))
    text = client_as("alice").get(f"/desk/pop/{CONTACT}").text
    begins = show_time(planned["planned_start_at"], "%m-%d %H:%M")
    assert f"计划 {begins} 停水，预计" in text and f"先说计划停水：{begins} 开始" in text
    assert "正在停水" not in text


def test_given_the_flow_had_no_profile_then_the_pop_finds_it_itself(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    household(db)
    ring(None)
    assert "王秀兰" in client_as("alice").get(f"/desk/pop/{CONTACT}").text


def test_given_an_unknown_number_then_the_form_is_there(
    client_as: SignIn, ring: Callable[..., None]
):
    ring(None)
    text = client_as("alice").get(f"/desk/pop/{CONTACT}").text
    assert "没有登记过" in text and 'name="estate"' in text


def test_given_several_doors_then_it_asks_which(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    owner, number = factories.customer("赵国栋"), factories.phone()
    for door in ("301", "302"):
        factories.phone_link(number, owner, factories.premise(door=door))
    db.session.commit()
    ring(profile_for_number(NUMBER))
    text = client_as("alice").get(f"/desk/pop/{CONTACT}").text
    assert "登记了 2 户" in text and text.count('data-premise="') == 2


@pytest.mark.parametrize("contact_id", [OTHER, "x", "%27%20OR%201"])
def test_it_shows_nobody_elses_call_and_notes_who_reached_for_one(
    client_as: SignIn, db: SQLAlchemy, ring: Callable[..., None], contact_id: str
):
    ring()
    assert client_as("alice").get(f"/desk/pop/{contact_id}").status_code in (404, 422)
    assert reached_for(db) == []
    assert client_as("charlie").get(f"/desk/pop/{CONTACT}").status_code == 404
    assert reached_for(db) == ["desk.pop"]


def reached_for(db: SQLAlchemy) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "access.refused"))
    return [row.entity_id for row in rows]


def test_it_escapes_what_a_caller_or_clerk_wrote(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    door = factories.premise()
    factories.lives_at(factories.customer("<script>alert(1)</script>"), door)
    db.session.commit()
    factories.contact(pub=CONTACT, premise_id=door.id)
    db.session.commit()
    ring(None, caller_masked="<b>x</b>")
    text = client_as("alice").get(f"/desk/pop/{CONTACT}").text
    assert "<script>alert" not in text and "&lt;script&gt;" in text
    assert "<b>x</b>" not in text


# ---- commands ---------------------------------------------------------------------------------


def test_it_sends_a_command_for_the_own_agent_and_answers_202(
    client_as: SignIn, live_redis: redis.Redis
):
    answer = client_as("alice").post(
        "/desk/commands",
        json={"type": "not_ready", "body": {"reason": "rest", "agent_no": "1005"}},
    )
    assert answer.status_code == 202
    (command,) = sent(live_redis)
    assert (command.type, command.agent_no, command.id) == ("not_ready", "1001", answer.json["id"])
    assert command.body["reason"] == "rest" and command.body["by"]["name"] == "林晓"


def test_given_a_writer_at_work_then_a_button_does_not_wait_for_it(
    app: Flask, client_as: SignIn, live_redis: redis.Redis
):
    alice = client_as("alice")
    with app.app_context():
        database = app_db.engine.url.database
    assert database
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = alice.post("/desk/commands", json={"type": "hold", "body": {}})
    assert answer.status_code == 202
    assert [command.type for command in sent(live_redis)] == ["hold"]


@pytest.mark.parametrize(
    "data", [{}, {"type": "force_ready"}, {"type": "send_digits", "body": {"digits": "x"}}, []]
)
def test_it_refuses_commands_that_no_desk_sends(
    client_as: SignIn, live_redis: redis.Redis, data: Any
):
    answer = client_as("alice").post("/desk/commands", json=data)
    assert answer.status_code == 422
    assert not sent(live_redis)


def test_it_wants_the_csrf_token(client_as: SignIn):
    answer = client_as("alice").post("/desk/commands", json={"type": "ready"}, csrf=False)
    assert answer.status_code == 400


# ---- forms ------------------------------------------------------------------------------------


def test_it_registers_an_unknown_caller_and_knows_him_from_then_on(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    estate = factories.estate()
    db.session.commit()
    ring(None)
    answer = client_as("alice").post(
        "/desk/customer",
        json={
            "contact_id": CONTACT, "estate": estate.pub, "building": "3", "unit": "2",
            "door": "402", "name": "李明", "relation": "tenant",
        },
    )  # fmt: skip
    assert answer.status_code == 201
    profile = profile_for_number(NUMBER)
    assert profile["match_kind"] == "one"
    assert profile["premises"][0]["premise_id"] == answer.json["premise"]
    assert profile["customers"][0]["name"] == "李明"
    contact = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
    assert contact.premise_id is not None


def test_given_the_door_is_on_file_then_the_same_door_is_taken(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    door = factories.premise()
    estate = door.building_unit.building.estate
    db.session.commit()
    ring(None)
    answer = client_as("alice").post(
        "/desk/customer",
        json={
            "contact_id": CONTACT, "estate": estate.pub,
            "building": door.building_unit.building.building_norm,
            "unit": door.building_unit.unit_norm, "door": door.door_norm,
        },
    )  # fmt: skip
    assert answer.json["premise"] == door.pub
    assert db.session.scalars(select(PhoneLink)).one().premise_id == door.id


def test_it_names_the_fields_that_are_missing(client_as: SignIn, ring: Callable[..., None]):
    ring(None)
    answer = client_as("alice").post("/desk/customer", json={"contact_id": CONTACT})
    assert answer.status_code == 422 and "estate" in answer.json["error"]["details"]["fields"]


def test_it_opens_a_ticket_with_the_call_attached_and_only_once(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None]
):
    door, kind = household(db), factories.kind()
    ring(profile_for_number(NUMBER), state="talking")
    form = {
        "contact_id": CONTACT, "premise_id": door.pub, "kind": kind.code, "urgency": "U2",
        "text": "家里没有水", "contact_name": "王秀兰", "op_id": "0123456789abc",
    }  # fmt: skip
    browser = client_as("alice")
    first, again = (browser.post("/desk/tickets", json=form) for _ in range(2))
    assert first.status_code == 201 and first.json == again.json
    ticket = db.session.scalars(select(Ticket)).one()
    contact = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
    assert ticket.source_contact_id == contact.id and ticket.premise_id == door.id
    assert contact.premise_id == door.id


def test_it_stores_the_result_and_then_ends_the_wrap_up(
    db: SQLAlchemy, client_as: SignIn, ring: Callable[..., None], live_redis: redis.Redis
):
    ring(None, state="wrapping")
    browser = client_as("alice")
    for result in ("resolved", "chased"):
        answer = browser.post(
            "/desk/wrap-up",
            json={"contact_id": CONTACT, "result": result, "note": "好", "finish": "finish_wrap_up"},
        )
        assert answer.status_code == 202
    row = db.session.scalars(select(WrapUp)).one()
    assert row.note == "好" and not row.auto
    assert [command.type for command in sent(live_redis)] == ["finish_wrap_up"] * 2


def test_given_a_reason_then_the_agent_is_not_ready_for_it_after_the_wrap_up(
    client_as: SignIn, ring: Callable[..., None], live_redis: redis.Redis
):
    ring(None, state="wrapping")
    answer = client_as("alice").post(
        "/desk/wrap-up",
        json={"contact_id": CONTACT, "result": "resolved", "finish": "not_ready", "reason": "meal"},
    )
    assert answer.status_code == 202
    command = sent(live_redis)[-1]
    assert (command.type, command.body["reason"]) == ("not_ready", "meal")


@pytest.mark.parametrize("result", ["", "no_result", "nonsense"])
def test_it_demands_a_result(
    client_as: SignIn, ring: Callable[..., None], live_redis: redis.Redis, result: str
):
    ring(None, state="wrapping")
    answer = client_as("alice").post(
        "/desk/wrap-up",
        json={"contact_id": CONTACT, "result": result, "finish": "finish_wrap_up"},
    )
    assert answer.status_code == 422 and "result" in answer.json["error"]["details"]["fields"]
    assert not sent(live_redis)


def test_it_saves_no_result_for_another_agents_call(
    client_as: SignIn, ring: Callable[..., None]
):
    ring(None, state="wrapping")
    answer = client_as("charlie").post(
        "/desk/wrap-up", json={"contact_id": CONTACT, "result": "resolved"}
    )
    assert answer.status_code == 404


def test_it_finds_doors_while_the_address_is_typed(db: SQLAlchemy, client_as: SignIn):
    door = household(db)
    browser = client_as("alice")
    assert door.pub in browser.get("/desk/find?q=20001350").text
    assert door.pub not in browser.get("/desk/find?q=2").text
    assert "没有找到" in browser.get("/desk/find?q=%3Cscript%3E").text
