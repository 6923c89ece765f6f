"""Telling of outages: who may, what they reach, and what callers hear of them when."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from crm_web import localtime
from crm_web.areas.customers import queries as customers
from crm_web.areas.outages import services
from crm_web.areas.outages.models import Outage
from crm_web.columns import utc_now
from crm_web.transaction import unit_of_work

NEW = "/outages/new"


def form(**change):
    return {
        "kind": "no_supply",
        "cause_kind": "emergency",
        "title": "主管爆裂",
        "public_text": "正在抢修",
        "places": "和风小区3号楼",
        **change,
    }


def clock(**ahead):
    return localtime.show_time(utc_now() + timedelta(**ahead), "%Y-%m-%dT%H:%M")


def only(db):
    db.session.expire_all()
    return db.session.query(Outage).one()


def reaching(db, pub, **kwargs):
    db.session.rollback()
    hits = customers.outages_for_premises([customers.premise_id_of(pub)], **kwargs)
    return [hit.outage.title for hit in hits]


def test_an_emergency_is_told_from_the_next_call_on(client_as, town, db):
    assert client_as("bob").post(NEW, data=form()).status_code == 302
    row = only(db)
    assert (row.status, row.affected_count, row.updates[0].kind) == ("ongoing", 2, "published")
    assert reaching(db, town.home) == reaching(db, town.neighbour) == ["主管爆裂"]
    assert reaching(db, town.far) == []


@pytest.mark.parametrize(
    "places, reached",
    [
        ("和风小区", [True, True, False]),
        ("和风", [True, True, False]),
        ("城东区", [True, True, True]),
        ("和风小区3号楼2单元", [True, True, False]),
        ("和风小区 3-2-402\n翠湖湾", [False, True, True]),
    ],
)
def test_its_places_are_read_as_people_write_them(client_as, town, db, places, reached):
    assert client_as("bob").post(NEW, data=form(places=places)).status_code == 302
    doors = (town.home, town.neighbour, town.far)
    assert [bool(reaching(db, pub)) for pub in doors] == reached


def test_a_spared_place_is_not_told(client_as, town, db):
    client_as("bob").post(NEW, data=form(places="和风小区", except_places="和风小区3-2-402"))
    assert (reaching(db, town.home), reaching(db, town.neighbour)) == (["主管爆裂"], [])
    assert only(db).affected_count == 1


@pytest.mark.parametrize(
    "change",
    [{"title": ""}, {"title": "长" * 121}, {"public_text": " "}, {"kind": "no_beer"},
     {"cause_kind": "x"}, {"places": ""}, {"places": "不存在的小区"}, {"places": "和风小区99号楼"},
     {"places": "'; DROP"}, {"etr_at": "2001-01-01T00:00"}, {"starts_at": "9999-12-31T23:59"},
     {"cause_kind": "planned"}, {"voice_text": "长" * 400}],
)  # fmt: skip
def test_it_names_the_field_that_is_wrong(client_as, town, db, change):
    page = client_as("eve").post(NEW, data=form(**change))
    assert page.status_code == 422 and db.session.query(Outage).count() == 0
    if change != {"title": ""}:
        assert "主管爆裂" in page.get_data(as_text=True) or "title" in change


@pytest.mark.parametrize("who, status", [("alice", 403), ("dana", 403), ("bob", 302), ("eve", 302)])
def test_only_who_may_publish_does(client_as, town, db, who, status):
    assert client_as(who).post(NEW, data=form()).status_code == status


def step(browser, row, name, **data):
    return browser.post(f"/outages/{row.pub}/steps/{name}", data=data)


def test_a_planned_one_is_told_after_approval_and_a_day_before(client_as, town, db):
    data = form(cause_kind="planned", starts_at=clock(hours=15), etr_at=clock(hours=19))
    assert client_as("bob").post(NEW, data=data).status_code == 302
    row = only(db)
    assert row.status == "draft" and reaching(db, town.home) == []
    assert step(client_as("bob"), row, "submit").status_code == 302
    assert step(client_as("bob"), row, "approve").status_code == 403
    assert step(client_as("eve"), row, "approve").status_code == 302
    row = only(db)
    assert row.status == "published" and row.approved_by_id
    assert reaching(db, town.home) == ["主管爆裂"]
    assert step(client_as("eve"), row, "cancel").status_code == 302
    assert reaching(db, town.home) == []


def test_a_far_planned_one_is_not_told_yet(client_as, town, db):
    data = form(cause_kind="planned", starts_at=clock(hours=30), etr_at=clock(hours=33))
    client_as("eve").post(NEW, data=data)
    for name in ("submit", "approve"):
        step(client_as("eve"), only(db), name)
    assert only(db).status == "published" and reaching(db, town.home) == []


def test_a_new_time_is_a_new_revision(client_as, town, db):
    client_as("bob").post(NEW, data=form())
    assert step(client_as("bob"), only(db), "set_etr", etr_at=clock(hours=3)).status_code == 302
    row = only(db)
    assert (row.etr_revision, row.updates[-1].kind) == (1, "etr")
    assert step(client_as("bob"), row, "set_etr", etr_at="gestern").status_code == 422
    assert step(client_as("alice"), row, "set_etr", etr_at=clock(hours=4)).status_code == 403


def test_what_is_restored_is_told_to_people_and_not_by_the_flow(client_as, town, db):
    client_as("bob").post(NEW, data=form())
    assert step(client_as("bob"), only(db), "restore").status_code == 302
    assert reaching(db, town.home) == []
    assert reaching(db, town.home, include_restored=True) == ["主管爆裂"]
    assert step(client_as("bob"), only(db), "restore").status_code == 409


def test_the_slower_of_two_is_told(client_as, town, db):
    client_as("bob").post(NEW, data=form())
    row = only(db)
    stale = step(client_as("bob"), row, "restore", ver=row.ver - 1)
    assert stale.status_code == 409 and "别人刚改过" in stale.get_data(as_text=True)


def test_lists_and_pages_open(client_as, town, db):
    client_as("bob").post(NEW, data=form())
    alice = client_as("alice")
    assert "主管爆裂" in alice.get("/outages/").get_data(as_text=True)
    page = alice.get(f"/outages/{only(db).pub}").get_data(as_text=True)
    assert "和风小区 3 号楼" in page and "已恢复" not in page
    for query in ("?state=x", "?state=restored", "?before=x", "?before=" + "9" * 30, "?before=1"):
        assert alice.get(f"/outages/{query}").status_code == 200


@pytest.mark.parametrize("pub", ["x", "0" * 26, "'"])
def test_an_unknown_one_is_404(client_as, town, pub):
    assert client_as("alice").get(f"/outages/{pub}").status_code == 404
    assert client_as("bob").post(f"/outages/{pub}/steps/restore").status_code == 404
    assert client_as("bob").post(f"/outages/{pub}/steps/explode").status_code == 409


def test_two_queries_find_outages_however_many_there_are(town, db, cast):
    with unit_of_work():
        for n in range(30):
            services.publish_emergency(
                services.OutageInput("no_supply", "emergency", f"第 {n} 处", "x", ("翠湖湾",)), 1
            )
    db.session.remove()
    statements = []

    def count(*args):
        statements.append(args[2])

    home = customers.premise_id_of(town.home)
    event.listen(db.engine, "before_cursor_execute", count)
    assert customers.outages_for_premises([home]) == []
    event.remove(db.engine, "before_cursor_execute", count)
    assert len([text for text in statements if text.startswith("SELECT")]) == 2


def test_a_refused_step_keeps_what_was_typed(client_as, town, db):
    client_as("bob").post(NEW, data=form())
    page = step(
        client_as("bob"), only(db), "set_etr", etr_at="2020-01-01T10:00", text="管件还没到"
    )
    assert page.status_code == 422
    assert 'value="2020-01-01T10:00"' in page.text and 'value="管件还没到"' in page.text
    assert 'aria-describedby="e-etr_at"' in page.text
