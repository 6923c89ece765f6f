from __future__ import annotations

from datetime import timedelta

import pytest

from crm_web.areas.audit.models import AuditLog
from crm_web.columns import utc_now
from tests.web.conftest import PASSWORD


def fill(db, count=120):
    now = utc_now()
    for n in range(count):
        db.session.add(
            AuditLog(
                at=now - timedelta(minutes=n // 3),  # three share each moment
                actor_kind="user",
                actor_name="林晓",
                action="ticket.open",
                entity_kind="ticket",
                entity_id=f"T{n:03d}",
            )
        )


def test_it_pages_through_all_without_gap_or_repeat(client_as, db):
    fill(db)
    browser = client_as("dana")
    seen, url = [], "/audit?kind=ticket"
    while url:
        page = browser.get(url).text
        seen += [f"T{n:03d}" for n in range(120) if f"T{n:03d}<" in page]
        mark = page.partition("before=")[2].partition('"')[0]
        url = f"/audit?kind=ticket&before={mark}" if mark else ""
    assert sorted(seen) == [f"T{n:03d}" for n in range(120)]


def test_it_searches_by_actor_action_thing_and_day(client_as, db, anonymous):
    fill(db, 3)
    anonymous.post("/login", data={"login_name": "bob", "password": PASSWORD})
    browser = client_as("dana")
    assert "auth.sign_in" not in browser.get("/audit?actor=林晓").text
    assert "T001" not in browser.get("/audit?action=auth.").text
    assert "T002" not in browser.get("/audit?kind=ticket&id=T001").text
    assert "没有符合的记录" in browser.get("/audit?to=2020-01-01").text
    assert "T001" in browser.get("/audit?from=2020-01-01").text


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "<script>", "0"])
def test_given_a_bad_day_it_answers_422(client_as, day):
    assert client_as("dana").get("/audit", query_string={"from": day}).status_code == 422


@pytest.mark.parametrize("mark", ["x", "-", "99999999999999999-1", "1-", "٣-٣", "1-1-1"])
def test_given_a_bad_cursor_it_begins_at_the_top(client_as, mark):
    assert client_as("dana").get("/audit", query_string={"before": mark}).status_code == 200


def test_given_another_user_it_refuses(client_as):
    for name in ("alice", "bob"):
        assert client_as(name).get("/audit").status_code == 403


def test_it_cannot_be_changed_through_the_web(client_as):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client_as("dana"), method)("/audit").status_code == 405
