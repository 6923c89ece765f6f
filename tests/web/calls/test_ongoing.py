"""The record of a call that goes on: where it can be listened to, and its sound so far."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Contact, Recording, TalkSegment
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import CONTACT
from tests.web.records import records_app, signed_in

FRAMES = 20_000


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with records_app(tmp_path) as made:
        with made.app_context(), unit_of_work():
            db.session.scalars(select(Contact)).one().ended_at = None
            db.session.scalars(select(TalkSegment)).one().ended_at = None
            recording = db.session.scalars(select(Recording)).one()
            recording.status, recording.ms = "recording", 0
        yield made


@pytest.fixture
def file(app: Flask) -> Path:
    """As a switch leaves a file that it is still writing: the header knows no sizes."""
    with app.app_context():
        key = db.session.scalars(select(Recording.storage_key)).one()
    path: Path = app.extensions["settings"].recordings_dir / key
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x01\x00\x02\x00" * FRAMES)
    whole = bytearray(path.read_bytes())
    whole[4:8] = whole[40:44] = b"\x00\x00\x00\x00"
    path.write_bytes(whole)
    return path


def address(app: Flask) -> str:
    with app.app_context():
        return f"/calls/recordings/{db.session.scalars(select(Recording.pub)).one()}"


def test_it_says_that_the_call_goes_on_and_leads_the_supervisor_to_the_board(app: Flask) -> None:
    page = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "通话还在进行" in page and 'href="/supervisor?agent=1002"' in page
    assert f'src="{address(app)}"' in page


@pytest.mark.parametrize("login", ["1001", "1002"])
def test_it_leads_no_agent_to_the_board(app: Flask, login: str) -> None:
    page = signed_in(app, login).get(f"/calls/{CONTACT}").text
    assert "通话还在进行" in page and "/supervisor" not in page


def test_given_the_talk_is_over_but_not_the_call_then_there_is_nobody_to_listen_to(
    app: Flask,
) -> None:
    with app.app_context(), unit_of_work():
        db.session.scalars(select(TalkSegment)).one().ended_at = utc_now()
    page = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "通话还在进行" in page and "/supervisor?agent" not in page


def test_given_the_call_is_over_then_its_sound_is_awaited_and_not_played(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        db.session.scalars(select(Contact)).one().ended_at = utc_now()
    page = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "通话还在进行" not in page and "<audio" not in page and "正在录音或等待处理" in page


def test_what_is_written_so_far_is_a_whole_sound_file(app: Flask, file: Path) -> None:
    with signed_in(app, "1002").get(address(app)) as answer:
        body = answer.get_data()
    assert answer.status_code == 200 and answer.content_length == len(body)
    with wave.open(io.BytesIO(body)) as sound:
        assert sound.getnframes() == FRAMES
        assert sound.readframes(1) == b"\x01\x00\x02\x00"
    with app.app_context():
        rows = db.session.scalars(select(AuditLog).where(AuditLog.action == "recording.listen"))
        assert [row.actor_name for row in rows] == ["1002"]


def test_given_a_file_that_grows_then_no_more_is_sent_than_was_promised(
    app: Flask, file: Path
) -> None:
    with signed_in(app, "1002").get(address(app)) as answer:
        promised = answer.content_length
        with file.open("ab") as more:
            more.write(b"\x03\x00\x04\x00" * FRAMES)
        assert len(answer.get_data()) == promised


@pytest.mark.parametrize("length", [0, 20, 44])
def test_given_no_sound_yet_then_there_is_none(app: Flask, file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    assert signed_in(app, "1002").get(address(app)).status_code == 404


def test_it_lets_nobody_else_listen(app: Flask, file: Path) -> None:
    assert signed_in(app, "1001").get(address(app)).status_code == 404
    assert "<audio" not in signed_in(app, "1001").get(f"/calls/{CONTACT}").text
