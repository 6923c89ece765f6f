"""Listening to a recording that lies on the storage server, and what is said while that is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crm_web import far_disk
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Recording
from crm_web.extensions import db
from crm_web.recording_store import ArchiveAway, Store, digest_of, peaks_beside
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import CONTACT
from tests.web.records import csrf_token, records_app, signed_in

SOUND = b"RIFF" + bytes(4000)


@pytest.fixture
def far(tmp_path: Path) -> Path:
    folder = tmp_path / "far"
    folder.mkdir()
    return folder


@pytest.fixture
def app(tmp_path: Path, far: Path) -> Iterator[Flask]:
    with records_app(tmp_path) as made:
        settings = made.extensions["settings"]
        made.extensions["settings"] = replace(settings, recordings_archive_dir=far)
        yield made


@pytest.fixture
def address(app: Flask) -> str:
    """The address of a recording that was moved."""
    store: Store = app.extensions["settings"].recordings
    with app.app_context(), unit_of_work():
        recording = db.session.scalars(select(Recording)).one()
        path = store.folder / recording.storage_key
        path.parent.mkdir(parents=True)
        path.write_bytes(SOUND)
        peaks_beside(path).write_text('{"ms": 125, "peaks": [[0.5]]}')
        store.move(recording.storage_key, len(SOUND), digest_of(path))
        recording.status = "complete"
        return f"/calls/recordings/{recording.pub}"


def unplug(far: Path) -> None:
    far.rename(far.with_name("unmounted"))
    far.mkdir()


def test_it_is_heard_in_parts_as_before(app: Flask, address: str) -> None:
    browser = signed_in(app, "1002")
    with browser.get(address, headers={"Range": "bytes=0-3"}) as answer:
        assert (answer.status_code, answer.data) == (206, b"RIFF")
    assert browser.get(f"{address}/peaks").json == {"ms": 125, "peaks": [[0.5]]}


def test_it_is_taken_away_with_a_reason_as_before(app: Flask, address: str) -> None:
    browser = signed_in(app, "bob")
    token = csrf_token(browser, f"/calls/{CONTACT}")
    form, headers = {"reason": "投诉复核 GD1"}, {"X-CSRFToken": token}
    with browser.post(f"{address}/download", data=form, headers=headers) as answer:
        assert answer.status_code == 200 and answer.data == SOUND
        assert f"{CONTACT}-1.wav" in answer.headers["Content-Disposition"]


def test_given_the_storage_server_is_away_then_it_says_that_nothing_is_lost(
    app: Flask, address: str, far: Path
) -> None:
    unplug(far)
    browser = signed_in(app, "1002")
    answer = browser.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert "录音没有丢" in answer.json["error"]["message"]
    assert browser.get(f"/calls/{CONTACT}").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(AuditLog)).all() == []


def test_given_it_is_moved_between_the_look_and_the_reading_then_it_is_found_again(
    app: Flask, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Store = app.extensions["settings"].recordings
    real, looks = Store.find, []

    def find(self: Store, key: str) -> Path | None:
        looks.append(key)
        return store.folder / key if len(looks) == 1 else real(self, key)

    monkeypatch.setattr(Store, "find", find)
    with signed_in(app, "1002").get(address) as answer:
        assert answer.status_code == 200 and answer.data == SOUND
    assert len(looks) == 2


def test_a_disk_that_does_not_answer_is_not_waited_for() -> None:
    hung = threading.Event()
    with pytest.raises(ArchiveAway, match="no answer"):
        far_disk.ask(hung.wait, limit_s=0.05)
    hung.set()
    assert far_disk.ask(lambda: 7) == 7


def test_the_state_of_every_part_tells_of_it(app: Flask, address: str, far: Path) -> None:
    browser = app.test_client()
    part = browser.get("/healthz").json["parts"]["archive"]
    assert part["state"] in ("ok", "degraded") and part["figures"]["free_bytes"] > 0
    unplug(far)
    part = browser.get("/healthz").json["parts"]["archive"]
    assert (part["state"], part["text"]) == ("degraded", "the archive is away")
