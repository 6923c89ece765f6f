"""Moving a ticket on: who may, when it fits, and that its history cannot be bent."""

import pytest

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.customers import queries as customers
from crm_web.areas.org.models import OrgUnit
from crm_web.areas.tickets import chain, services
from crm_web.areas.tickets.models import Ticket
from crm_web.transaction import unit_of_work


@pytest.fixture
def ticket(db, town, cast):
    with unit_of_work():
        row = services.open_ticket(
            services.NewTicket(
                "repair.leak.before_meter",
                "表前滴水",
                cast["alice"].id,
                cast["alice"].unit_id,
                premise_pub=town.home,
            )
        )
        pub = row.pub
    db.session.remove()
    return pub


def act(browser, pub, code, **data):
    return browser.post(f"/tickets/{pub}/actions/{code}", data=data)


def state(db, pub):
    db.session.expire_all()
    return db.session.query(Ticket).filter_by(pub=pub).one()


def test_an_agent_dispatches_his_own_ticket(client_as, db, ticket, cast):
    east = db.session.query(OrgUnit).filter_by(code="station_east").one().id
    answer = act(client_as("alice"), ticket, "dispatch", unit=east, ver=1)
    assert answer.status_code == 302
    row = state(db, ticket)
    assert (row.status, row.owner_unit_id) == ("dispatched", east)
    assert row.dispatched_at and row.first_due_at > row.opened_at
    assert [step.action for step in row.steps] == ["open", "dispatch"]
    assert db.session.query(AuditLog).filter_by(action="ticket.dispatch").count() == 1


def test_the_whole_repair_leaves_a_whole_chain(db, ticket, cast, town):
    by = services.By(cast["bob"].id, cast["bob"].unit_id)
    path = ("dispatch", "accept", "depart", "arrive", "finish", "write_off", "close")
    for code in path:
        with unit_of_work():
            services.act(ticket, code, by, note="换阀" if code == "finish" else "")
    row = state(db, ticket)
    assert row.status == "closed" and row.result_text == "换阀" and row.closed_at
    assert [step.action for step in row.steps] == ["open", *path]
    assert chain.first_break(row.ticket_no, row.steps) is None
    assert customers.find_premise(town.home).open_ticket_count == 0


def test_a_bent_step_is_seen_on_the_page(client_as, db, ticket):
    row = state(db, ticket)
    row.steps[0].note = "别的事"
    db.session.commit()
    assert "校验对不上" in client_as("bob").get(f"/tickets/{ticket}").get_data(as_text=True)


@pytest.mark.parametrize(
    "who, code, status",
    [
        ("alice", "accept", 403),
        ("alice", "void", 403),
        ("charlie", "dispatch", 404),  # somebody else's ticket
        ("bob", "dispatch", 302),
        ("dana", "dispatch", 403),
        ("bob", "write_off", 409),  # not finished yet
        ("bob", "nonsense", 409),
        ("bob", "void", 422),  # without a reason
    ],
)
def test_each_action_asks_for_its_own_right(client_as, db, ticket, who, code, status):
    assert act(client_as(who), ticket, code).status_code == status


def test_voiding_needs_a_reason(client_as, db, ticket):
    assert act(client_as("bob"), ticket, "void", note="重复建单").status_code == 302
    assert state(db, ticket).status == "void"


def test_the_slower_of_two_is_told_and_loses_nothing(client_as, db, ticket):
    assert act(client_as("alice"), ticket, "dispatch", ver=1).status_code == 302
    late = act(client_as("bob"), ticket, "chase", ver=1, note="请快一点")
    body = late.get_data(as_text=True)
    assert late.status_code == 409 and "别人刚动过" in body and "请快一点" in body
    assert len(state(db, ticket).steps) == 2


def test_the_same_press_twice_is_one_step(client_as, db, ticket):
    for _ in range(2):
        act(client_as("alice"), ticket, "chase", client_op_id="B" * 26)
    row = state(db, ticket)
    assert (row.chase_count, len(row.steps)) == (1, 2)


def test_dispatching_twice_is_refused_with_a_sentence(client_as, db, ticket):
    act(client_as("bob"), ticket, "dispatch")
    again = act(client_as("bob"), ticket, "dispatch")
    assert again.status_code == 409
    assert "工单现在是“待接单”，不能派单" in again.get_data(as_text=True)


@pytest.mark.parametrize("pub", ["x", "0" * 26, "'", "😀"])
def test_an_unknown_ticket_is_404(client_as, town, pub):
    assert client_as("alice").get(f"/tickets/{pub}").status_code == 404
    assert act(client_as("alice"), pub, "chase").status_code == 404


def test_actions_are_not_links(client_as, ticket):
    assert client_as("bob").get(f"/tickets/{ticket}/actions/chase").status_code == 405


def test_without_the_token_of_the_page_nothing_moves(client_as, db, ticket):
    answer = client_as("bob").open(
        f"/tickets/{ticket}/actions/chase", method="POST", csrf=False
    )
    assert answer.status_code == 400 and len(state(db, ticket).steps) == 1


def test_a_refused_action_stands_open_with_its_note_and_the_reason_at_the_field(
    client_as, ticket, cast
):
    page = act(client_as("bob"), ticket, "void", note="", ver=1)
    assert page.status_code == 422 and 'aria-describedby="e-note"' in page.text
    page = act(client_as("bob"), ticket, "comment", note="长" * 1001, ver=1)
    assert page.status_code == 422
    parts = page.text.split('<details class="act"')[1:]
    opened = [part for part in parts if part.startswith(" open")]
    assert len(opened) == 1 and "长" * 1001 in opened[0] and 'aria-invalid="true"' in opened[0]
