"""The credentials of the page's phone: short-lived, one page at a time, gone with the login."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from crm_web import phone_sessions
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org import publishing
from crm_web.areas.org.models import Agent
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys

URL = "/desk/phone-session"


def publish(app) -> None:
    with app.app_context(), unit_of_work():
        publishing.publish()


@pytest.fixture
def on_freeswitch(app, monkeypatch):
    """The configuration as it is with real phones, published."""
    settings = replace(app.extensions["settings"], switch="freeswitch")
    monkeypatch.setitem(app.extensions, "settings", settings)
    publish(app)


def stored(live_redis, sid):
    record = live_redis.get(f"{keys.PHONE_SESSION}{sid}")
    return json.loads(record) if record else None


def audited(db, action):
    db.session.rollback()
    return list(db.session.scalars(select(AuditLog).where(AuditLog.action == action)))


def test_it_gives_the_page_what_its_own_phone_registers_with(
    on_freeswitch, client_as, live_redis, db
):
    answer = client_as("alice").post(URL, json={"desk": "tab-1"}).json
    assert answer["uri"] == "sip:1001@hotline.clearline"
    assert (answer["extension"], answer["realm"]) == ("1001", "hotline.clearline")
    assert answer["ws_url"].startswith("ws://")
    record = stored(live_redis, answer["sid"])
    assert (record["extension"], record["ha1"]) == ("1001", answer["ha1"])
    assert 0 < live_redis.ttl(f"{keys.PHONE_SESSION}{answer['sid']}") <= keys.PHONE_SESSION_S
    (row,) = audited(db, "phone.session")
    assert row.entity_id == "1001" and answer["ha1"] not in str(row.after)


def test_it_never_gives_the_secret_of_the_extension(on_freeswitch, client_as, app):
    with app.app_context():
        body = publishing.latest().body
    published = {agent["agent_no"]: agent["ha1"] for agent in body["agents"]}
    first = client_as("alice").post(URL, json={}).json["ha1"]
    second = client_as("alice").post(URL, json={}).json["ha1"]
    assert len({first, second, published["1001"]}) == 3


def test_given_a_newer_page_the_earlier_credentials_end(on_freeswitch, client_as, live_redis):
    old = client_as("alice").post(URL, json={"desk": "tab-1"}).json["sid"]
    new = client_as("alice").post(URL, json={"desk": "tab-2"}).json["sid"]
    assert stored(live_redis, old) is None
    assert stored(live_redis, new)


def test_given_another_page_has_the_phone_it_refuses(on_freeswitch, client_as, live_redis):
    owner = client_as("alice").post(URL, json={"desk": "tab-1"}).json["sid"]
    live_redis.set(f"{keys.PHONE_OWNER}1001", "tab-1")
    answer = client_as("alice").post(URL, json={"desk": "tab-2"})
    assert answer.status_code == 409 and "另一个页面" in answer.json["error"]["message"]
    assert stored(live_redis, owner)


def test_given_a_desk_phone_it_gives_a_page_nothing(on_freeswitch, client_as, db, app):
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    agent.media = "sip"
    db.session.commit()
    publish(app)
    assert client_as("alice").post(URL, json={}).status_code == 409


def test_given_nothing_is_published_then_the_phone_says_why(client_as):
    answer = client_as("alice").post(URL, json={})
    assert answer.status_code == 503 and "发布" in answer.json["error"]["message"]


@pytest.mark.parametrize("body", [None, [], "x", {"desk": 5}, {"desk": "x" * 5000}])
def test_given_an_odd_body_it_still_gives_only_the_own_phone(on_freeswitch, client_as, body):
    assert client_as("alice").post(URL, json=body).json["extension"] == "1001"


def test_given_somebody_without_a_phone_it_refuses(on_freeswitch, client_as):
    assert client_as("bob").post(URL, json={}).status_code == 403
    assert client_as("dana").post(URL, json={}).status_code == 403
    assert client_as("alice").get(URL).status_code == 405


def test_given_signing_out_of_the_site_the_credentials_end_at_once(
    on_freeswitch, client_as, live_redis
):
    alice = client_as("alice")
    sid = alice.post(URL, json={}).json["sid"]
    client_as("alice").post("/logout")  # another browser of hers
    assert stored(live_redis, sid)
    alice.post("/logout")
    assert stored(live_redis, sid) is None


def test_given_a_reset_password_or_a_leaver_the_credentials_end(
    on_freeswitch, client_as, live_redis, cast
):
    sid = client_as("alice").post(URL, json={}).json["sid"]
    client_as("dana").post(f"/org/users/{cast['alice'].pub}/password")
    assert stored(live_redis, sid) is None


def test_given_signing_out_is_only_asked_for_then_the_credentials_stay(
    on_freeswitch, client_as, live_redis
):
    alice = client_as("alice")
    sid = alice.post(URL, json={}).json["sid"]
    assert alice.post("/desk/commands", json={"type": "sign_out"}).status_code == 202
    assert live_redis.ttl(f"{keys.PHONE_SESSION}{sid}") > phone_sessions.GOODBYE_S
    assert live_redis.get(f"{keys.PHONE_NEWEST}1001") == sid


def test_given_the_agent_is_signed_out_then_the_page_has_time_to_unregister(
    on_freeswitch, client_as, live_redis
):
    alice = client_as("alice")
    sid = alice.post(URL, json={}).json["sid"]
    for _time in range(2):
        assert alice.post(f"{URL}/end", json={"sid": sid}).status_code == 204
        assert 0 < live_redis.ttl(f"{keys.PHONE_SESSION}{sid}") <= phone_sessions.GOODBYE_S
    assert live_redis.get(f"{keys.PHONE_NEWEST}1001") is None


def test_it_ends_neither_what_a_newer_page_has_nor_what_is_somebody_else_s(
    on_freeswitch, client_as, live_redis
):
    alice = client_as("alice")
    old = alice.post(URL, json={}).json["sid"]
    new = alice.post(URL, json={}).json["sid"]
    for browser, sid in ((alice, old), (client_as("charlie"), new), (alice, "")):
        assert browser.post(f"{URL}/end", json={"sid": sid}).status_code == 204
    assert live_redis.ttl(f"{keys.PHONE_SESSION}{new}") > phone_sessions.GOODBYE_S
    assert live_redis.get(f"{keys.PHONE_NEWEST}1001") == new


def test_it_keeps_the_credentials_of_a_desk_that_is_alive(
    on_freeswitch, client_as, live_redis, app
):
    sid = client_as("alice").post(URL, json={}).json["sid"]
    live_redis.expire(f"{keys.PHONE_SESSION}{sid}", 10)
    with app.app_context():
        phone_sessions.keep({"1001", "4711"})
    assert live_redis.ttl(f"{keys.PHONE_SESSION}{sid}") > 10
