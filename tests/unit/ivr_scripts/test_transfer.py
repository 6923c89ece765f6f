"""Putting the caller through: to an agent, a number outside, another flow."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ivr_scripts import engine
from ivr_scripts.actions import Began, Connect, Connected, NotConnected
from ivr_scripts.flow import Flow, read_flow
from ivr_scripts.flows import shipped_codes, shipped_flow
from ivr_scripts.runner import MAX_FLOWS, Runner
from ivr_scripts.state import Facts
from ivr_scripts.validation import find_problems
from tests.fakes.scripted_leg import (
    NOW,
    ONE_PREMISE,
    THREE_PREMISES,
    Book,
    Clock,
    Crm,
    Leg,
    Listener,
    Switchboard,
)

AGENT = {"kind": "agent", "value": "1004"}


def document(to: dict[str, str], exits: dict[str, str], **props: Any) -> dict[str, Any]:
    return {
        "code": "small",
        "title": "小流程",
        "start": "first",
        "fallback_queue": "general",
        "nodes": {
            "first": {"type": "transfer", "to": to, "exits": exits, **props},
            **{name: {"type": "queue", "queue": name} for name in exits.values()},
        },
    }


def flow(to: dict[str, str], exits: dict[str, str], **props: Any) -> Flow:
    return read_flow(document(to, exits, **props))


def run(leg: Leg, wanted: Flow, *results: str, others: Any = (), **known: Any) -> Listener:
    listener, shelf = Listener(), {one.code: one for one in others}
    runner = Runner(
        Crm(known.pop("profile", ONE_PREMISE)),
        known.pop("book", Book()),
        Clock(),
        switchboard=Switchboard(*results),
        find_flow=shelf.get,
    )
    runner.run(leg, wanted, listener, **known)
    return listener


def test_it_asks_for_whom_the_node_names_and_says_the_prompt_first() -> None:
    node = flow(AGENT, {"failed": "general"}, prompt=["queue.general"], ring_s=12)
    state, action = engine.step(engine.begin(node, Facts(), NOW), Began(NOW))
    assert action == Connect("agent", "1004", 12, ("queue.general",))
    ended, nothing = engine.step(state, Connected(NOW + 5000))
    assert (ended.ended, ended.trail[-1].exit, nothing) == ("transfer", "connected", None)


@pytest.mark.parametrize("result", ["busy", "no_answer", "unreachable"])
def test_a_reason_has_its_own_exit_where_the_node_names_it(result: str) -> None:
    plain, detailed = {"failed": "general"}, {result: "own", "failed": "general"}
    for exits, way in ((plain, "failed"), (detailed, result)):
        node = flow(AGENT, exits)
        state, _ = engine.step(engine.begin(node, Facts(), NOW), Began(NOW))
        state, _ = engine.step(state, NotConnected(NOW + 1, result))
        assert state.trail[0].exit == way and state.queue == exits[way]


def test_given_the_caller_is_connected_then_the_flow_leaves_the_leg_alone() -> None:
    leg = Leg()
    (ended,) = run(leg, flow(AGENT, {"failed": "general"}), "connected").ended
    assert (ended.exit_kind, ended.queue) == ("transfer", None)
    assert leg.commands == ["connect"]


def test_given_nobody_was_reached_then_the_next_one_is_asked_and_at_last_a_queue() -> None:
    plan = document(AGENT, {"failed": "general"})
    plan["nodes"]["first"]["exits"]["failed"] = "second"
    outside = {"kind": "outside", "value": "02188880001"}
    plan["nodes"]["second"] = {"type": "transfer", "to": outside, "exits": {"failed": "general"}}
    leg = Leg()
    (ended,) = run(leg, read_flow(plan), "busy", "no_answer").ended
    assert leg.queue == "general" and ended.exit_kind == "queue"


def test_given_the_caller_leaves_while_it_rings_then_it_ends_as_a_hang_up() -> None:
    (ended,) = run(Leg(hangs_up_at=0), flow(AGENT, {"failed": "general"}), "connected").ended
    assert ended.exit_kind == "hangup"


def test_given_nobody_can_tell_who_has_the_caller_then_the_fallback_queue_has_it() -> None:
    leg, book = Leg(), Book()
    (ended,) = run(leg, flow(AGENT, {"failed": "own"}), book=book).ended  # no answer: IndexError
    assert (ended.exit_kind, leg.queue, book.said) == ("error", "general", ["error.sorry"])


def test_given_no_switchboard_then_nobody_is_reachable() -> None:
    leg, listener = Leg(), Listener()
    Runner(Crm(), Book(), Clock()).run(leg, flow(AGENT, {"failed": "general"}), listener)
    assert leg.queue == "general"


# --- another flow


def to_flow(code: str) -> dict[str, str]:
    return {"kind": "flow", "value": code}


def test_another_flow_goes_on_with_the_same_caller_and_a_record_of_its_own() -> None:
    leg, gas = Leg(["0"]), read_flow(shipped_flow("gas_main"), 2)
    told = run(leg, flow(to_flow("gas_main"), {}), others=[gas])
    assert told.started == ["small", "gas_main"]
    first, second = told.ended
    assert (first.exit_kind, first.trail[-1].exit) == ("transfer", "transfer")
    assert (second.flow_code, second.flow_version, second.exit_kind) == ("gas_main", 2, "queue")
    assert leg.queue == "general"


def test_given_a_known_caller_then_the_next_flow_does_not_ask_who_it_is() -> None:
    water = copy.deepcopy(shipped_flow("water_main"))
    water["nodes"]["bill"] = {"type": "transfer", "to": to_flow("gas_main"), "exits": {}}
    for lost in ("no_bill", "no_enquiry", "goodbye"):
        water["nodes"].pop(lost, None)
    leg, gas = Leg(["1", "2", "1"]), read_flow(shipped_flow("gas_main"))
    told = run(leg, read_flow(water), others=[gas], profile=THREE_PREMISES)
    assert len(told.profiles) == 1, "the CRM is asked once"
    assert told.accounts == [("1002003402", "P2")], "and the caller once"
    passed = [step.node for step in told.ended[1].trail]
    assert passed[-2:] != ["choose_premise", "account"] and "bill" in passed


def test_given_a_caller_who_comes_from_a_desk_then_what_is_known_counts() -> None:
    known = Facts(profile=ONE_PREMISE, account_no="1002003401", messages=2, goal="bill")
    told = run(Leg(["0"]), read_flow(shipped_flow("gas_main")), known=known)
    assert told.profiles == [] and told.ended[0].goal_code is None


def test_messages_are_numbered_over_all_flows() -> None:
    mail = {"type": "voicemail", "prompt": ["message.ask"], "queue": "general",
            "exits": {"done": "first", "empty": "first"}}  # fmt: skip
    plan = document(to_flow("mail"), {})
    plan |= {"code": "one", "start": "mail"}
    plan["nodes"]["mail"] = mail
    other = document(AGENT, {"failed": "general"})
    other |= {"code": "mail", "start": "mail"}
    other["nodes"]["mail"] = mail
    told = run(Leg(), read_flow(plan), "connected", others=[read_flow(other)])
    assert [message.n for message in told.messages] == [901, 902]


def test_given_flows_that_lead_into_each_other_for_ever_then_the_queue_ends_it() -> None:
    ping = read_flow({**document(to_flow("pong"), {}), "code": "ping"})
    pong = read_flow({**document(to_flow("ping"), {}), "code": "pong"})
    leg = Leg()
    told = run(leg, ping, others=[ping, pong])
    assert len(told.ended) == MAX_FLOWS and leg.queue == "general"
    assert [ended.exit_kind for ended in told.ended] == ["transfer"] * 4 + ["error"]


def test_given_a_flow_that_cannot_run_then_the_caller_finds_a_queue() -> None:
    leg = Leg()
    (ended,) = run(leg, flow(to_flow("moon_main"), {})).ended
    assert (ended.exit_kind, ended.queue, leg.queue) == ("error", "general", "general")


# --- documents


@pytest.mark.parametrize(
    ("to", "exits", "complaint"),
    [
        (AGENT, {}, "node first: exit 'failed' leads nowhere"),
        (AGENT, {"failed": "q", "asleep": "q"}, "node first: exit 'asleep' is never taken"),
        (to_flow("gas_main"), {"failed": "q"}, "node first: exit 'failed' is never taken"),
        ({"kind": "moon", "value": "1"}, {"failed": "q"}, "node first: to: kind: 'moon' is not"),
        ({"kind": "agent"}, {"failed": "q"}, "node first: to: 'value' is a required property"),
        ({"kind": "agent", "value": "a b"}, {"failed": "q"}, "node first: to: value: 'a b' does"),
        ({"kind": "outside", "value": "${x}"}, {"failed": "q"}, "node first: to: value: '${x}'"),
        (to_flow("Gas Main"), {}, "node first: to: value: 'Gas Main' does not match"),
        (to_flow("moon_main"), {}, "node first: unknown flow 'moon_main'"),
        (to_flow("small"), {}, "node first: leads to its own flow"),
        ({"kind": "agent", "value": "4711"}, {"failed": "q"}, "node first: unknown agent '4711'"),
        (AGENT, {"failed": "first"}, "node first: comes back to itself"),
    ],
)
def test_it_refuses_a_document_with_the_node_and_the_reason(
    to: dict[str, str], exits: dict[str, str], complaint: str
) -> None:
    plan = document(to, {})
    plan["nodes"]["first"]["exits"] = exits
    plan["nodes"] |= {"q": {"type": "queue", "queue": "general"}} if "q" in exits.values() else {}
    codes = {*shipped_codes(), "small"}
    found = [str(problem) for problem in find_problems(plan, flows=codes, agents=("1004",))]
    assert any(problem.startswith(complaint) for problem in found), found


def test_it_refuses_a_message_for_an_agent_who_does_not_exist() -> None:
    plan = document(AGENT, {"failed": "general"})
    mail = {"type": "voicemail", "prompt": ["message.ask"], "agent_no": "4711",
            "exits": {"done": "general", "empty": "general"}}  # fmt: skip
    plan["nodes"]["mail"] = mail
    plan["nodes"]["first"]["exits"] = {"failed": "mail"}
    found = [str(problem) for problem in find_problems(plan, agents=("1004",))]
    assert found == ["node mail: unknown agent '4711'"]
