"""The phone beside the board: for who may listen, with or without a desk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.org import publishing
from crm_web.areas.org.models import Agent, Extension, Role, User, UserRole
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]
CONTACT = "01JDC0NTACT00000000000000A"


def with_number(db: SQLAlchemy, login: str, agent_no: str = "2002") -> None:
    user = db.session.scalars(select(User).where(User.login_name == login)).one()
    phone = Extension(number=agent_no, kind="webrtc", sip_secret=f"secret of {agent_no}")
    db.session.add(Agent(agent_no=agent_no, user=user, extension=phone, media="webrtc"))
    db.session.commit()


@pytest.fixture
def published(app: Flask, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eve, the director, has an agent number, and real phones know of it."""
    with_number(db, "eve")
    settings = replace(app.extensions["settings"], switch="freeswitch")
    monkeypatch.setitem(app.extensions, "settings", settings)
    with app.app_context(), unit_of_work():
        publishing.publish()


def sent(live_redis: redis.Redis) -> list[str]:
    entries = live_redis.xrange(keys.COMMANDS)
    types = [decode(entry[keys.ENTRY_FIELD]).type for _id, entry in entries]
    return [type_ for type_ in types if type_ != "config.published"]


def test_a_director_with_an_agent_number_has_a_phone_and_listens(
    published: None, client_as: SignIn, live_redis: redis.Redis
):
    eve = client_as("eve")
    page = eve.get("/supervisor").text
    assert '"agent_no": "2002"' in page and '"monitor": true' in page
    assert 'id="phone-lamp"' in page and 'id="no-number"' not in page
    answer = eve.post("/supervisor/chair/phone-session", json={"desk": "tab"})
    assert answer.json["extension"] == "2002"
    for action in ("sign_in", "answer", "hang_up", "finish_wrap_up", "sign_out"):
        assert eve.post("/supervisor/chair/commands", json={"type": action}).status_code == 202
    data = {"action": "monitor", "contact_id": CONTACT}
    assert eve.post("/supervisor/agents/1001/call", json=data).status_code == 202
    assert sent(live_redis)[0] == "sign_in" and sent(live_redis)[-1] == "monitor"


def test_who_only_listens_is_never_made_ready_and_has_no_desk(
    published: None, client_as: SignIn, live_redis: redis.Redis
):
    eve = client_as("eve")
    for action in ("ready", "dial", "transfer", "", "monitor"):
        assert eve.post("/supervisor/chair/commands", json={"type": action}).status_code == 422
    assert eve.post("/desk/commands", json={"type": "ready"}).status_code == 403
    assert '"desk": ""' in eve.get("/supervisor").text
    assert sent(live_redis) == []


def test_a_quality_inspector_with_an_agent_number_is_offered_listening_and_nothing_else(
    published: None, client_as: SignIn, db: SQLAlchemy, live_redis: redis.Redis
):
    inspector = db.session.scalars(select(Role.id).where(Role.code == "quality_inspector")).one()
    eve = db.session.scalars(select(User).where(User.login_name == "eve")).one()
    held = db.session.scalars(select(UserRole).where(UserRole.user_id == eve.id)).one()
    db.session.delete(held)
    db.session.add(UserRole(user_id=eve.id, role_id=inspector, unit_id=held.unit_id))
    db.session.commit()
    browser = client_as("eve")
    page = browser.get("/supervisor").text
    assert '"monitor": true' in page and '"whisper": false' in page
    for action, status in (("monitor", 202), ("whisper", 403), ("forced_release", 403)):
        data = {"action": action, "contact_id": CONTACT}
        assert browser.post("/supervisor/agents/1001/call", json=data).status_code == status


def test_it_tells_of_the_own_phone(
    published: None, client_as: SignIn, live_redis: redis.Redis
):
    view = {"agent_no": "2002", "state": "not_ready", "call": None}
    live_redis.hset(keys.LIVE_AGENTS, "2002", json.dumps(view))
    found = client_as("eve").get("/supervisor/chair").json
    assert found["agent"]["state"] == "not_ready" and found["call"] is None


def test_who_has_no_agent_number_has_no_phone(client_as: SignIn):
    eve = client_as("eve")
    assert eve.get("/supervisor/chair").status_code == 403
    assert eve.post("/supervisor/chair/phone-session", json={}).status_code == 403
    assert "你的账号没有坐席工号" in eve.get("/supervisor").text


def test_who_may_not_listen_has_no_phone_there_and_reads_of_none(client_as: SignIn):
    dana = client_as("dana")
    assert dana.get("/supervisor/chair").status_code == 403
    assert dana.post("/supervisor/chair/commands", json={"type": "sign_in"}).status_code == 403
    assert 'id="no-number"' not in dana.get("/supervisor").text


def test_given_a_number_that_is_not_published_then_it_says_so(client_as: SignIn, db: SQLAlchemy):
    with_number(db, "eve")
    page = client_as("eve").get("/supervisor").text
    assert "你的工号还没有发布" in page and '"monitor": false' in page


@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null", '[{"action": "monitor"}]', "{", ""])
@pytest.mark.parametrize(
    "path",
    ["agents/1001/orders", "agents/1001/call", "notices", "chair/commands"],
)
def test_given_a_body_that_is_no_object_then_it_is_refused(
    client_as: SignIn, published: None, path: str, body: str
):
    answer = client_as("eve").post(
        f"/supervisor/{path}", data=body, content_type="application/json"
    )
    assert answer.status_code == 422
