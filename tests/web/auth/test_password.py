from __future__ import annotations

import pytest
from sqlalchemy import select

from crm_web.areas.org.models import LoginSession
from tests.web.conftest import PASSWORD

NEW = "another long secret"


def change(browser, old=PASSWORD, new=NEW, again=NEW):
    return browser.post("/account/password", data={"old": old, "new": new, "again": again})


def test_it_changes_the_password_and_ends_the_other_sessions(client_as, anonymous):
    here, elsewhere = client_as("alice"), client_as("alice")
    assert change(here).status_code == 302
    assert here.get("/account/sessions").status_code == 200
    assert elsewhere.get("/account/sessions").status_code == 302
    form = {"login_name": "alice", "password": NEW}
    assert anonymous.post("/login", data=form).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("wrong", NEW, NEW, "现在的密码不对"),
        (PASSWORD, "short", "short", "密码至少"),
        (PASSWORD, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "太单一"),
        (PASSWORD, "my name is Alice", "my name is Alice", "登录名"),
        (PASSWORD, NEW, "else", "两次输入的不一样"),
        (PASSWORD, PASSWORD, PASSWORD, "和现在的一样"),
        (PASSWORD, "x" * 129, "x" * 129, "密码最多"),
    ],
)
def test_given_a_bad_one_it_says_why_and_keeps_the_old(client_as, old, new, again, says):
    browser = client_as("alice")
    answer = change(browser, old, new, again)
    assert answer.status_code == 422
    assert says in answer.text
    assert change(browser).status_code == 302


def test_it_shows_the_form(client_as):
    assert client_as("alice").get("/account/password").status_code == 200


def test_it_refuses_the_wrong_method(client_as):
    assert client_as("alice").delete("/account/password").status_code == 405


def test_it_ends_one_of_the_own_sessions_and_a_second_time_too(client_as, db):
    elsewhere = client_as("alice")
    pub = db.session.scalars(select(LoginSession.pub)).one()
    here = client_as("alice")
    for _ in range(2):
        assert here.post(f"/account/sessions/{pub}/end").status_code == 302
    assert elsewhere.get("/account/sessions").status_code == 302
    assert here.get("/account/sessions").status_code == 200


def test_given_the_session_of_another_it_answers_404(client_as, db):
    client_as("bob")
    pub = db.session.scalars(select(LoginSession.pub)).one()
    assert client_as("alice").post(f"/account/sessions/{pub}/end").status_code == 404


def test_it_leads_each_one_home(client_as):
    for name in ("alice", "bob", "dana", "eve"):
        assert client_as(name).get("/").location not in ("/", "/login")
