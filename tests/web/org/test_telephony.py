from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import select

from crm_web import paging
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import Agent, ConfigSnapshot, Queue, User
from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from esl_controller.domain.snapshot import Snapshot

TIMES = {"ring_s": 20, "wrap_up_s": 45, "target_s": 20, "short_abandon_s": 5}


def published(live_redis) -> Snapshot:
    return Snapshot.from_json(json.loads(live_redis.get(keys.TELEPHONY)))


def commands(live_redis):
    return [decode(entry[keys.ENTRY_FIELD]) for _id, entry in live_redis.xrange(keys.COMMANDS)]


def queue_form(db, code="general", **values):
    queue = db.session.scalars(select(Queue).where(Queue.code == code)).one()
    return {
        "ver": queue.ver,
        "name": queue.name,
        "strategy": queue.strategy,
        "active": "1",
        **TIMES,
        "level:1001": "1",
        **values,
    }


def test_it_publishes_a_snapshot_that_the_controller_can_read(client_as, live_redis, db):
    assert client_as("dana").post("/org/publish").status_code == 302
    snapshot = published(live_redis)
    assert snapshot.version == 1
    assert snapshot.find_called_number("96001").flow == "water_main"
    assert [m.agent_no for m in snapshot.find_queue("general").members] == ["1001", "1005"]
    agent = snapshot.find_agent("1001")
    digest = hashlib.md5(b"1001:hotline.clearline:secret of 1001").hexdigest()
    assert (agent.name, agent.media, agent.ha1) == ("林晓", "rehearsal", digest)
    assert "secret of" not in live_redis.get(keys.TELEPHONY)
    command = commands(live_redis)[-1]
    assert (command.type, command.body["version"]) == ("config.published", 1)


def test_given_nothing_changed_it_sends_the_same_version_again(client_as, live_redis, db):
    browser = client_as("dana")
    browser.post("/org/publish")
    live_redis.delete(keys.TELEPHONY)
    browser.post("/org/publish")
    assert published(live_redis).version == 1
    assert len(commands(live_redis)) == 2
    assert len(db.session.scalars(select(ConfigSnapshot)).all()) == 1


def test_it_edits_a_queue_with_its_members_and_publishes(client_as, live_redis, db):
    data = queue_form(db, name="总台", ring_s=15, **{"level:1001": "2", "level:1005": "1"})
    assert client_as("dana").post("/org/queues/general", data=data).status_code == 302
    queue = published(live_redis).find_queue("general")
    assert (queue.name, queue.ring_s) == ("总台", 15)
    assert [(m.agent_no, m.level) for m in queue.members] == [("1005", 1), ("1001", 2)]


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"ring_s": "4"},
        {"ring_s": "9999"},
        {"ring_s": "abc"},
        {"ring_s": "٣"},
        {"strategy": "by_mood"},
        {"level:1001": "0"},
        {"level:1001": "99"},
        {"level:4711": "1"},
    ],
)
def test_given_bad_input_a_queue_stays_as_it_was(client_as, live_redis, db, bad):
    answer = client_as("dana").post("/org/queues/general", data=queue_form(db, **bad))
    assert answer.status_code == 422
    assert live_redis.get(keys.TELEPHONY) is None
    assert db.session.scalars(select(Queue)).one().name == "综合"


def test_given_an_old_version_of_a_queue_it_refuses(client_as, db):
    data = queue_form(db, ver=99)
    assert client_as("dana").post("/org/queues/general", data=data).status_code == 409


def test_it_creates_a_queue_once(client_as, db, live_redis):
    data = {"code": "repair", "name": "报修", "strategy": "longest_idle", "active": "1", **TIMES}
    browser = client_as("dana")
    assert browser.post("/org/queues/new", data=data).status_code == 302
    assert published(live_redis).find_queue("repair").name == "报修"
    assert browser.post("/org/queues/new", data=data).status_code == 422


def test_given_the_fallback_queue_of_a_number_it_cannot_be_switched_off(client_as, db, live_redis):
    data = queue_form(db)
    del data["active"]
    answer = client_as("dana").post("/org/queues/general", data=data)
    assert answer.status_code == 409
    assert db.session.scalars(select(Queue)).one().active
    assert live_redis.get(keys.TELEPHONY) is None


def test_it_makes_an_agent_of_a_user(client_as, db, cast, live_redis):
    url = f"/org/users/{cast['bob'].pub}/agent"
    browser = client_as("dana")
    data = {"agent_no": "2001", "media": "webrtc"}
    assert browser.post(url, data=data).status_code == 302
    assert published(live_redis).find_agent("2001").name == "陈国栋"
    assert browser.post(url, data=data).status_code == 409


@pytest.mark.parametrize("agent_no", ["", "12", "0123", "1001", "abcd", "1' OR 1", "123456789"])
def test_given_a_bad_or_taken_number_it_makes_no_agent(client_as, db, cast, agent_no):
    data = {"agent_no": agent_no, "media": "webrtc"}
    answer = client_as("dana").post(f"/org/users/{cast['bob'].pub}/agent", data=data)
    assert answer.status_code in (409, 422)
    assert len(db.session.scalars(select(Agent)).all()) == 2


def test_it_edits_an_agent(client_as, db, live_redis):
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    secret = agent.extension.sip_secret
    data = {"ver": agent.ver, "media": "webrtc", "wrap_up_s": "30", "active": "1"}
    browser = client_as("dana")
    assert browser.post("/org/agents/1001", data=data).status_code == 302
    assert published(live_redis).find_agent("1001").wrap_up_s == 30
    db.session.refresh(agent.extension)
    assert agent.extension.sip_secret == secret
    assert browser.post("/org/agents/1001", data={**data, "ver": 0}).status_code == 409
    db.session.refresh(agent)
    for bad in ({"wrap_up_s": "-1"}, {"wrap_up_s": "601"}, {"media": "tin_can"}, {"media": ""}):
        answer = browser.post("/org/agents/1001", data={**data, "ver": agent.ver, **bad})
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("media", ["sip", "remote"])
def test_it_shows_the_password_of_a_desk_phone_once(client_as, db, live_redis, media):
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    secret = agent.extension.sip_secret
    data = {"ver": agent.ver, "media": media, "active": "1"}
    browser = client_as("dana")
    answer = browser.post("/org/agents/1001", data=data)
    db.session.refresh(agent)
    db.session.refresh(agent.extension)
    assert agent.extension.sip_secret != secret
    assert answer.status_code == 200 and agent.extension.sip_secret in answer.text
    assert agent.extension.sip_secret not in browser.get("/org/agents/1001").text
    assert browser.post("/org/agents/1001", data={**data, "ver": agent.ver}).status_code == 302
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "agent.edit")).first()
    assert (row.after["media"], row.after["new_secret"]) == (media, True)
    assert agent.extension.sip_secret not in str(row.after)


def test_given_a_new_password_is_wanted_it_makes_and_shows_one(client_as, db, live_redis):
    browser = client_as("dana")
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    browser.post("/org/agents/1001", data={"ver": agent.ver, "media": "sip", "active": "1"})
    db.session.refresh(agent)
    before = agent.extension.sip_secret
    data = {"ver": agent.ver, "media": "sip", "active": "1", "new_secret": "1"}
    answer = browser.post("/org/agents/1001", data=data)
    db.session.refresh(agent.extension)
    assert agent.extension.sip_secret != before and agent.extension.sip_secret in answer.text


def test_given_a_desk_phone_becomes_a_browsers_its_password_is_of_no_use(
    client_as, db, live_redis
):
    browser = client_as("dana")
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    browser.post("/org/agents/1001", data={"ver": agent.ver, "media": "sip", "active": "1"})
    db.session.refresh(agent)
    known = agent.extension.sip_secret
    data = {"ver": agent.ver, "media": "webrtc", "active": "1"}
    assert browser.post("/org/agents/1001", data=data).status_code == 302
    db.session.refresh(agent.extension)
    assert agent.extension.sip_secret != known


def test_it_shows_the_phone_of_a_new_agent_once(client_as, cast, db):
    data = {"agent_no": "2001", "media": "remote"}
    answer = client_as("dana").post(f"/org/users/{cast['bob'].pub}/agent", data=data)
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "2001")).one()
    assert agent.extension.sip_secret in answer.text and "hotline.clearline" in answer.text


def test_it_adds_and_changes_a_called_number(client_as, live_redis):
    data = {
        "number": "96002",
        "label": "供热",
        "flow_code": "water_main",
        "queue_code": "general",
        "active": "1",
    }
    browser = client_as("dana")
    assert browser.post("/org/numbers/new", data=data).status_code == 302
    assert published(live_redis).find_called_number("96002").label == "供热"
    assert browser.post("/org/numbers/new", data=data).status_code == 409
    for bad in ({"number": "x"}, {"label": ""}, {"flow_code": "no"}, {"queue_code": "no"}):
        assert browser.post("/org/numbers/new", data={**data, **bad}).status_code == 422


def test_given_another_user_it_refuses(client_as, db):
    for name in ("alice", "bob", "eve"):
        browser = client_as(name)
        assert browser.post("/org/publish").status_code == 403
        assert browser.post("/org/queues/general", data=queue_form(db)).status_code == 403


def test_it_refuses_the_wrong_method(client_as):
    assert client_as("dana").get("/org/publish").status_code == 405


def test_given_a_flow_of_the_same_text_its_version_stays(client_as, live_redis, db):
    browser = client_as("dana")
    browser.post("/org/publish")
    data = queue_form(db, name="总台")
    browser.post("/org/queues/general", data=data)
    snapshot = published(live_redis)
    assert (snapshot.version, snapshot.flows["water_main"].version) == (2, 1)
    assert db.session.scalars(select(User)).first() is not None


@pytest.mark.parametrize("path", ["/org/agents", "/org/queues", "/org/numbers", "/org/roles"])
def test_its_lists_have_pages(client_as, monkeypatch, path):
    monkeypatch.setattr(paging.paginate, "__defaults__", (1,))
    browser = client_as("dana")
    first = browser.get(path).text
    assert browser.get(f"{path}?page=9999").status_code == 200
    assert browser.get(f"{path}?page=-1' OR 1=1").text.count("<tr>") == first.count("<tr>")


def test_given_bad_input_a_number_keeps_what_was_entered(client_as, live_redis):
    data = {"number": "x", "label": "供热", "flow_code": "water_main", "queue_code": "general"}
    answer = client_as("dana").post("/org/numbers/new", data=data)
    assert answer.status_code == 422
    assert 'value="供热"' in answer.text and 'aria-invalid="true"' in answer.text


def test_given_bad_input_an_agent_keeps_what_was_entered(client_as, db):
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
    data = {"ver": agent.ver, "media": "sip", "wrap_up_s": "9999", "active": "1"}
    answer = client_as("dana").post("/org/agents/1001", data=data)
    assert answer.status_code == 422
    assert 'value="9999"' in answer.text and '<option value="sip" selected>' in answer.text
