from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import OperationalError

from crm_web.columns import to_ms, utc_now
from crm_web.extensions import db as app_db
from esl_controller.contract import keys


def state(answer, part):
    return answer.json["parts"][part]["state"]


def test_given_only_database_and_redis_it_is_degraded_and_answers_200(anonymous):
    answer = anonymous.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "degraded"
    assert state(answer, "database") == state(answer, "redis") == "ok"
    assert state(answer, "controller") == state(answer, "switch") == "down"
    assert state(answer, "consumer:call-log") == "down"


def say_of_switch(live_redis, up):
    """As the controller of one node writes it."""
    meta = {"switch_up": up, "at": to_ms(utc_now()), "version": 1}
    live_redis.hset(keys.LIVE_META, "node-a", json.dumps(meta))


def test_given_signs_of_life_it_shows_each_part(anonymous, live_redis):
    now = to_ms(utc_now())
    say_of_switch(live_redis, True)
    for group in ("screen-pop", "call-log", "wallboard"):
        live_redis.set(f"health:{group}", json.dumps({"state": "ok", "at": now}))
    live_redis.xadd(keys.EVENTS, {"e": "1"}, id="1000-0")
    live_redis.xgroup_create(keys.EVENTS, "call-log", id="1000-0")
    live_redis.xadd(keys.EVENTS, {"e": "2"}, id="91000-0")
    answer = anonymous.get("/healthz")
    assert state(answer, "switch") == "ok"
    assert state(answer, "consumer:wallboard") == "ok"
    assert state(answer, "consumer:call-log") == "degraded"
    assert answer.json["parts"]["consumer:call-log"]["figures"]["behind_ms"] == 90000


def test_it_says_which_switch_it_is_and_how_much_room_recordings_have(
    anonymous, live_redis, web_settings
):
    web_settings.recordings_dir.mkdir(exist_ok=True)
    say_of_switch(live_redis, True)
    parts = anonymous.get("/healthz").json["parts"]
    assert parts["switch"]["text"] == "rehearsal switch"
    assert parts["switch"]["figures"]["kind"] == "rehearsal"
    assert "GiB free" in parts["recordings"]["text"]
    assert parts["recordings"]["figures"]["free_bytes"] > 0


def test_it_watches_the_workers_of_jobs_and_of_the_clock(anonymous, live_redis):
    answer = anonymous.get("/healthz")
    assert state(answer, "worker:rq") == state(answer, "worker:cron") == "down"
    for name in ("rq", "cron"):
        live_redis.set(f"{keys.HEALTH}{name}", json.dumps({"state": "ok", "at": 1}))
    answer = anonymous.get("/healthz")
    assert state(answer, "worker:rq") == state(answer, "worker:cron") == "ok"
    live_redis.sadd("rq:queues", "rq:queue:default")
    live_redis.rpush("rq:queue:default", "a", "b")
    assert anonymous.get("/healthz").json["parts"]["worker:rq"]["figures"]["waiting"] == 2
    live_redis.zadd("rq:failed:default", {"c": 1})
    worker = anonymous.get("/healthz").json["parts"]["worker:rq"]
    assert (worker["state"], worker["text"]) == ("ok", "jobs failed")
    assert worker["figures"]["failed"] == 1
    live_redis.set(f"{keys.HEALTH}cron", json.dumps({"state": "waits for the database"}))
    assert state(anonymous.get("/healthz"), "worker:cron") == "degraded"


def test_given_a_controller_without_the_switch_it_says_so(anonymous, live_redis):
    say_of_switch(live_redis, False)
    assert state(anonymous.get("/healthz"), "switch") == "down"


def test_given_redis_gone_pages_still_come_and_healthz_answers_503(
    anonymous, client_as, redis_server
):
    browser = client_as("dana")
    redis_server.stop()
    try:
        answer = anonymous.get("/healthz")
        assert answer.status_code == 503
        assert state(answer, "redis") == "down"
        assert browser.get("/account/sessions").status_code == 200
        assert browser.get("/system").status_code == 200
        refused = browser.post("/org/publish")
        assert refused.status_code == 503
        assert "电话不受影响" in refused.text
        wrong = {"login_name": "alice", "password": "wrong"}
        assert anonymous.post("/login", data=wrong).status_code == 401
    finally:
        redis_server.start()
    assert browser.post("/org/publish").status_code == 302


@pytest.fixture
def broken_database(db, monkeypatch):
    """Every connection fails, as with a server that is down."""

    def fail(*_args, **_kwargs):
        raise OperationalError("connect", {}, Exception("the server is down"))

    engine = app_db.engine
    app_db.session.remove()
    engine.dispose()
    monkeypatch.setattr(engine.pool, "connect", fail)


def test_given_the_database_gone_it_answers_503_in_words(anonymous, client_as, request):
    browser = client_as("dana")
    request.getfixturevalue("broken_database")
    answer = browser.get("/org/users")
    assert answer.status_code == 503
    assert "重连" in answer.text
    as_json = browser.get("/org/users", headers={"Accept": "application/json"})
    assert as_json.json["error"]["code"] == "unavailable"
    assert anonymous.get("/login").status_code == 200
    health = anonymous.get("/healthz")
    assert health.status_code == 503
    assert state(health, "database") == "down"


def test_it_shows_the_page_to_the_administrator_only(client_as):
    page = client_as("dana").get("/system").text
    assert "数据库" in page and "定时任务" in page and "没有心跳" in page
    assert client_as("alice").get("/system").status_code == 403


def test_it_refuses_the_wrong_method(anonymous, client_as):
    assert anonymous.post("/healthz").status_code == 405
    assert client_as("dana").post("/system").status_code == 405
