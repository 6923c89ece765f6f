"""Which door a call is about: chosen by the agent, kept with the call."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Contact
from crm_web.areas.customers.queries import profile_for_number
from crm_web.areas.org.models import RolePermission
from esl_controller.contract import keys
from tests import factories
from tests.web.browser import Browser

CONTACT = "01JDC0NTACT00000000000000A"
NUMBER = "13600000427"
SignIn = Callable[[str], Browser]


@pytest.fixture
def doors(db: SQLAlchemy, live_redis: redis.Redis, cast: dict[str, Any]) -> list[Any]:
    """A caller with two doors talks to Alice, Charlie is called in; a third door is not his."""
    owner, phone = factories.customer("赵国栋"), factories.phone()
    found = [factories.premise(door=door) for door in ("301", "302", "303")]
    for door in found[:2]:
        factories.phone_link(phone, owner, door)
    db.session.commit()
    call = {
        "contact_id": CONTACT,
        "state": "consulting",
        "direction": "inbound",
        "agent_no": "1001",
        "caller_masked": "136 **** 0427",
        "called_number": "96001",
        "started_at": 1_763_870_400_000,
        "profile": profile_for_number(NUMBER),
    }
    for number in ("1001", "1005"):
        view = {"agent_no": number, "state": "on_call", "call": call}
        live_redis.hset(keys.LIVE_AGENTS, number, json.dumps(view))
    live_redis.hset(keys.LIVE_CALLS, CONTACT, json.dumps({**call, "caller_number": NUMBER}))
    return found


def choose(browser: Browser, premise_pub: str) -> int:
    data = {"contact_id": CONTACT, "premise_id": premise_pub}
    return int(browser.post("/desk/premise", json=data).status_code)


def without(db: SQLAlchemy, permission: str) -> None:
    for row in db.session.scalars(select(RolePermission)):
        if row.permission == permission:
            db.session.delete(row)
    db.session.commit()


def test_who_gets_the_call_sees_the_same_door_and_it_is_in_its_history(
    db: SQLAlchemy, client_as: SignIn, doors: list[Any]
):
    alice, charlie = client_as("alice"), client_as("charlie")
    assert 'data-place=""' in charlie.get(f"/desk/pop/{CONTACT}").text
    assert choose(alice, doors[1].pub) == 204
    assert f'data-place="{doors[1].pub}"' in charlie.get(f"/desk/pop/{CONTACT}").text
    row = db.session.scalars(select(Contact).where(Contact.pub == CONTACT)).one()
    assert row.premise_id == doors[1].id
    written = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "contact.identify")
    ).one()
    assert written.entity_id == CONTACT and written.after == {"premise": doors[1].pub}


def test_another_choice_corrects_it_and_the_same_again_changes_nothing(
    db: SQLAlchemy, client_as: SignIn, doors: list[Any]
):
    alice = client_as("alice")
    for door in (doors[0], doors[1], doors[1]):
        assert choose(alice, door.pub) == 204
    written = db.session.scalars(
        select(AuditLog).where(AuditLog.action == "contact.identify").order_by(AuditLog.id)
    ).all()
    assert [row.after["premise"] for row in written] == [doors[0].pub, doors[1].pub]
    assert written[1].before == {"premise": doors[0].pub}


def test_a_door_that_was_looked_up_needs_the_right_to_look_up(
    db: SQLAlchemy, client_as: SignIn, doors: list[Any]
):
    alice = client_as("alice")
    assert choose(alice, doors[2].pub) == 204
    without(db, "premise.view")
    assert choose(alice, doors[2].pub) == 403
    assert choose(alice, doors[0].pub) == 204


def test_it_refuses_a_door_that_is_none_and_a_call_of_others(
    client_as: SignIn, doors: list[Any], live_redis: redis.Redis
):
    assert choose(client_as("alice"), "01JDN0SVCHD00R0000000000AA") == 404
    live_redis.hdel(keys.LIVE_AGENTS, "1005")
    assert choose(client_as("charlie"), doors[0].pub) == 404
    assert choose(client_as("dana"), doors[0].pub) == 403
