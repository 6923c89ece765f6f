"""The day's report as a page and as a file; exporting is asked for and on record."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.reports import exports
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from tests.web.records import csrf_token, records_app, signed_in

DAY = "2026-11-23"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with records_app(tmp_path) as made:
        yield made


def test_it_shows_the_days_figures(app: Flask) -> None:
    text = signed_in(app, "bob").get(f"/reports/?day={DAY}").text
    assert "100.0%" in text and "综合" in text and "公式 A" in text


def test_it_shows_an_agent_only_himself(app: Flask) -> None:
    text = signed_in(app, "1002").get(f"/reports/?day={DAY}").text
    assert '<span class="t3 s num">1002</span>' in text
    assert '<span class="t3 s num">1001</span>' not in text


@pytest.mark.parametrize("query", ["day=rubbish", "day=9999-12-31", "step=7", "queue=%00%27"])
def test_it_takes_today_for_what_it_cannot_read(app: Flask, query: str) -> None:
    assert signed_in(app, "bob").get(f"/reports/?{query}").status_code == 200


def test_it_exports_with_a_reason_and_keeps_it(app: Flask) -> None:
    client = signed_in(app, "bob")
    form = {"day": DAY, "reason": "月度汇报用", "csrf_token": csrf_token(client, "/reports/")}
    answer = client.post("/reports/day.xlsx", data=form)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert "时段" in book.sheet_names
    with app.app_context():
        row = db.session.scalars(select(AuditLog).where(AuditLog.action == "report.export")).one()
        assert row.reason == "月度汇报用" and row.actor_name == "bob"


def test_it_refuses_an_export_without_a_reason_or_token(app: Flask) -> None:
    client = signed_in(app, "bob")
    token = csrf_token(client, "/reports/")
    assert client.post("/reports/day.xlsx", data={"csrf_token": token}).status_code == 422
    assert client.post("/reports/day.xlsx", data={"reason": "月度汇报用"}).status_code == 400
    assert client.get("/reports/day.xlsx").status_code == 405


def test_it_lets_an_agent_look_but_not_export(app: Flask) -> None:
    client = signed_in(app, "1002")
    form = {"reason": "月度汇报用", "csrf_token": csrf_token(client, "/reports/")}
    assert client.post("/reports/day.xlsx", data=form).status_code == 403


def test_it_hands_out_the_scheduled_file(app: Flask) -> None:
    settings = app.extensions["settings"]
    day = date(2026, 11, 23)
    with app.app_context(), unit_of_work():
        run_id = exports.begin_daily(db.session(), day)
        zone, folder = settings.time_zone, settings.reports_dir
        key = exports.make_daily(db.session(), run_id, day, zone, folder)
    client = signed_in(app, "bob")
    text = client.get("/reports/").text
    address = text.split('action="/reports/runs/')[1].split('"')[0]
    form = {"reason": "月度汇报用", "csrf_token": csrf_token(client, "/reports/")}
    with client.post(f"/reports/runs/{address}", data=form) as answer:
        assert answer.status_code == 200 and answer.data == (folder / key).read_bytes()
    assert client.post(f"/reports/runs/{'Z' * 26}.xlsx", data=form).status_code == 404
