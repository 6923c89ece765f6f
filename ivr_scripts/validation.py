"""Refuse a flow document that can't be run, naming the node and the reason.

The schema (flow.schema.json) checks shapes; this module checks what a schema can't: that every
exit leads somewhere, every node can be reached, nothing turns in a circle without the caller, and
that prompts, queues and those whom callers are put through to exist.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from esl_controller.domain.errors import DomainError
from ivr_scripts.flow import Flow, read_flow
from ivr_scripts.nodes import NODE_TYPES, transfer
from ivr_scripts.nodes.menu import REPEAT
from ivr_scripts.speech.units import UNITS

_PROMPTS = ("prompt", "wrong", "silence", "unknown", "confirm", "confirm_keys", "other", "usage",
            "thanks")  # fmt: skip
_OPTIONAL_EXITS = {"collect": frozenset({"back"}), "transfer": transfer.REASONS}


@dataclass(frozen=True)
class FlowProblem:
    """`node` is '' when the document as a whole is meant."""

    node: str
    reason: str

    def __str__(self) -> str:
        return f"node {self.node}: {self.reason}" if self.node else self.reason


class FlowInvalid(DomainError):
    """A flow document was refused; `problems` lists every reason found."""

    code = "flow_invalid"

    def __init__(self, problems: list[FlowProblem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:10]))
        self.problems = problems


def load_flow(
    document: Any,
    *,
    version: int = 0,
    prompts: Container[str] | None = None,
    queues: Container[str] | None = None,
    flows: Container[str] | None = None,
    agents: Container[str] | None = None,
) -> Flow:
    """A runnable Flow; raises FlowInvalid. What is None is not checked."""
    problems = find_problems(
        document, prompts=prompts, queues=queues, flows=flows, agents=agents
    )
    if problems:
        raise FlowInvalid(problems)
    return read_flow(document, version)


def find_problems(
    document: Any,
    *,
    prompts: Container[str] | None = None,
    queues: Container[str] | None = None,
    flows: Container[str] | None = None,
    agents: Container[str] | None = None,
) -> list[FlowProblem]:
    """Every reason to refuse `document`; none when it can be run."""
    shape = list(_shape_problems(document))
    if shape:
        return shape
    problems = list(_exit_problems(document))
    if problems:
        return problems
    problems += _unreachable(document)
    problems += _circles(document)
    if prompts is not None:
        problems += _unknown_prompts(document, prompts)
    if queues is not None:
        problems += _unknown_queues(document, queues)
    known = {"agent": agents, "flow": flows}
    problems += _unknown_targets(document, known)
    return problems


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema; `$defs.types` has one schema per node type, for the flow editor too."""
    path = Path(__file__).with_name("flow.schema.json")
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _validator(node_type: str) -> Draft202012Validator:
    if not node_type:
        return Draft202012Validator(schema())
    own = schema()["$defs"]["types"][node_type]
    return Draft202012Validator({**own, "$defs": schema()["$defs"]})


def _shape_problems(document: Any) -> Iterator[FlowProblem]:
    for error in _validator("").iter_errors(document):
        path = list(error.absolute_path)
        in_node = len(path) > 1 and path[0] == "nodes"
        inside = path[2:] if in_node else path
        where = "".join(f"{part}: " for part in inside)
        yield FlowProblem(str(path[1]) if in_node else "", where + error.message[:200])
    nodes = document.get("nodes") if isinstance(document, Mapping) else None
    for name, raw in nodes.items() if isinstance(nodes, Mapping) else ():
        if not isinstance(raw, Mapping):
            continue
        kind = raw.get("type")
        if not isinstance(kind, str) or kind not in NODE_TYPES:
            yield FlowProblem(str(name), f"unknown node type {kind!r}")
            continue
        for error in _validator(kind).iter_errors(raw):
            where = "".join(f"{part}: " for part in error.absolute_path)
            yield FlowProblem(str(name), where + error.message[:200])


def _exit_problems(document: Mapping[str, Any]) -> Iterator[FlowProblem]:
    nodes = document["nodes"]
    if document["start"] not in nodes:
        yield FlowProblem("", f"start node {document['start']!r} does not exist")
    for name, raw in nodes.items():
        kind, given = raw["type"], raw.get("exits", {})
        needed = NODE_TYPES[kind].exits(raw)
        for missing in sorted(needed - set(given)):
            yield FlowProblem(name, f"exit {missing!r} leads nowhere")
        for extra in sorted(set(given) - needed - _OPTIONAL_EXITS.get(kind, frozenset())):
            yield FlowProblem(name, f"exit {extra!r} is never taken")
        for exit_name, target in given.items():
            if target not in nodes:
                yield FlowProblem(name, f"exit {exit_name!r} leads to unknown node {target!r}")
        if kind == "menu" and REPEAT in given:
            yield FlowProblem(name, f"{REPEAT!r} says the menu again and can't be an exit")
        if kind == "collect" and raw["min_digits"] > raw["max_digits"]:
            yield FlowProblem(name, "min_digits is larger than max_digits")


def _unreachable(document: Mapping[str, Any]) -> list[FlowProblem]:
    nodes = document["nodes"]
    seen: set[str] = set()
    waiting = [document["start"]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += nodes[name].get("exits", {}).values()
    return [FlowProblem(name, "can't be reached") for name in nodes if name not in seen]


def _circles(document: Mapping[str, Any]) -> list[FlowProblem]:
    """Nodes from which a way leads back to themselves without the caller doing anything."""
    nodes = document["nodes"]
    free = {
        name: [
            target
            for exit_name, target in raw.get("exits", {}).items()
            if exit_name in NODE_TYPES[raw["type"]].FREE
        ]
        for name, raw in nodes.items()
    }
    problems = []
    for name in nodes:
        seen: set[str] = set()
        waiting = list(free[name])
        while waiting and name not in seen:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += free[here]
        if name in seen:
            problems.append(FlowProblem(name, "comes back to itself without the caller's input"))
    return problems


def _unknown_prompts(
    document: Mapping[str, Any], prompts: Container[str]
) -> Iterator[FlowProblem]:
    holders = {"": document.get("defaults", {}), **document["nodes"]}
    for name, raw in holders.items():
        for item in (item for prop in _PROMPTS for item in raw.get(prop, ())):
            codes = [item] if isinstance(item, str) else item.get("instead", [])
            for code in codes:
                if code not in prompts and code not in UNITS:
                    yield FlowProblem(name, f"unknown prompt {code!r}")


def _unknown_queues(document: Mapping[str, Any], queues: Container[str]) -> Iterator[FlowProblem]:
    if document["fallback_queue"] not in queues:
        yield FlowProblem("", f"unknown fallback queue {document['fallback_queue']!r}")
    for name, raw in document["nodes"].items():
        for prop in ("queue", "fallback"):
            if prop in raw and raw[prop] not in queues:
                yield FlowProblem(name, f"unknown queue {raw[prop]!r}")


def _unknown_targets(
    document: Mapping[str, Any], known: Mapping[str, Container[str] | None]
) -> Iterator[FlowProblem]:
    """Of transfers; an agent's number also where a message is left for one."""
    for name, raw in document["nodes"].items():
        wanted = {raw["to"]["kind"]: raw["to"]["value"]} if "to" in raw else {}
        if raw.get("agent_no"):
            wanted["agent"] = raw["agent_no"]
        for kind, value in wanted.items():
            there = known.get(kind)
            if there is not None and value not in there:
                yield FlowProblem(name, f"unknown {kind} {value!r}")
            if (kind, value) == ("flow", document["code"]):
                yield FlowProblem(name, "leads to its own flow: name the first node instead")
