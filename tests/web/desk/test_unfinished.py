"""Tickets that were begun beside a call and not finished: whose they are, and for how long."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from flask_sqlalchemy import SQLAlchemy

from crm_web.areas.calls.models import Contact
from crm_web.areas.desk import drafts
from crm_web.columns import utc_now
from esl_controller.contract import keys
from tests import factories
from tests.web.browser import Browser

SignIn = Callable[[str], Browser]
WORDS = "三楼没有水，从早上开始"


@pytest.fixture
def contact(db: SQLAlchemy, cast: dict[str, Any], live_redis: redis.Redis) -> Contact:
    """A call that Alice had and that is over."""
    row = factories.contact(last_agent_id=cast["alice"].agent_id, number_mask="136 **** 0427")
    db.session.commit()
    return row


def write(browser: Browser, contact: Contact, **values: str) -> None:
    data = {"form": "ticket", "values": values or {"text": WORDS}, "rev": 0}
    assert browser.post(f"/desk/drafts/{contact.pub}", json=data).status_code == 200


def listed(browser: Browser) -> bool:
    return "没写完的工单" in browser.get("/desk/idle").text


def test_a_ticket_that_was_not_finished_can_be_opened_again(client_as: SignIn, contact: Contact):
    browser = client_as("alice")
    write(browser, contact)
    page = browser.get("/desk/idle").text
    assert WORDS in page and f'data-unfinished="{contact.pub}"' in page
    assert WORDS in browser.get("/desk").text
    form = browser.get(f"/desk/pop/{contact.pub}?unfinished=1").text
    assert 'data-form="ticket"' in form and 'data-form="wrap-up"' not in form
    assert browser.get(f"/desk/drafts/{contact.pub}").json["ticket"]["values"]["text"] == WORDS


def test_what_the_page_filled_in_by_itself_is_no_ticket_in_work(
    client_as: SignIn, contact: Contact
):
    browser = client_as("alice")
    write(browser, contact, contact_name="王秀兰", urgency="U3", text="  ")
    assert not listed(browser)


def test_it_is_off_the_list_when_it_was_thrown_away(client_as: SignIn, contact: Contact):
    browser, url = client_as("alice"), f"/desk/drafts/{contact.pub}/discard"
    write(browser, contact)
    for _time in range(2):
        assert browser.post(url).status_code == 204
        assert not listed(browser)


def test_it_is_off_the_list_when_the_ticket_was_saved(
    db: SQLAlchemy, client_as: SignIn, contact: Contact
):
    browser, kind = client_as("alice"), factories.kind()
    db.session.commit()
    write(browser, contact)
    data = {"contact_id": contact.pub, "kind": kind.code, "urgency": "U3", "text": WORDS,
            "address_text": "和风小区 3 号楼"}  # fmt: skip
    assert browser.post("/desk/tickets", json=data).status_code == 201
    assert not listed(browser)


def test_given_the_call_went_to_a_colleague_then_the_draft_is_hers(
    db: SQLAlchemy, client_as: SignIn, contact: Contact, cast: dict[str, Any]
):
    alice, charlie = client_as("alice"), client_as("charlie")
    write(alice, contact)
    assert not listed(charlie)
    contact.last_agent_id = cast["charlie"].agent_id
    db.session.commit()
    assert listed(charlie) and not listed(alice)
    assert alice.post(f"/desk/drafts/{contact.pub}/discard").status_code == 404
    assert listed(charlie)


def test_given_the_record_is_behind_then_a_call_that_goes_on_elsewhere_is_not_hers(
    client_as: SignIn, contact: Contact, live_redis: redis.Redis
):
    browser = client_as("alice")
    write(browser, contact)
    view = {"contact_id": contact.pub, "state": "talking", "agent_no": "1005"}
    live_redis.hset(keys.LIVE_CALLS, contact.pub, json.dumps(view))
    assert not listed(browser)
    over = {**view, "agent_no": "1001", "state": "closed", "ended_at": 1}
    live_redis.hset(keys.LIVE_CALLS, contact.pub, json.dumps(over))
    assert listed(browser)


def test_a_draft_does_not_last_for_ever(
    db: SQLAlchemy, client_as: SignIn, contact: Contact, live_redis: redis.Redis
):
    browser = client_as("alice")
    write(browser, contact)
    assert 0 < live_redis.ttl(keys.DRAFTS + contact.pub) <= drafts.KEPT_S
    contact.started_at = utc_now() - timedelta(seconds=drafts.KEPT_S + 60)
    db.session.commit()
    assert not listed(browser)
