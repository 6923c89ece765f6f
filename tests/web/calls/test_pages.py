"""The list of calls and the page of one call."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from crm_web.areas.calls import words
from crm_web.areas.calls.models import Recording
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from tests.integration.workers.facts import CONTACT
from tests.web.records import records_app, signed_in

# As outcome_of and the outcomes of queue visits in the controller's domain say.
OUTCOMES = (
    "answered abandoned short_abandoned self_service ivr_abandoned to_voicemail transferred_out "
    "closed_by_system not_reached lost overflowed to_menu callback_requested moved"
).split()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with records_app(tmp_path_factory.mktemp("pages")) as made:
        yield made


def test_it_shows_every_step_of_the_call_in_order(app: Flask) -> None:
    text = signed_in(app, "1002").get(f"/calls/{CONTACT}").text
    parts = [
        "来电",
        "主菜单",
        "排队：综合",
        "振铃：1001",
        "没有接",
        "振铃：1002",
        "暂停录音",
        "用户挂断",
    ]
    places = [text.index(part, text.index('<ol class="line">')) for part in parts]
    assert places == sorted(places)
    assert "13800000021" not in text and "138 **** 0021" in text


def test_it_says_in_words_which_menu_it_was_and_why_the_line_ended(app: Flask) -> None:
    text = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "water_main" not in text and "NORMAL_CLEARING" not in text
    assert text.count("正常挂断") == 2  # of the contact and of its leg
    with app.test_request_context():
        assert "ODD_CAUSE" in words.cause("ODD_CAUSE") and words.cause("") == ""


def test_given_a_message_beside_a_talk_then_it_is_called_a_message(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        talk = db.session.scalars(select(Recording)).one()
        message = Recording(n=901, kind="voicemail", storage_key="2026/11/23/m.wav")
        message.contact_id, message.started_at = talk.contact_id, talk.started_at
        db.session.add(message)
    text = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    headings = re.findall(r"<h2>(录音.*?|留言.*?)</h2>", text)
    assert headings == ["录音", "留言"]


def test_it_shows_the_other_agent_that_he_may_not_listen(app: Flask) -> None:
    text = signed_in(app, "1001").get(f"/calls/{CONTACT}").text
    assert "你的账号不能听这段录音" in text and "data-recording" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("number=0021", True),
        ("number=0022", False),
        ("number=138%200000%200021", True),
        ("number=13800000022", False),
        ("number=%27%20OR%201=1--", False),
        ("agent=1002", True),
        ("agent=1001", False),
        ("queue=general", True),
        ("queue=nope", False),
        ("outcome=answered", True),
        ("outcome=lost", False),
        ("direction=inbound", True),
        ("direction=outbound", False),
        ("shortest=50&longest=50", True),
        ("shortest=51", False),
        ("longest=49", False),
        ("result=no_result", True),
        ("result=nope", False),
        ("ticket=GD000000-00001", False),
        ("customer=%E7%8E%8B%E7%A7%80%E5%85%B0", False),
        ("recorded=yes", True),
        ("recorded=no", False),
        ("from=2026-11-23T08:00&to=2026-11-23T08:00", True),
        ("from=2026-11-23T08:01", False),
        ("before=rubbish", True),
    ],
)
def test_it_finds_calls_by_what_is_known_of_them(app: Flask, query: str, found: bool) -> None:
    answer = signed_in(app, "bob").get(f"/calls/?{query}")
    assert answer.status_code == 200
    assert (CONTACT in answer.text) == found


@pytest.mark.parametrize(
    "query", ["from=rubbish", "to=2026-13-01", "shortest=rubbish", "longest=-1", "longest=1e3"]
)
def test_given_a_time_or_a_length_that_cannot_be_read_then_it_is_refused(
    app: Flask, query: str
) -> None:
    assert signed_in(app, "bob").get(f"/calls/?{query}").status_code == 422


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_way_that_a_call_can_end_has_a_name_and_can_be_looked_for(
    app: Flask, outcome: str
) -> None:
    with app.test_request_context():
        assert words.outcome(outcome) != outcome
        assert outcome in dict(words.outcomes())


def test_it_answers_404_for_a_call_that_is_not_there(app: Flask) -> None:
    assert signed_in(app, "bob").get(f"/calls/{'Z' * 26}").status_code == 404


def test_it_keeps_the_administrator_out(app: Flask) -> None:
    assert signed_in(app, "dana").get("/calls/").status_code == 403
