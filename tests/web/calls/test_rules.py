"""Recording rules: who may change them, what is refused, what the controller is told."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import RecordingRule
from esl_controller.contract import keys
from esl_controller.domain.recording_rules import RecordingPolicy
from esl_controller.domain.recording_rules import RecordingRule as Told
from esl_controller.domain.snapshot import Snapshot

PAGE = "/org/recording-rules/"
NEVER = {"subject": "agent:1001", "direction": "inbound", "mode": "never", "keep_days": ""}


def told(live_redis) -> RecordingPolicy:
    return Snapshot.from_json(json.loads(live_redis.get(keys.TELEPHONY))).recording


def test_it_publishes_always_and_no_rules_before_anybody_changed_them(client_as, live_redis, db):
    client_as("dana").post("/org/publish")
    assert told(live_redis) == RecordingPolicy("always", ())


def test_it_adds_a_rule_tells_the_controller_and_writes_it_down(client_as, live_redis, db):
    assert client_as("dana").post(PAGE, data=NEVER).status_code == 302
    assert told(live_redis).rules == (Told("agent", "1001", "inbound", "never"),)
    row = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "recording_rule.edit")
    ).one()
    assert (row.entity_id, row.after["mode"]) == ("agent:1001:inbound", "never")
    text = client_as("dana").get(PAGE).text
    assert "从不录音" in text and "1001 林晓" in text


def test_it_changes_the_default(client_as, live_redis, db):
    form = {"default_mode": "on_demand", "default_keep_days": "90", "ver": "0"}
    assert client_as("dana").post(f"{PAGE}default", data=form).status_code == 302
    assert told(live_redis).mode == "on_demand"
    rule = db.session.scalars(select(RecordingRule)).one()
    assert (rule.scope, rule.keep_days) == ("default", 90)


def test_given_somebody_changed_the_default_meanwhile_then_it_is_a_conflict(client_as, db):
    form = {"default_mode": "never", "default_keep_days": "90", "ver": "0"}
    client_as("dana").post(f"{PAGE}default", data=form)
    assert client_as("dana").post(f"{PAGE}default", data=form).status_code == 409


def test_it_removes_a_rule(client_as, live_redis, db):
    browser = client_as("dana")
    browser.post(PAGE, data=NEVER)
    rule_id = db.session.scalars(select(RecordingRule.id)).one()
    assert browser.post(f"{PAGE}{rule_id}/remove").status_code == 302
    assert told(live_redis).rules == ()
    assert browser.post(f"{PAGE}{rule_id}/remove").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "agent:9999"},
        {"subject": "team:general"},
        {"subject": "agent:1001' OR 1=1"},
        {"direction": "sideways"},
        {"mode": "sometimes"},
        {"keep_days": "0"},
        {"keep_days": "-1"},
        {"keep_days": "ten"},
        {"keep_days": "99999"},
    ],
)
def test_it_refuses_what_is_no_rule(client_as, db, change):
    answer = client_as("dana").post(PAGE, data={**NEVER, **change})
    assert answer.status_code == 422
    assert db.session.scalars(select(RecordingRule)).all() == []


def test_given_the_same_rule_again_then_it_says_so(client_as, db):
    client_as("dana").post(PAGE, data=NEVER)
    answer = client_as("dana").post(PAGE, data={**NEVER, "mode": "always"})
    assert answer.status_code == 422 and "已经有这条规则了" in answer.text


@pytest.mark.parametrize("keep_days", ["", "0", "x"])
def test_it_refuses_a_default_without_an_end(client_as, keep_days):
    form = {"default_mode": "always", "default_keep_days": keep_days, "ver": "0"}
    assert client_as("dana").post(f"{PAGE}default", data=form).status_code == 422


@pytest.mark.parametrize("login", ["alice", "bob", "eve"])
def test_it_is_for_those_who_may_change_telephony_only(client_as, login):
    assert client_as(login).get(PAGE).status_code == 403
    assert client_as(login).post(PAGE, data=NEVER).status_code == 403
