from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import Role, RolePermission, User
from tests.web.conftest import PASSWORD


def form(db, cast, name, **values):
    user = db.session.get(User, cast[name].id)
    return {
        "ver": user.ver,
        "display_name": user.display_name,
        "unit_id": user.unit_id,
        "roles": [given.role.code for given in user.roles],
        "status": user.status,
        **values,
    }


def test_it_lists_and_finds_people(client_as):
    browser = client_as("dana")
    assert "林晓" in browser.get("/org/users").text
    found = browser.get("/org/users?q=1005").text
    assert "郭涛" in found and "林晓" not in found
    assert "没有找到" in browser.get("/org/users?q=%25").text


def test_it_creates_a_user_who_must_change_the_first_password(client_as, anonymous, db, cast):
    answer = client_as("dana").post(
        "/org/users/new",
        data={
            "login_name": "Frank",
            "display_name": "赵铁柱",
            "unit_id": cast["alice"].unit_id,
            "roles": ["agent"],
        },
    )
    assert answer.status_code == 201
    password = re.search(r'class="big num">([^<]+)<', answer.text).group(1)
    form = {"login_name": "frank", "password": password}
    assert anonymous.post("/login", data=form).status_code == 302
    assert anonymous.get("/").location == "/account/password"
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "user.create")).one()
    assert row.after["roles"] == ["agent"]
    assert password not in str(row.after)


@pytest.mark.parametrize(
    "bad",
    [
        {"login_name": "a b"},
        {"login_name": ""},
        {"login_name": "alice"},
        {"display_name": ""},
        {"display_name": "长" * 300},
        {"unit_id": "999999"},
        {"unit_id": "'; DROP TABLE user"},
        {"roles": ["no_such_role"]},
        {"phone": "1" * 500},
    ],
)
def test_given_bad_input_it_shows_the_form_again_and_stores_nothing(client_as, db, cast, bad):
    good = {"login_name": "frank", "display_name": "赵铁柱", "unit_id": cast["alice"].unit_id}
    answer = client_as("dana").post("/org/users/new", data={**good, **bad})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text or "danger" in answer.text
    assert db.session.scalar(select(User.id).where(User.login_name == "frank")) is None


def test_it_edits_a_user_and_records_what_changed(client_as, db, cast):
    answer = client_as("dana").post(
        f"/org/users/{cast['alice'].pub}",
        data=form(db, cast, "alice", display_name="林小晓", roles=["agent", "expert"]),
    )
    assert answer.status_code == 302
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "user.edit")).one()
    assert row.before == {"display_name": "林晓", "roles": ["agent"]}
    assert row.after == {"display_name": "林小晓", "roles": ["agent", "expert"]}


def test_given_an_old_version_it_refuses(client_as, db, cast):
    data = form(db, cast, "alice", ver=99)
    answer = client_as("dana").post(f"/org/users/{cast['alice'].pub}", data=data)
    assert answer.status_code == 409
    assert db.session.get(User, cast["alice"].id).display_name == "林晓"


def test_given_a_leaver_his_sessions_end_and_he_is_off_the_switch(client_as, db, cast, live_redis):
    alice = client_as("alice")
    data = form(db, cast, "alice", status="left")
    assert client_as("dana").post(f"/org/users/{cast['alice'].pub}", data=data).status_code == 302
    assert alice.get("/account/sessions").status_code == 302
    assert '"agent_no": "1001"' not in live_redis.get("config:telephony")


@pytest.mark.parametrize("change", [{"status": "left"}, {"status": "locked"}, {"roles": []}])
def test_it_keeps_the_last_administrator(client_as, db, cast, change):
    data = form(db, cast, "dana", **change)
    answer = client_as("dana").post(f"/org/users/{cast['dana'].pub}", data=data)
    assert answer.status_code == 409
    assert db.session.get(User, cast["dana"].id).status == "active"


def test_it_resets_a_password(client_as, anonymous, cast):
    alice = client_as("alice")
    answer = client_as("dana").post(f"/org/users/{cast['alice'].pub}/password")
    assert answer.status_code == 200
    assert alice.get("/account/sessions").status_code == 302
    old = {"login_name": "alice", "password": PASSWORD}
    assert anonymous.post("/login", data=old).status_code == 401


def test_given_an_unknown_user_it_answers_404(client_as):
    assert client_as("dana").get("/org/users/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404


@pytest.mark.parametrize("path", ["/org/users", "/org/users/new", "/org/roles", "/org/agents"])
def test_given_an_agent_it_refuses(client_as, path):
    assert client_as("alice").get(path).status_code == 403
    assert client_as("bob").get(path).status_code == 403


def test_it_refuses_the_wrong_method(client_as, cast):
    assert client_as("dana").delete(f"/org/users/{cast['alice'].pub}").status_code == 405


def test_it_edits_a_role_with_a_reason(client_as, db):
    role = db.session.scalars(select(Role).where(Role.code == "agent")).one()
    data = {"ver": role.ver, "name": "话务员", "scope:desk.use": "own", "scope:ticket.view": "unit"}
    browser = client_as("dana")
    assert browser.post("/org/roles/agent", data=data).status_code == 422
    answer = browser.post("/org/roles/agent", data={**data, "reason": "收紧权限"})
    assert answer.status_code == 302
    grants = db.session.execute(
        select(RolePermission.permission, RolePermission.scope).where(
            RolePermission.role_id == role.id
        )
    )
    assert dict(grants.all()) == {"desk.use": "own", "ticket.view": "unit"}
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "role.edit")).one()
    assert row.reason == "收紧权限"
    again = browser.post("/org/roles/agent", data={**data, "reason": "收紧权限"})
    assert again.status_code == 409


def test_given_a_role_that_would_lose_the_last_administrator_it_refuses(client_as, db):
    role = db.session.scalars(select(Role).where(Role.code == "administrator")).one()
    data = {"ver": role.ver, "name": role.name, "reason": "不小心的", "scope:audit.view": "all"}
    assert client_as("dana").post("/org/roles/administrator", data=data).status_code == 409


def test_it_shows_every_page_of_the_area(client_as, cast):
    browser = client_as("dana")
    for path in (
        "/org/users/new",
        f"/org/users/{cast['alice'].pub}",
        f"/org/users/{cast['bob'].pub}",
        "/org/roles",
        "/org/roles/agent",
        "/org/agents",
        "/org/agents/1001",
        "/org/queues",
        "/org/queues/new",
        "/org/queues/general",
        "/org/numbers",
        "/org/numbers/new",
        "/org/numbers/96001",
    ):
        assert browser.get(path).status_code == 200, path
