"""A document that can't be run is refused with the node and the reason."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ivr_scripts.flows import shipped_codes, shipped_flow
from ivr_scripts.prompts.book import shipped_texts
from ivr_scripts.validation import FlowInvalid, find_problems, load_flow, schema

QUEUES = ("general", "repair", "billing")


def problems_after(change: Callable[[dict[str, Any]], Any]) -> list[str]:
    document = copy.deepcopy(shipped_flow("water_main"))
    change(document)
    found = find_problems(document, prompts=shipped_texts(), queues=QUEUES)
    return [str(problem) for problem in found]


@pytest.mark.parametrize("code", shipped_codes())
def test_it_accepts_every_shipped_flow(code: str) -> None:
    assert find_problems(shipped_flow(code), prompts=shipped_texts(), queues=QUEUES) == []


def _node(document: dict[str, Any], name: str) -> dict[str, Any]:
    return document["nodes"][name]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: _node(d, "bill").update(type="dance"), "node bill: unknown node type 'dance'"),
        (lambda d: _node(d, "bill")["exits"].pop("back"), "node bill: exit 'back' leads nowhere"),
        (
            lambda d: _node(d, "bill")["exits"].update(back="moon"),
            "node bill: exit 'back' leads to unknown node 'moon'",
        ),
        (
            lambda d: _node(d, "bill")["exits"].update(sideways="goodbye"),
            "node bill: exit 'sideways' is never taken",
        ),
        (
            lambda d: d["nodes"].update(island={"type": "hangup"}),
            "node island: can't be reached",
        ),
        (lambda d: d.update(start="nowhere"), "start node 'nowhere' does not exist"),
        (
            lambda d: _node(d, "main_menu")["exits"].update(failed="outage"),
            "node main_menu: comes back to itself without the caller's input",
        ),
        (
            lambda d: _node(d, "greeting").update(prompt=["greeting.moon"]),
            "node greeting: unknown prompt 'greeting.moon'",
        ),
        (
            lambda d: d["defaults"].update(wrong=["error.moon"]),
            "unknown prompt 'error.moon'",
        ),
        (
            lambda d: _node(d, "repair_queue").update(queue="moon"),
            "node repair_queue: unknown queue 'moon'",
        ),
        (lambda d: d.update(fallback_queue="moon"), "unknown fallback queue 'moon'"),
        (
            lambda d: _node(d, "main_menu")["keys"].update({"12": "bill"}),
            "node main_menu: keys: '12' does not match",
        ),
        (
            lambda d: _node(d, "main_menu").pop("prompt"),
            "node main_menu: 'prompt' is a required property",
        ),
        (
            lambda d: _node(d, "account").update(min_digits=20),
            "node account: min_digits is larger than max_digits",
        ),
        (
            lambda d: _node(d, "account").update(tries=0),
            "node account: tries: 0 is less than the minimum",
        ),
        (lambda d: _node(d, "goodbye").update(colour="blue"), "node goodbye: Additional"),
    ],
)
def test_it_refuses_with_the_node_and_the_reason(
    change: Callable[[dict[str, Any]], Any], complaint: str
) -> None:
    found = problems_after(change)
    assert any(problem.startswith(complaint) for problem in found), found


@pytest.mark.parametrize(
    "document",
    [None, [], "flow", 7, {}, {"nodes": []}, {"nodes": {"a": 1}}, {"nodes": {"a": {"type": []}}}],
)
def test_it_refuses_what_is_no_flow_without_falling_over(document: Any) -> None:
    with pytest.raises(FlowInvalid):
        load_flow(document)


def test_it_refuses_every_unknown_property_in_the_schema() -> None:
    kinds = schema()["$defs"]["types"].values()
    assert all(kind["additionalProperties"] is False for kind in kinds)


def test_it_branches_by_time_and_caller() -> None:
    def change(document: dict[str, Any]) -> None:
        document["nodes"]["hours"] = {
            "type": "branch",
            "on": "time",
            "cases": [{"days": [1, 2], "from": "08:00", "exit": "open"}],
            "exits": {"open": "greeting", "other": "goodbye"},
        }
        document["nodes"]["answer"]["exits"]["done"] = "hours"

    assert any("'to' is a required property" in problem for problem in problems_after(change))
