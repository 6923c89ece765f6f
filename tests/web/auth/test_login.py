from __future__ import annotations

import pytest
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.auth.services import MOST_FAILURES
from crm_web.areas.org.models import LoginSession, User
from tests.web.conftest import PASSWORD


def try_login(browser, name="alice", password=PASSWORD, **kwargs):
    return browser.post("/login", data={"login_name": name, "password": password}, **kwargs)


def test_it_signs_in_and_out_again(anonymous, db):
    assert try_login(anonymous).location == "/"
    assert anonymous.get("/account/sessions").status_code == 200
    assert anonymous.post("/logout").location.startswith("/login")
    assert anonymous.get("/account/sessions").location.startswith("/login")
    session = db.session.scalars(select(LoginSession)).one()
    assert session.end_reason == "self"
    rows = db.session.scalars(select(AuditLog).order_by(AuditLog.id)).all()
    told = [(row.action, row.actor_kind, row.actor_name) for row in rows]
    assert told == [("auth.sign_in", "user", "林晓"), ("auth.sign_out", "user", "林晓")]


def test_it_shows_the_form(anonymous):
    page = anonymous.get("/login")
    assert page.status_code == 200
    assert 'name="csrf_token"' in page.text


def test_it_refuses_the_wrong_method(anonymous):
    assert anonymous.delete("/login").status_code == 405


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("alice' OR 1=1 --", PASSWORD),
        ("😀" * 200, "\x00"),
        ("alice", PASSWORD * 500),
    ],
)
def test_given_a_wrong_pair_it_says_the_same_about_each(anonymous, name, password):
    answer = try_login(anonymous, name, password)
    assert answer.status_code == 401
    assert "工号或密码不对" in answer.text
    assert anonymous.get("/account/sessions").status_code == 302


def test_given_no_csrf_token_it_refuses(anonymous):
    assert try_login(anonymous, csrf=False).status_code == 400


def test_given_too_many_failures_it_locks_even_the_right_password_out(anonymous, db, cast):
    for _ in range(MOST_FAILURES):
        try_login(anonymous, "alice", "wrong")
    answer = try_login(anonymous)
    assert answer.status_code == 401
    assert "分钟后再试" in answer.text
    assert db.session.get(User, cast["alice"].id).locked_until is not None


def test_given_many_tries_in_a_minute_it_answers_429(anonymous):
    codes = [try_login(anonymous, "somebody", "wrong").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


def test_given_a_user_who_left_it_refuses(anonymous, db, cast):
    db.session.get(User, cast["alice"].id).status = "left"
    assert try_login(anonymous).status_code == 401


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/tickets?page=2", "/tickets?page=2"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_it_returns_only_to_its_own_pages(anonymous, target, lands):
    answer = anonymous.post(
        "/login", query_string={"next": target}, data={"login_name": "alice", "password": PASSWORD}
    )
    assert answer.location == lands


def test_given_a_signed_in_user_the_form_leads_home(client_as):
    assert client_as("alice").get("/login").location == "/"
