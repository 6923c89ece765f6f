"""Listening: ranges as browsers ask for them, only within reach, each listening on record."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Recording
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import CONTACT
from tests.web.records import csrf_token, records_app, signed_in


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with records_app(tmp_path) as made:
        yield made


@pytest.fixture
def address(app: Flask) -> str:
    """The address of the call's recording, whose file is there."""
    folder = app.extensions["settings"].recordings_dir
    with app.app_context(), unit_of_work():
        recording = db.session.scalars(select(Recording)).one()
        path = folder / recording.storage_key
        path.parent.mkdir(parents=True)
        with wave.open(str(path), "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(b"\x01\x00" * 2000)
        peaks = path.with_name(path.name + ".peaks.json")
        peaks.write_text(json.dumps({"ms": 125, "peaks": [[0.5], [0.1]]}))
        recording.status = "complete"
        return f"/calls/recordings/{recording.pub}"


def fetch(app: Flask, login: str, address: str, asked: str = "") -> TestResponse:
    """The answer, read whole and closed, as a browser would."""
    headers = {"Range": asked} if asked else {}
    with signed_in(app, login).get(address, headers=headers) as answer:
        answer.get_data()
        return answer


def listenings(app: Flask) -> list[str]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "recording.listen"))
        return [row.actor_name for row in rows]


def test_it_sends_the_whole_file_and_says_that_it_takes_ranges(app: Flask, address: str) -> None:
    answer = fetch(app, "1002", address)
    assert answer.status_code == 200 and len(answer.data) == 4044
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.mimetype == "audio/wav"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "content_range", "length"),
    [
        ("bytes=0-", "bytes 0-4043/4044", 4044),
        ("bytes=0-3", "bytes 0-3/4044", 4),
        ("bytes=4000-9999", "bytes 4000-4043/4044", 44),
        ("bytes=-4", "bytes 4040-4043/4044", 4),
    ],
)
def test_it_sends_a_part(
    app: Flask, address: str, asked: str, content_range: str, length: int
) -> None:
    answer = fetch(app, "1002", address, asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == content_range
    assert len(answer.data) == length == int(answer.headers["Content-Length"])


@pytest.mark.parametrize("asked", ["bytes=4044-", "bytes=9999-10000"])
def test_it_answers_416_beyond_the_end(app: Flask, address: str, asked: str) -> None:
    answer = fetch(app, "1002", address, asked)
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */4044"


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=x-y", "bytes=5-2", "lines=1-2", "bytes=0-1,5-6", "bytes=-9999"]
)
def test_it_sends_the_whole_file_for_a_range_that_makes_no_sense(
    app: Flask, address: str, asked: str
) -> None:
    answer = fetch(app, "1002", address, asked)
    assert answer.status_code == 200 and len(answer.data) == 4044


def test_it_records_one_listening_for_all_its_pieces(app: Flask, address: str) -> None:
    for asked in ("bytes=1-", "bytes=0-10", "bytes=2000-"):
        fetch(app, "1002", address, asked)
    fetch(app, "1002", f"{address}/peaks")
    assert listenings(app) == ["1002"]


def reached_for(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "access.refused"))
        return [(row.entity_id, row.after["path"]) for row in rows]


def test_reaching_for_a_recording_out_of_reach_leaves_a_trace(app: Flask, address: str) -> None:
    assert fetch(app, "1001", address).status_code == 404
    assert reached_for(app) == [("calls.recording", address)]


def test_asking_for_a_recording_that_is_not_there_leaves_none(app: Flask, address: str) -> None:
    assert fetch(app, "1001", f"/calls/recordings/{'Z' * 26}").status_code == 404
    assert reached_for(app) == []


@pytest.mark.parametrize(
    ("login", "status"), [("1002", 200), ("bob", 200), ("dora", 200), ("1001", 404), ("dana", 403)]
)
def test_it_lets_those_listen_whose_reach_covers_the_call(
    app: Flask, address: str, login: str, status: int
) -> None:
    assert fetch(app, login, address).status_code == status
    assert fetch(app, login, f"{address}/peaks").status_code == status
    assert listenings(app) == ([login] if status == 200 else [])


def test_it_asks_a_stranger_to_sign_in(app: Flask, address: str) -> None:
    assert app.test_client().get(address).status_code == 302


def test_it_says_that_the_file_is_missing(app: Flask, address: str) -> None:
    with app.app_context(), unit_of_work():
        recording = db.session.scalars(select(Recording)).one()
        recording.status = "missing"
    client = signed_in(app, "1002")
    assert client.get(address).status_code == 404
    assert "没有找到录音文件" in client.get(f"/calls/{CONTACT}").text
    assert listenings(app) == []


def test_it_gives_the_outline(app: Flask, address: str) -> None:
    assert signed_in(app, "1002").get(f"{address}/peaks").json == {
        "ms": 125,
        "peaks": [[0.5], [0.1]],
    }


def change(app: Flask, login: str, address: str, form: dict[str, str]) -> TestResponse:
    browser = signed_in(app, login)
    token = csrf_token(browser, f"/calls/{CONTACT}")
    with browser.post(address, data=form, headers={"X-CSRFToken": token}) as answer:
        answer.get_data()
        return answer


def audited(app: Flask, action: str) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).where(AuditLog.action == action))
        return [(row.actor_name, row.reason) for row in rows]


def test_it_lets_a_recording_be_taken_away_with_a_reason(app: Flask, address: str) -> None:
    answer = change(app, "bob", f"{address}/download", {"reason": "投诉复核 GD1"})
    assert answer.status_code == 200 and len(answer.data) == 4044
    assert f"{CONTACT}-1.wav" in answer.headers["Content-Disposition"]
    assert audited(app, "recording.download") == [("bob", "投诉复核 GD1")]


@pytest.mark.parametrize(
    ("login", "reason", "status"), [("bob", "", 422), ("1002", "我的通话", 403)]
)
def test_it_gives_no_file_without_reason_or_right(
    app: Flask, address: str, login: str, reason: str, status: int
) -> None:
    assert change(app, login, f"{address}/download", {"reason": reason}).status_code == status
    assert audited(app, "recording.download") == []


def test_it_keeps_a_recording_and_lets_it_go(app: Flask, address: str) -> None:
    form = {"until": "2030-01-01", "reason": "法务要求保留"}
    assert change(app, "dora", f"{address}/hold", form).status_code == 302
    assert "保留到 2030-01-01" in signed_in(app, "dora").get(f"/calls/{CONTACT}").text
    assert change(app, "dora", f"{address}/hold", {**form, "until": ""}).status_code == 302
    assert audited(app, "recording.hold") == [("dora", "法务要求保留")] * 2


@pytest.mark.parametrize("until", ["2000-01-01", "9999-01-01", "soon"])
def test_it_refuses_a_day_that_keeps_nothing_or_for_ever(
    app: Flask, address: str, until: str
) -> None:
    form = {"until": until, "reason": "法务要求保留"}
    assert change(app, "dora", f"{address}/hold", form).status_code == 422


def test_given_a_purged_recording_then_it_is_gone_and_says_why(app: Flask, address: str) -> None:
    with app.app_context(), unit_of_work():
        db.session.scalars(select(Recording)).one().status = "purged"
    assert fetch(app, "1002", address).status_code == 404
    assert "录音已按保存期限删除" in signed_in(app, "1002").get(f"/calls/{CONTACT}").text
