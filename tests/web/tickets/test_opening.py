"""Opening tickets: numbers, limits, duplicates, and what is refused."""

import re
import threading

import pytest

from crm_web.areas.customers import queries as customers
from crm_web.areas.tickets import chain, queries, services
from crm_web.areas.tickets.models import Ticket
from crm_web.extensions import db as app_db
from crm_web.transaction import unit_of_work
from tests.web.town import WANG

NEW = "/tickets/new"


def form(town, **change):
    return {
        "kind": "repair.no_water.household",
        "text": "家里没水",
        "premise": town.home,
        "contact_name": "王磊",
        "contact_phone": WANG,
        **change,
    }


def test_it_opens_a_ticket_with_number_limit_and_first_step(client_as, town, cast, db):
    answer = client_as("alice").post(NEW, data=form(town, customer=town.lei))
    assert answer.status_code == 302
    ticket = db.session.query(Ticket).one()
    assert re.fullmatch(r"GD\d{6}-00001", ticket.ticket_no)
    assert (ticket.status, ticket.urgency, ticket.taker_id) == ("open", "U2", cast["alice"].id)
    assert ticket.address_text == "和风小区 3-2-401" and ticket.first_due_at > ticket.opened_at
    assert [step.action for step in ticket.steps] == ["open"]
    assert chain.first_break(ticket.ticket_no, ticket.steps) is None
    assert customers.find_premise(town.home).open_ticket_count == 1
    page = client_as("bob").get(answer.location).get_data(as_text=True)
    assert "136 **** 0427" in page and WANG not in page


def test_it_is_more_urgent_for_somebody_who_cannot_wait(client_as, town, db):
    client_as("alice").post(NEW, data=form(town, customer=town.wang))
    assert db.session.query(Ticket).one().urgency == "U1"


def test_a_form_sent_twice_is_one_ticket(client_as, town, db):
    for _ in range(2):
        answer = client_as("alice").post(NEW, data=form(town, client_op_id="A" * 26))
        assert answer.status_code == 302
    assert db.session.query(Ticket).count() == 1


def test_numbers_are_given_out_once_to_many_at_a_time(app, town, cast):
    def open_some():
        with app.app_context():
            for _ in range(5):
                with unit_of_work():
                    services.open_ticket(
                        services.NewTicket(
                            "enquiry.tariff", "问水价", cast["alice"].id, cast["alice"].unit_id
                        )
                    )
                app_db.session.remove()

    threads = [threading.Thread(target=open_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with app.app_context():
        given = sorted(number[-5:] for (number,) in app_db.session.query(Ticket.ticket_no))
        app_db.session.remove()
    assert given == [f"{n:05d}" for n in range(1, 21)]


@pytest.mark.parametrize(
    "change",
    [{"kind": ""}, {"kind": "repair"}, {"kind": "' OR 1"}, {"text": "  "}, {"text": "长" * 4500},
     {"premise": "0" * 26}, {"premise": "", "address_text": ""}, {"urgency": "U9"},
     {"contact_phone": "abc"}],
)  # fmt: skip
def test_it_keeps_what_was_typed_and_says_what_is_wrong(client_as, town, db, change):
    page = client_as("alice").post(NEW, data=form(town, **change))
    if change == {"kind": "repair"}:
        assert page.status_code in (302, 422)
        return
    assert page.status_code == 422 and db.session.query(Ticket).count() == 0
    assert "王磊" in page.get_data(as_text=True)


def test_a_place_without_a_door_is_enough_for_the_street(client_as, town, db):
    data = form(town, premise="", address_text="滨河路与学府路口", kind="repair.leak.road_seep")
    assert client_as("alice").post(NEW, data=data).status_code == 302
    assert db.session.query(Ticket).one().address_text == "滨河路与学府路口"


def test_it_hints_at_what_is_open_at_the_door(client_as, town, db):
    alice = client_as("alice")
    alice.post(NEW, data=form(town))
    number = db.session.query(Ticket).one().ticket_no
    same = alice.get("/tickets/duplicates", query_string={"premise": town.home})
    other = alice.get("/tickets/duplicates", query_string={"premise": town.far})
    assert number in same.get_data(as_text=True) and number not in other.get_data(as_text=True)
    assert number in alice.get(f"{NEW}?premise={town.home}").get_data(as_text=True)


@pytest.mark.parametrize("who, status", [("alice", 200), ("bob", 200), ("dana", 403)])
def test_only_who_may_open_sees_the_form(client_as, town, who, status):
    assert client_as(who).get(NEW).status_code == status


def test_the_board_and_the_list_show_it(client_as, town, db):
    alice = client_as("alice")
    alice.post(NEW, data=form(town))
    number = db.session.query(Ticket).one().ticket_no
    assert number[-5:] in alice.get("/tickets/").get_data(as_text=True)
    for query in ("", "?state=unfinished", "?mine=1", "?q=3-2-401", f"?q={number[-5:]}",
                  "?kind=repair.no_water.household", "?urgency=U2"):  # fmt: skip
        assert number in alice.get(f"/tickets/list{query}").get_data(as_text=True), query
    for query in ("?state=closed", "?q=nothing", "?urgency=U4", "?since=2999-01-01"):
        assert number not in alice.get(f"/tickets/list{query}").get_data(as_text=True), query


@pytest.mark.parametrize(
    "query",
    ["?after=x", "?after=1-x", "?after=99999999999999999-1", "?since=nonsense", "?since=9999-12-31",
     "?until=0001-01-01", "?q=%25%5F'", "?kind='", "?urgency=U9", "?state=<b>", "?_external=1"],
)  # fmt: skip
def test_a_broken_filter_does_not_break_the_list(client_as, town, query):
    assert client_as("alice").get(f"/tickets/list{query}").status_code == 200


def test_the_list_goes_on_where_it_stopped(client_as, town, cast, db):
    with unit_of_work():
        for n in range(7):
            services.open_ticket(
                services.NewTicket("enquiry.tariff", f"第 {n} 个", cast["alice"].id, 1)
            )
    seen, after = [], None
    while True:
        rows, after = queries.list_tickets(queries.TicketFilter(), after, limit=3)
        seen += [row.ticket_no for row in rows]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7 and seen == sorted(seen, reverse=True)
