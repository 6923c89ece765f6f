"""Finding calls by the people and the tickets that they are about."""

from __future__ import annotations

from crm_web.areas.org import queries as org
from crm_web.transaction import unit_of_work
from tests import factories

PAGE = "/calls/"


def test_it_finds_the_call_that_opened_a_ticket(client_as, db):
    with unit_of_work():
        call, other = factories.contact(), factories.contact()
        taker = org.find_agent("1001")
        ticket = factories.ticket(taker.user_id, source_contact_id=call.id)
        pub, other_pub, number = call.pub, other.pub, ticket.ticket_no
    text = client_as("bob").get(PAGE, query_string={"ticket": number}).text
    assert pub in text and other_pub not in text


def test_it_finds_the_calls_of_a_customer_by_name_and_by_account(client_as, db):
    with unit_of_work():
        home, who = factories.premise(), factories.customer("欧阳春晓")
        account = factories.account(home)
        by_person = factories.contact(customer_id=who.id).pub
        by_account = factories.contact(account_id=account.id, premise_id=home.id).pub
        other, number = factories.contact().pub, account.account_no
    bob = client_as("bob")
    named = bob.get(PAGE, query_string={"customer": "欧阳春晓"}).text
    assert by_person in named and by_account not in named and other not in named
    numbered = bob.get(PAGE, query_string={"customer": number}).text
    assert by_account in numbered and by_person not in numbered and other not in numbered


def test_it_finds_a_call_that_an_agent_placed_and_nobody_answered(client_as, db):
    with unit_of_work():
        agent = org.find_agent("1001")
        placed = {"direction": "outbound", "outcome": "not_reached"}
        pub = factories.contact(last_agent_id=agent.id, **placed).pub
    bob = client_as("bob")
    assert pub in bob.get(PAGE, query_string={"agent": "1001"}).text
    assert pub not in bob.get(PAGE, query_string={"agent": "1002"}).text
