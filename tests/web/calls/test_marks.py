"""Marking a contact for quality inspection: who may, why, and finding the marked ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org.models import OrgUnit, Role, User, UserRole
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import CONTACT
from tests.web.records import csrf_token, records_app, signed_in

WHY = "用户说态度不好"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with records_app(tmp_path) as made:
        with made.app_context(), unit_of_work():
            unit = db.session.scalars(select(OrgUnit)).one()
            role = db.session.scalars(select(Role).where(Role.code == "quality_inspector")).one()
            user = User(login_name="quin", display_name="质检员甲", password_hash="x",
                        unit_id=unit.id)  # fmt: skip
            db.session.add(user)
            db.session.flush()
            db.session.add(UserRole(user_id=user.id, role_id=role.id, unit_id=unit.id))
        yield made


def sends(app: Flask, login: str, act: str, reason: str) -> TestResponse:
    client = signed_in(app, login)
    token = csrf_token(client, "/calls/")
    return client.post(f"/calls/{CONTACT}/{act}", data={"reason": reason, "csrf_token": token})


def listed(app: Flask, login: str, marked: str) -> bool:
    """Whether the filter finds the call."""
    return CONTACT in signed_in(app, login).get(f"/calls/?marked={marked}").text


def audited(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).where(AuditLog.action.like("contact.%mark")))
        return [(row.action, row.actor_name, row.reason) for row in rows]


@pytest.mark.parametrize("login", ["bob", "quin", "dora"])
def test_given_a_mark_then_the_record_and_the_list_show_it_and_the_filter_finds_it(
    app: Flask, login: str
) -> None:
    assert listed(app, login, "no") and not listed(app, login, "yes")
    assert sends(app, login, "mark", WHY).status_code == 302
    client = signed_in(app, "quin")
    page = client.get(f"/calls/{CONTACT}").text
    assert WHY in page and "取消标记" in page
    assert f'title="{WHY}"' in client.get("/calls/").text
    assert listed(app, "quin", "yes") and not listed(app, "quin", "no")
    [(action, _, reason)] = audited(app)
    assert (action, reason) == ("contact.mark", WHY)


def test_given_a_mark_when_it_is_changed_and_taken_away_then_each_is_written_down(
    app: Flask,
) -> None:
    sends(app, "bob", "mark", WHY)
    sends(app, "quin", "mark", "复核：解释有误")
    page = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "复核：解释有误" in page and "质检员甲" in page and WHY not in page
    assert sends(app, "bob", "unmark", "已经看过了").status_code == 302
    assert not listed(app, "bob", "yes")
    assert [action for action, _, _ in audited(app)] == ["contact.mark"] * 2 + ["contact.unmark"]
    assert sends(app, "bob", "unmark", "再取消一次").status_code == 409


@pytest.mark.parametrize("act", ["mark", "unmark"])
def test_it_asks_for_a_reason(app: Flask, act: str) -> None:
    assert sends(app, "bob", act, " 差 ").status_code == 422
    assert audited(app) == [] and not listed(app, "bob", "yes")


@pytest.mark.parametrize("login", ["1002", "dana"])
def test_given_no_right_to_mark_then_it_is_refused_and_not_shown(app: Flask, login: str) -> None:
    sends(app, "bob", "mark", WHY)
    assert sends(app, login, "mark", WHY).status_code == 403
    client = signed_in(app, login)
    for page in (f"/calls/{CONTACT}", "/calls/"):
        assert "质检" not in client.get(page).text
    assert not listed(app, login, "yes")


def test_given_a_call_of_another_group_then_the_shift_supervisor_can_not_mark_it(
    app: Flask,
) -> None:
    with app.app_context(), unit_of_work():
        other = OrgUnit(code="far", name="外站", kind="station", path="/")
        db.session.add(other)
        db.session.flush()
        other.path = f"/{other.id}/"
        far = db.session.scalars(select(User).where(User.login_name == "bob")).one()
        far.unit_id = other.id
        for row in db.session.scalars(select(UserRole).where(UserRole.user_id == far.id)):
            row.unit_id = other.id
    assert sends(app, "bob", "mark", WHY).status_code == 403
    assert "标记质检" not in signed_in(app, "bob").get(f"/calls/{CONTACT}").text
