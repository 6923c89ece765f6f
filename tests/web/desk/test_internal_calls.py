"""A call between colleagues: who the other one is, and nothing of a household."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import redis

from esl_controller.contract import keys
from tests.web.browser import Browser

CONTACT = "01JDC0NTACT00000000000000A"
SignIn = Callable[[str], Browser]
Talks = Callable[[str, str], None]


@pytest.fixture
def talk(live_redis: redis.Redis) -> Talks:
    """`talk("1001", "1005")`: the first has called the second; 1001's desk shows it."""

    def show(caller: str, called: str) -> None:
        call = {
            "contact_id": CONTACT,
            "state": "talking",
            "direction": "internal",
            "agent_no": caller,
            "dialled": {"kind": "agent", "value": called},
            "caller_masked": called,
            "called_number": "96001",
            "started_at": 1_763_870_400_000,
            "allowed": [],
        }
        agent = {"agent_no": "1001", "seq": 3, "state": "on_call", "contact_id": CONTACT}
        live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps({**agent, "call": call}))
        live_redis.hset(keys.LIVE_CALLS, CONTACT, json.dumps({**call, "caller_number": called}))

    return show


def test_it_names_the_colleague_and_has_nothing_to_register(client_as: SignIn, talk: Talks):
    talk("1001", "1005")
    page = client_as("alice").get(f"/desk/pop/{CONTACT}").text
    assert "内部通话" in page and "坐席 1005 郭涛" in page
    assert "没有登记过" not in page and 'name="estate"' not in page
    assert 'data-form="ticket"' not in page


def test_who_placed_it_writes_the_result_and_the_other_does_not(client_as: SignIn, talk: Talks):
    browser = client_as("alice")
    talk("1001", "1005")
    assert 'data-form="wrap-up"' in browser.get(f"/desk/pop/{CONTACT}").text
    talk("1005", "1001")
    page = browser.get(f"/desk/pop/{CONTACT}").text
    assert "坐席 1005 郭涛" in page and 'data-form="wrap-up"' not in page


@pytest.mark.parametrize("path", ["premise", "customer", "tickets"])
def test_it_refuses_what_belongs_to_a_citizens_call(client_as: SignIn, talk: Talks, path: str):
    talk("1001", "1005")
    about: dict[str, Any] = {"contact_id": CONTACT, "premise_id": CONTACT}
    assert client_as("alice").post(f"/desk/{path}", json=about).status_code == 422
