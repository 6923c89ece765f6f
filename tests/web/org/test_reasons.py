"""The limits of not-ready reasons: who sets them, and who sees them."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org import queries

PAGE = "/org/not-ready-reasons/"


def form(browser, **minutes):
    """What the page holds, with some minutes entered."""
    page = browser.get(PAGE).text
    kept = dict(re.findall(r'name="(ver:\w+)" value="(\d+)"', page))
    shown = dict(re.findall(r'name="(most_min:\w+)"[^>]*? value="(\d*)"', page))
    return {**kept, **shown, **{f"most_min:{code}": text for code, text in minutes.items()}}


def limits_on(page):
    block = re.search(r'id="texts">(.*?)</script>', page.text, re.S)
    return json.loads(block.group(1))["limits"]


def test_the_desk_and_the_floor_know_the_limits(client_as):
    assert limits_on(client_as("alice").get("/desk")) == {"rest": 10, "meal": 45}
    assert limits_on(client_as("bob").get("/supervisor")) == {"rest": 10, "meal": 45}


def test_a_limit_is_set_and_taken_away_and_audited(client_as, db):
    browser = client_as("dana")
    assert browser.post(PAGE, data=form(browser, rest="15", meal="")).status_code == 302
    assert queries.reason_limits() == {"rest": 15}
    rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "dictionary.edit")).all()
    assert [(row.entity_id, row.before, row.after) for row in rows] == [
        ("rest", {"most_min": 10}, {"most_min": 15}), ("meal", {"most_min": 45}, {"most_min": 0})
    ]  # fmt: skip
    assert queries.find_item("not_ready_reason", "rest").attrs["most_a_shift"] == 3


@pytest.mark.parametrize("text", ["0", "481", "-5", "ten", "１０", "99999"])
def test_it_refuses_what_is_no_limit(client_as, db, text):
    browser = client_as("dana")
    answer = browser.post(PAGE, data=form(browser, rest=text))
    assert answer.status_code == 422 and "1 到 480 分钟" in answer.text
    assert f'value="{text}"' in answer.text
    assert queries.reason_limits() == {"rest": 10, "meal": 45}


def test_given_somebody_changed_it_in_between_then_nothing_is_overwritten(client_as, db):
    browser = client_as("dana")
    old = form(browser, rest="20")
    assert browser.post(PAGE, data=form(browser, rest="15")).status_code == 302
    assert browser.post(PAGE, data=old).status_code == 409
    assert queries.reason_limits()["rest"] == 15


def test_what_the_system_sets_has_no_limit(client_as, db):
    browser = client_as("dana")
    assert "most_min:no_answer" not in browser.get(PAGE).text
    browser.post(PAGE, data={**form(browser), "most_min:no_answer": "5", "ver:no_answer": "1"})
    assert queries.reason_limits() == {"rest": 10, "meal": 45}


@pytest.mark.parametrize(("login", "status"), [("alice", 403), ("bob", 403), ("eve", 200)])
def test_it_is_for_those_who_may_edit_dictionaries(client_as, login, status):
    assert client_as(login).get(PAGE).status_code == status


def rail_of(browser):
    page = browser.get("/account/sessions").text
    return re.findall(r'href="([^"]+)"', page.split('<nav class="rail"')[1].split("</nav>")[0])


def test_who_may_import_but_not_view_customers_is_led_to_the_import(client_as):
    dana, eve = rail_of(client_as("dana")), rail_of(client_as("eve"))
    assert "/customers/import" in dana and "/customers/" not in dana
    assert "/customers/" in eve and "/customers/import" not in eve
    assert PAGE in eve and PAGE not in dana
    assert 'aria-current="page"' in client_as("dana").get("/customers/import").text
