"""A number of the town, written as people write it there, is the whole number."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.customers import queries as customers
from crm_web.areas.customers import services
from crm_web.areas.customers.models import Phone
from crm_web.areas.tickets.models import Ticket
from tests import factories


def test_a_caller_s_local_number_finds_the_door_that_the_whole_one_was_linked_to(
    db: SQLAlchemy, app: Any, cast: dict[str, Any]
):
    door = factories.premise()
    factories.phone_link(factories.phone("+8653288887777"), factories.customer(), door)
    db.session.commit()
    for number in ("88887777", "053288887777", "+8653288887777"):
        known = customers.profile_for_number(number)
        assert [one["premise_id"] for one in known["premises"]] == [door.pub]
    assert customers.profile_for_number("88887778")["premises"] == []


def test_a_local_number_in_a_form_is_kept_whole(
    db: SQLAlchemy, client_as: Any, cast: dict[str, Any]
):
    kind, browser = factories.kind(), client_as("alice")
    contact = factories.contact(last_agent_id=cast["alice"].agent_id)
    db.session.commit()
    data = {"contact_id": contact.pub, "kind": kind.code, "urgency": "U3", "text": "没有水",
            "address_text": "和风小区 3 号楼", "contact_phone": "8888-7777"}  # fmt: skip
    assert browser.post("/desk/tickets", json=data).status_code == 201
    ticket = db.session.scalars(select(Ticket)).one()
    assert db.session.get(Phone, ticket.phone_id).e164 == "+8653288887777"
    assert services.link_caller("8888777", factories.premise(door="302"))
