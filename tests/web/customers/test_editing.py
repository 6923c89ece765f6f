"""Entering and correcting households: duplicates, conflicts, masks, and who may not."""

import pytest

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.customers import cards
from crm_web.areas.customers.models import Customer, Premise, PremiseCustomer
from tests.web.town import WANG

NEW = "/customers/premises/new"


def door(town, **change):
    return {"estate": town.estate, "building": "9", "unit": "1", "door": "101", **change}


def test_it_enters_a_door_once_however_it_is_written(client_as, town, db):
    alice = client_as("alice")
    assert alice.post(NEW, data=door(town)).status_code == 302
    again = alice.post(NEW, data=door(town, building="九号楼", unit="一单元", door="0101室"))
    assert again.status_code == 409 and "已经登记过" in again.get_data(as_text=True)
    assert db.session.query(Premise).filter_by(door_norm="101").count() == 2  # one in each estate


@pytest.mark.parametrize(
    "change",
    [{"estate": "x"}, {"estate": ""}, {"building": "", "door": ""}, {"kind": "castle"},
     {"label": "长" * 300}],
)  # fmt: skip
def test_it_names_the_field_that_is_wrong(client_as, town, change):
    page = client_as("alice").post(NEW, data=door(town, **change))
    assert page.status_code == 422 and 'aria-invalid="true"' in page.get_data(as_text=True)


@pytest.mark.parametrize("who, status", [("dana", 403), ("eve", 302), ("charlie", 302)])
def test_only_who_may_edit_enters_a_door(client_as, town, who, status):
    assert client_as(who).post(NEW, data=door(town)).status_code == status


def test_it_shows_both_versions_when_somebody_was_faster(client_as, town, db):
    path = f"/customers/people/{town.wang}/edit"
    first = client_as("alice").post(path, data={"name": "王秀兰", "note": "先改的", "ver": 1})
    late = client_as("bob").post(path, data={"name": "王秀兰", "note": "后改的", "ver": 1})
    body = late.get_data(as_text=True)
    assert first.status_code == 302 and late.status_code == 409
    assert "先改的" in body and "后改的" in body
    row = db.session.query(Customer).filter_by(pub=town.wang).one()
    assert (row.note, row.ver) == ("先改的", 2)


def test_it_shows_both_versions_of_a_door_too(client_as, town):
    path = f"/customers/premises/{town.neighbour}/edit"
    stale = client_as("alice").post(
        path, data=door(town, building="3", unit="2", door="402", ver=77)
    )
    assert stale.status_code == 409 and "别人刚改过" in stale.get_data(as_text=True)


@pytest.mark.parametrize(
    "data",
    [{"name": ""}, {"name": "名" * 99}, {"name": "x", "vip_level": "9"}, {"name": "x", "kind": "?"},
     {"name": "x", "care_flags": "rich"}, {"name": "x", "class_code": "'"}],
)  # fmt: skip
def test_it_refuses_a_person_with_a_wrong_field(client_as, town, data):
    assert client_as("alice").post("/customers/people/new", data=data).status_code == 422


def test_a_door_with_bills_is_marked_and_not_deleted(client_as, town, db):
    alice = client_as("alice")
    kept = alice.post(f"/customers/premises/{town.home}/delete")
    assert kept.status_code == 409 and "不能删除" in kept.get_data(as_text=True)
    marked = alice.post(f"/customers/premises/{town.home}/mark", data={"gone": "1"})
    assert marked.status_code == 302
    assert db.session.query(Premise).filter_by(pub=town.home).one().status == "gone"


def test_a_door_entered_by_mistake_goes_with_its_links(client_as, town, db):
    assert client_as("alice").post(f"/customers/premises/{town.far}/delete").status_code == 302
    assert db.session.query(Premise).filter_by(pub=town.far).count() == 0
    assert client_as("alice").get(f"/customers/premises/{town.far}").status_code == 404


def test_a_person_with_an_account_is_not_deleted(client_as, town):
    assert client_as("alice").post(f"/customers/people/{town.wang}/delete").status_code == 409
    assert client_as("alice").post(f"/customers/people/{town.lei}/delete").status_code == 302


def _link(db, town):
    line = next(one for one in cards.premise_card(town.home).phones if one.last4 == "0427")
    db.session.rollback()
    return line.id


@pytest.mark.parametrize("reason, status", [("", 422), ("核", 422), ("核对回电号码", 200)])
def test_a_whole_number_needs_a_reason_and_leaves_a_trace(client_as, town, db, reason, status):
    path = f"/customers/premises/{town.home}/phones/{_link(db, town)}/unmask"
    answer = client_as("alice").post(path, data={"reason": reason})
    assert answer.status_code == status
    assert (WANG in answer.get_data(as_text=True)) == (status == 200)
    rows = db.session.query(AuditLog).filter_by(action="customer.unmask").all()
    assert [row.reason for row in rows] == ([reason] if status == 200 else [])
    assert all(WANG not in str((row.entity_id, row.after)) for row in rows)


def test_a_number_is_not_unmasked_through_another_door(client_as, town, db):
    path = f"/customers/premises/{town.far}/phones/{_link(db, town)}/unmask"
    assert client_as("alice").post(path, data={"reason": "核对回电号码"}).status_code == 404


def test_it_links_a_person_and_his_number_to_a_door(client_as, town, db):
    path = f"/customers/premises/{town.neighbour}/people"
    data = {"name": "李四", "relation": "tenant", "phone": "0532-8880 1234"}
    assert client_as("alice").post(path, data=data).status_code == 302
    card = cards.premise_card(town.neighbour)
    assert "李四" in [person.name for person in card.people]
    assert "0532-8880****" in [line.masked for line in card.phones]


@pytest.mark.parametrize("phone", ["123456789012345678", "abc", "'", "😀"])
def test_a_wrong_number_undoes_the_whole_entry(client_as, town, db, phone):
    path = f"/customers/premises/{town.neighbour}/people"
    answer = client_as("alice").post(path, data={"name": "李四", "phone": phone})
    assert answer.status_code == 422
    assert 'value="李四"' in answer.text and "data-open-now" in answer.text
    assert 'aria-describedby="e-phone"' in answer.text
    assert db.session.query(Customer).filter_by(name="李四").count() == 0


def test_a_wrong_number_alone_comes_back_at_its_field(client_as, town):
    path = f"/customers/premises/{town.home}/phones"
    answer = client_as("alice").post(path, data={"phone": "12ab"})
    assert answer.status_code == 422
    assert 'value="12ab"' in answer.text and 'aria-describedby="e-phone"' in answer.text


def test_it_ends_what_is_no_longer_so(client_as, town, db):
    alice = client_as("alice")
    link, row = _link(db, town), db.session.query(PremiseCustomer).first().id
    assert alice.post(f"/customers/premises/{town.home}/phones/{link}/end").status_code == 302
    assert alice.post(f"/customers/premises/{town.home}/people/{row}/end").status_code == 302
    card = cards.premise_card(town.home)
    assert [line.last4 for line in card.phones] == ["6613"]
    assert [person.name for person in card.people] == ["王磊"]


@pytest.mark.parametrize("status, expected", [("suspended", 302), ("paid", 422)])
def test_it_changes_what_a_contract_is(client_as, town, status, expected):
    path = f"/customers/premises/{town.home}/accounts/{town.account_no}"
    data = {"status": status, "usage_class": "residential", "ver": 2}
    assert client_as("alice").post(path, data=data).status_code == expected


@pytest.mark.parametrize("path", ["premises", "people"])
@pytest.mark.parametrize("pub", ["x", "0" * 26, "'", "%00", "..%2f"])
def test_an_unknown_household_is_404(client_as, town, path, pub):
    assert client_as("alice").get(f"/customers/{path}/{pub}").status_code == 404
