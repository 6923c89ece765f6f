"""A call with several agents and a listener on its page: order, true places, who may know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from crm_web.areas.calls import queries, timeline, track
from crm_web.areas.calls.models import Contact, ContactEvent, Recording, RecordingMask
from crm_web.areas.org.models import Agent, OrgUnit, User
from crm_web.columns import from_ms
from crm_web.extensions import db
from crm_web.transaction import unit_of_work
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.call_machine import OFFER_RESULTS
from esl_controller.domain.ids import contact_id_of
from tests.integration.workers.facts import T0
from tests.integration.workers.party_facts import a_consulted_call
from tests.integration.workers.seeds import entries
from tests.web.records import records_app, signed_in
from workers.consumers.call_log import CallLog

CONTACT = contact_id_of("11111111-2222-4333-8444-666666666666")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with records_app(tmp_path_factory.mktemp("line")) as made:
        with made.app_context():
            with unit_of_work():
                unit = db.session.scalars(select(OrgUnit)).one()
                user = User(
                    login_name="sup", display_name="班长甲", password_hash="x", unit_id=unit.id
                )
                db.session.add(Agent(agent_no="1003", user=user))
            facts = [_of_contact(one) for one in a_consulted_call()]
            zone = made.extensions["settings"].time_zone
            CallLog(db.engine, zone).handle(entries(facts))
        yield made


def _of_contact(one: Envelope) -> Envelope:
    """The same fact of a contact of its own: the app's database has one call already."""
    body = {name: f"2-{value}" if name in ("leg", "switch_uuid") else value
            for name, value in one.body.items()}  # fmt: skip
    return replace(one, contact_id=CONTACT, body=body)


def line_of(app: Flask, login: str) -> list[str]:
    text = signed_in(app, login).get(f"/calls/{CONTACT}").text
    return re.findall(r'<li class="stop[^"]*"><div class="stop__h"><b>([^<]*)</b>', text)


def test_it_tells_all_parts_in_order(app: Flask) -> None:
    assert line_of(app, "bob") == [
        "来电",
        "通话：1001 1001",
        "保持",
        "求助",
        "撤回求助",
        "求助",
        "监听 1001 1001",
        "耳语 1001 1001",
        "求助得到回应：班长甲 1003",
        "咨询 138 **** 0099",
        "138 **** 0099 没有接通",
        "咨询 1002 1002",
        "被咨询：1002 1002",
        "班长离开",
        "整理",
        "转接后通话：1002 1002",
        "用户挂断",
    ]


def test_it_tells_how_the_caller_was_handed_on(app: Flask) -> None:
    text = signed_in(app, "bob").get(f"/calls/{CONTACT}").text
    assert "咨询后转给 1002 1002" in text and "直接转给 138 **** 0099" in text
    assert "13800000099" not in text


@pytest.mark.parametrize("result", sorted({*OFFER_RESULTS.values(), "unreachable"}))
def test_it_says_why_somebody_was_not_reached(app: Flask, result: str) -> None:
    left = select(ContactEvent).where(ContactEvent.type == "party.left").order_by(ContactEvent.id)
    with app.test_request_context():
        contact = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
        event = db.session.scalars(left.where(ContactEvent.contact_id == contact.id)).first()
        assert event is not None
        with db.session.no_autoflush:
            event.data = {**event.data, "result": result}
            found = timeline.stops_of(queries.parts_of(contact), queries.names())
        db.session.rollback()
    (stop,) = [stop for stop in found if stop.title == "138 **** 0099 没有接通"]
    assert stop.detail and stop.detail != result, "a word of the page, not of the program"


def test_it_hides_from_agents_who_listened(app: Flask) -> None:
    line = line_of(app, "1001")
    assert not {"监听 1001 1001", "耳语 1001 1001", "班长离开"} & set(line)
    text = signed_in(app, "1001").get(f"/calls/{CONTACT}").text
    assert 'class="listen"' not in text and "sw--listen" not in text


def bars(app: Flask, *, with_listening: bool = True) -> dict[str, list[tuple[float, float]]]:
    """kind -> [(first second, last second)] of the contact's 90 s."""
    with app.test_request_context():
        contact = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
        record = queries.parts_of(contact)
        found: dict[str, list[tuple[float, float]]] = {}
        for bar in track.bars_of(record, with_listening=with_listening):
            start, width = bar.x * 90 / track.WIDTH, bar.width * 90 / track.WIDTH
            found.setdefault(bar.kind, []).append((round(start), round(start + width)))
        return found


def test_it_draws_holds_and_helpers_where_they_were(app: Flask) -> None:
    drawn = bars(app)
    assert drawn["talk"] == [(10, 60), (60, 90)]
    assert drawn["hold"] == [(20, 25)]
    assert drawn["help"] == [(45, 60)]
    assert drawn["listen"] == [(27, 50)]
    assert "listen" not in bars(app, with_listening=False)


@pytest.mark.parametrize(("held", "ends"), [(True, 30_000), (False, 22_000)])
def test_it_draws_a_hold_on_over_the_agent_s_return_to_it(held: bool, ends: int) -> None:
    told = [
        ("talk.held", 20_000, {"seq": 1}),
        ("agent.rejoined", 22_000, {"seq": 1, "held": held}),
        ("talk.resumed", 30_000, {"seq": 1}),
    ]
    events = [
        ContactEvent(id=number, type=kind, at=from_ms(T0 + ms), data=body)
        for number, (kind, ms, body) in enumerate(told)
    ]
    assert track.holds_among(events, ()) == [track.Stretch(T0 + 20_000, T0 + ends)]


def test_it_leaves_gaps_in_the_recordings_track(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        contact = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
        recording = Recording(
            contact_id=contact.id,
            n=1,
            storage_key="2026/11/23/x-1.wav",
            started_at=from_ms(T0 + 10_000),
            ms=80_000,
            status="complete",
        )
        recording.masks.append(RecordingMask(from_ms=20_000, to_ms=40_000))
        recording.masks.append(RecordingMask(from_ms=70_000, to_ms=None))
        db.session.add(recording)
        db.session.flush()
        gaps = track.gaps_of(recording)
        shown = [(bar.x / track.WIDTH, bar.width / track.WIDTH) for bar in gaps]
        assert shown == [(0.25, 0.25), (0.875, 0.125)]
    assert bars(app)["rec"] == [(10, 30), (50, 80)]
