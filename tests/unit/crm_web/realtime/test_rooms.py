"""Who may join which room, and whose desk has the phone."""

from __future__ import annotations

import pytest

from crm_web.realtime.rooms import Hello, phone_owner, read_hello, rooms_for

DESK = {"kind": "desk", "desk": "tab-1", "claim": True}
AGENT = {"desk.use": "own", "agent_state.view_live": "group"}
SUPERVISOR = {"agent_state.view_live": "all"}


def test_it_reads_the_greeting_of_a_desk():
    assert read_hello(DESK) == Hello("desk", "tab-1", True)


@pytest.mark.parametrize(
    "auth",
    [
        None,
        "desk",
        [],
        {},
        {"kind": "desk"},
        {"kind": "root", "desk": "x"},
        {"kind": "desk", "desk": ""},
        {"kind": "desk", "desk": "x" * 65},
        {"kind": "desk", "desk": "a\nb"},
        {"kind": ["desk"], "desk": "x"},
    ],
)
def test_it_refuses_what_is_no_greeting(auth):
    assert read_hello(auth) is None


def test_only_a_plain_true_claims_the_phone():
    hello = read_hello({**DESK, "claim": "yes"})
    assert hello is not None and not hello.claim


def test_it_puts_an_agent_into_the_room_of_the_own_number():
    assert rooms_for(Hello("desk", "x", True), "1001", AGENT) == ("agent:1001",)


@pytest.mark.parametrize(("agent_no", "permissions"), [(None, AGENT), ("1001", SUPERVISOR)])
def test_it_gives_no_desk_room_without_number_or_permission(agent_no, permissions):
    assert rooms_for(Hello("desk", "x", True), agent_no, permissions) == ()


def test_only_those_who_see_everybody_join_the_floor():
    floor = Hello("floor", "x", False)
    assert rooms_for(floor, None, SUPERVISOR) == ("floor",)
    assert rooms_for(floor, "1001", AGENT) == ()
    assert rooms_for(floor, None, {}) == ()


def test_a_supervisor_with_a_phone_has_it_on_the_floor_too():
    both = {**SUPERVISOR, "call.monitor": "group"}
    assert rooms_for(Hello("floor", "x", True), "2001", both) == ("floor", "agent:2001")
    assert rooms_for(Hello("desk", "x", True), "2001", both) == (), "listening is not a desk"


def test_given_a_new_desk_then_it_takes_the_phone():
    assert phone_owner("old", Hello("desk", "new", True)) == "new"


def test_given_a_desk_that_only_comes_back_then_the_phone_stays_where_it_is():
    assert phone_owner("other", Hello("desk", "mine", False)) == "other"
    assert phone_owner("mine", Hello("desk", "mine", False)) == "mine"


def test_given_nobody_has_the_phone_then_whoever_comes_gets_it():
    assert phone_owner(None, Hello("desk", "mine", False)) == "mine"
