"""The tables of a load run, and the page with its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from tests.bench.table import figure, grid
from tests.load.callers import Outcome
from tests.load.chart import Line, lines_chart
from tests.load.measures import Told
from tests.load.probe import Heard
from tests.load.usage import Usage


@dataclass
class Run:
    """One phase: with the whole product, or the switch alone. None: nobody could measure it."""

    title: str
    calls: Outcome
    told: Told | None = None
    heard: Heard | None = None
    used: dict[str, Usage] = field(default_factory=dict)


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """p50 / p99 / worst and how many."""
    if not values:
        return "-"
    middle, high = np.percentile(values, (50, 99))
    shown = " / ".join(figure(float(value)) for value in (middle, high, max(values)))
    return f"{shown} {unit} (n={len(values)})"


def figures(runs: Sequence[Run]) -> list[list[str]]:
    """A row for each figure, a column for each run."""
    rows: list[list[str]] = [["", *(run.title for run in runs)]]
    rows.append(["offered", *(str(run.calls.offered) for run in runs)])
    rows.append(["served", *(str(run.calls.served) for run in runs)])
    rows.append(["failed", *(str(run.calls.failed) for run in runs)])
    rows.append(["talks with agents", *(_of(run.told, "talks") for run in runs)])
    outcomes = [
        ", ".join(f"{name} {count}" for name, count in sorted(run.told.outcomes.items()))
        if run.told else "-" for run in runs
    ]  # fmt: skip
    rows.append(["contacts by outcome", *outcomes])
    rows.append(["INVITE to answer, p50 / p99 / max", *(spread(r.calls.answer_ms) for r in runs)])
    for title, found in (
        ("queue to offer", [run.told.offer_ms if run.told else () for run in runs]),
        ("offer to controller", [run.told.told_ms if run.told else () for run in runs]),
        ("offer to desk", [run.told.pop_ms if run.told else () for run in runs]),
        ("answer to first sound", [run.heard.late_ms if run.heard else () for run in runs]),
    ):
        rows.append([f"{title}, p50 / p99 / max", *map(spread, found)])
    missing = [
        spread([100 * share for share in run.heard.missing], "%") if run.heard else "-"
        for run in runs
    ]
    rows.append(["voice packets missing, p50 / p99 / max", *missing])
    return rows


def processes(runs: Sequence[Run]) -> list[list[str]]:
    """A row for each process: % of one core on average and at most, MiB at most."""
    names = list(dict.fromkeys(name for run in runs for name in run.used))
    rows = [["process", *(f"{r.title}: CPU % mean / max, MiB at start / max" for r in runs)]]
    for name in names:
        rows.append([name, *(_use(run.used.get(name)) for run in runs)])
    total = ["all but callers and agents"]
    for run in runs:
        ours = [used for name, used in run.used.items() if not is_tool(name)]
        total.append(f"{figure(sum(used.mean_cpu for used in ours))}")
    return [*rows, total]


def is_tool(name: str) -> bool:
    """A part of the load itself, not of what is loaded."""
    return name.startswith("sipp ") or name == "agents, probe"


def text(heading: str, runs: Sequence[Run]) -> str:
    return "\n\n".join([heading, grid(figures(runs)), grid(processes(runs))])


def page(heading: str, runs: Sequence[Run]) -> str:
    """One HTML file with tables and charts; needs nothing else."""
    parts = [f"<h1>{escape(heading)}</h1>", _table(figures(runs)), _table(processes(runs))]
    for run in runs:
        cpu = [Line(name, list(zip(used.at, used.cpu))) for name, used in run.used.items()]
        memory = [Line(name, list(zip(used.at, used.rss))) for name, used in run.used.items()]
        if run.told:
            calls = [Line("open contacts", [(at, float(n)) for at, n in run.told.open_at])]
            parts.append(lines_chart(f"{run.title}: calls at once", "calls", calls))
        parts.append(lines_chart(f"{run.title}: CPU", "% of one core", cpu))
        parts.append(lines_chart(f"{run.title}: memory", "MiB", memory))
    return _PAGE.format(title=escape(heading), body="\n".join(parts))


def _of(told: Told | None, name: str) -> str:
    return str(getattr(told, name)) if told else "-"


def _use(used: Usage | None) -> str:
    if used is None or not used.cpu:
        return "-"
    cpu = f"{figure(used.mean_cpu)} / {figure(max(used.cpu))}"
    return f"{cpu}, {figure(used.rss[0])} / {figure(max(used.rss))}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:]
    )
    return f"<table><tr>{head}</tr>{body}</table>"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1000px }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ text-align: left; padding: .2rem .8rem; border-bottom: 1px solid #ccc }}
svg {{ display: block; margin: 1.5rem 0; max-width: 100% }}
</style>
{body}
</html>
"""
