"""Reaching others from the desk: whom, with which number, and what goes along with the call."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.customers.models import PhoneLink
from crm_web.areas.org.models import Role, RolePermission, UserRole
from crm_web.columns import utc_now
from crm_web.realtime import notices
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from esl_controller.domain.ids import new_ulid
from tests import factories
from tests.web.browser import Browser

CONTACT = "01JDC0NTACT00000000000000A"
NUMBER = "13600000427"
SignIn = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def talk(live_redis: redis.Redis) -> None:
    """Alice talks; Charlie was called into the call; 1003 has nothing to do with it."""
    call = {"contact_id": CONTACT, "state": "consulting", "agent_no": "1001"}
    for number, contact in (("1001", call), ("1005", call), ("1003", None)):
        view = {"agent_no": number, "name": number, "state": "on_call", "call": contact}
        live_redis.hset(keys.LIVE_AGENTS, number, json.dumps(view))
    live_redis.hset(keys.LIVE_CALLS, CONTACT, json.dumps({**call, "caller_number": NUMBER}))
    queue = {"queue": "general", "name": "综合", "waiting": 2, "ready": 1}
    live_redis.hset(keys.LIVE_QUEUES, "general", json.dumps(queue))


def last(live_redis: redis.Redis) -> Any:
    return decode(live_redis.xrevrange(keys.COMMANDS, count=1)[0][1][keys.ENTRY_FIELD])


def does(browser: Browser, action: str, **body: Any) -> Any:
    return browser.post("/desk/commands", json={"type": action, "body": body})


def test_it_lists_colleagues_and_groups_as_they_are(client_as: SignIn):
    answer = client_as("alice").get("/desk/colleagues").json
    assert [agent["agent_no"] for agent in answer["agents"]] == ["1003", "1005"]
    assert answer["queues"][0]["waiting"] == 2
    assert "call" not in answer["agents"][0]


def test_it_lists_the_menus_that_a_caller_may_be_sent_to(client_as: SignIn):
    flows = client_as("alice").get("/desk/colleagues").json["flows"]
    assert {"flow": "gas_main", "name": "燃气热线主流程"} in flows


def test_it_says_who_is_an_expert_as_long_as_the_role_lasts_and_for_which_groups(
    db: SQLAlchemy, client_as: SignIn, cast: dict[str, Any]
):
    expert = db.session.scalars(select(Role).where(Role.code == "expert")).one()
    charlie = cast["charlie"]
    given = UserRole(user_id=charlie.id, role_id=expert.id, unit_id=charlie.unit_id)
    db.session.add(given)
    db.session.commit()
    shown = client_as("alice").get("/desk/colleagues").json["agents"]
    assert {one["agent_no"]: one["expert"] for one in shown} == {"1003": False, "1005": True}
    assert next(one["groups"] for one in shown if one["agent_no"] == "1005") == ["综合"]
    given.expires_at = utc_now() - timedelta(days=1)
    db.session.commit()
    shown = client_as("alice").get("/desk/colleagues").json["agents"]
    assert not any(one["expert"] for one in shown)


def test_it_sends_a_caller_to_a_menu_but_consults_nobody_there(
    client_as: SignIn, live_redis: redis.Redis
):
    browser = client_as("alice")
    assert does(browser, "transfer", kind="flow", value="gas_main").status_code == 202
    assert last(live_redis).body["value"] == "gas_main"
    for action in ("consult", "invite", "dial"):
        assert does(browser, action, kind="flow", value="gas_main").status_code == 422
    for bad in ("", "Gas", "gas main", "a" * 41, "x XML callers", None):
        assert does(browser, "transfer", kind="flow", value=bad).status_code == 422


def test_it_dials_a_number_that_the_page_only_has_masked(
    db: SQLAlchemy, client_as: SignIn, live_redis: redis.Redis
):
    door = factories.premise()
    factories.phone_link(factories.phone(), factories.customer("王秀兰"), door)
    db.session.commit()
    link = db.session.scalars(select(PhoneLink)).one()
    answer = does(client_as("alice"), "dial", kind="outside", phone_link_id=link.id)
    assert answer.status_code == 202
    assert last(live_redis).body["value"].endswith(NUMBER)


def test_it_calls_back_the_caller_of_a_call(client_as: SignIn, live_redis: redis.Redis):
    assert does(client_as("alice"), "dial", kind="outside", caller_of=CONTACT).status_code == 202
    assert last(live_redis).body["value"] == NUMBER


def test_it_calls_back_about_a_ticket_that_the_agent_may_see(
    db: SQLAlchemy, client_as: SignIn, live_redis: redis.Redis, cast: dict[str, Any]
):
    phone = factories.phone()
    seen = factories.ticket(cast["alice"].id, phone_id=phone.id)
    hidden = factories.ticket(cast["charlie"].id, phone_id=phone.id)
    for row in db.session.scalars(select(RolePermission)):
        if row.permission == "ticket.view":
            row.scope = "own"
    db.session.commit()
    browser = client_as("alice")
    assert f"callback_of={seen.pub}" in browser.get(f"/tickets/{seen.pub}").text
    assert does(browser, "dial", kind="outside", callback_of=seen.pub).status_code == 202
    assert last(live_redis).body["value"].endswith(NUMBER)
    assert "****" in browser.get(f"/desk/number?callback_of={seen.pub}").json["label"]
    for pub in (hidden.pub, CONTACT):
        assert does(browser, "dial", kind="outside", callback_of=pub).status_code == 404
        assert browser.get(f"/desk/number?callback_of={pub}").status_code == 404


def test_it_refuses_a_number_that_is_gone(client_as: SignIn, live_redis: redis.Redis):
    assert does(client_as("alice"), "dial", kind="outside", phone_link_id=99).status_code == 422
    assert not live_redis.exists(keys.COMMANDS)


def test_a_number_of_another_page_reaches_the_desk_masked(client_as: SignIn):
    browser = client_as("alice")
    found = browser.get(f"/desk/number?caller_of={CONTACT}")
    assert found.json["what"] == {"caller_of": CONTACT}
    assert "****" in found.json["label"] and NUMBER not in found.text
    assert browser.get("/desk/number?phone_link_id=99").status_code == 422
    assert browser.get("/desk/number?phone_link_id=x").status_code == 422


def test_an_outside_number_needs_its_permission(
    db: SQLAlchemy, client_as: SignIn, live_redis: redis.Redis
):
    for row in db.session.scalars(select(RolePermission)):
        if row.permission == "call.transfer_outside":
            db.session.delete(row)
    db.session.commit()
    browser = client_as("alice")
    assert does(browser, "transfer", kind="outside", value="13912345678").status_code == 403
    assert browser.get(f"/desk/number?caller_of={CONTACT}").status_code == 403
    assert does(browser, "transfer", kind="agent", value="1005").status_code == 202


def test_a_draft_goes_with_the_call(client_as: SignIn):
    alice, charlie = client_as("alice"), client_as("charlie")
    url = f"/desk/drafts/{CONTACT}"
    written = {"form": "ticket", "values": {"text": "没有水", "csrf_token": "x"}, "rev": 0}
    assert alice.post(url, json=written).json == {"rev": 1}
    draft = charlie.get(url).json["ticket"]
    assert draft["values"] == {"text": "没有水"} and draft["by"] == "林晓"


def test_given_a_colleague_wrote_in_between_then_the_newer_draft_comes_back(client_as: SignIn):
    alice, charlie = client_as("alice"), client_as("charlie")
    url = f"/desk/drafts/{CONTACT}"
    alice.post(url, json={"form": "ticket", "values": {"text": "一"}, "rev": 0})
    charlie.post(url, json={"form": "ticket", "values": {"text": "二"}, "rev": 1})
    answer = alice.post(url, json={"form": "ticket", "values": {"text": "三"}, "rev": 1})
    assert answer.status_code == 409
    assert answer.json["error"]["details"]["draft"]["values"] == {"text": "二"}


@pytest.mark.parametrize(
    ("form", "values", "status"),
    [("wrap-up", {}, 422), ("ticket", None, 422), ("ticket", {str(n): 1 for n in range(50)}, 422)],
)
def test_it_refuses_what_is_no_draft(client_as: SignIn, form: str, values: Any, status: int):
    data = {"form": form, "values": values, "rev": 0}
    assert client_as("alice").post(f"/desk/drafts/{CONTACT}", json=data).status_code == status


def test_a_draft_is_for_those_on_the_call(client_as: SignIn, live_redis: redis.Redis):
    live_redis.hdel(keys.LIVE_AGENTS, "1005")
    browser, url = client_as("charlie"), f"/desk/drafts/{CONTACT}"
    assert browser.get(url).status_code == 404
    data = {"form": "ticket", "values": {}, "rev": 0}
    assert browser.post(url, json=data).status_code == 404


def test_a_message_stays_until_it_is_put_away(client_as: SignIn, app: Flask):
    with app.test_request_context():
        for to in ("all", "1001", "1005"):
            notices._deliver(notice(to))
    browser = client_as("alice")
    shown = browser.get("/desk/notices").json["notices"]
    assert [one["to"] for one in shown] == ["all", "1001"]
    assert browser.post("/desk/notices/seen", json={"id": shown[-1]["id"]}).status_code == 204
    assert browser.get("/desk/notices").json["notices"] == []


def notice(to: str) -> dict[str, Any]:
    return {"id": new_ulid(), "at": 1, "to": to, "text": "停水延长", "by": "陈国栋", "urgent": False}
