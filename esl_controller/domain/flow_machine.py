"""Passing through menus: each is a run with its own number and its own steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esl_controller.domain.call import Call, FlowRun
from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.evolve import replace


def begin_flow(call: Call, at: int, code: str, version: int) -> Call:
    """The caller is in a menu, the first one or a further one."""
    run = FlowRun(len(call.runs) + 1, code, version, at, len(call.trail))
    return replace(call, runs=(*call.runs, run))


def end_of_flow(
    call: Call,
    at: int,
    exit_kind: str,
    goal_code: str | None,
    last_node: str,
    trail: list[Mapping[str, Any]],
) -> Step:
    """The menu is behind the caller, one way or the other."""
    run = call.run
    if run is None:
        return Step(call)
    told = fact(
        call,
        "flow.ended",
        at,
        seq=run.seq,
        flow_code=run.code,
        flow_version=run.version,
        entered_at=run.entered_at,
        left_at=at,
        exit_kind=exit_kind,
        goal_code=goal_code,
        last_node=last_node,
        trail=trail,
    )
    ended = replace(
        call,
        trail=(*call.trail[: run.trail_from], *trail),
        runs=(*call.runs[:-1], replace(run, ended_at=at)),
        flow_goal=call.flow_goal or goal_code,
    )
    return Step(ended, (told,))
