"""`make load RATE=5 MINUTES=1 SWITCH=freeswitch|rehearsal`: calls on the whole product, then the
same on FreeSWITCH alone. Everything stays on loopback; tables and charts go to var/load.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from docker.onebox.freeswitch_conf import find_freeswitch
from tests.live.stack import Stack
from tests.load import callers, measures, report
from tests.load.agents import Team
from tests.load.callers import Sort
from tests.load.plain_switch import RTP_PORTS, plain_switch
from tests.load.probe import Probe
from tests.load.report import Run
from tests.load.usage import Sampler
from tests.until import until

FOLDER = Path(__file__).resolve().parents[2] / "var" / "load"
AGENTS = [f"100{number}" for number in range(1, 9)]
MOST_RATE, MOST_MINUTES = 25.0, 30.0  # calls a second; one machine plays all the parts
LAST_CALLS_S = 180


class BadInput(ValueError):
    """The message names the variable."""


def main() -> int:
    """0 when the load ran, 1 when it could not, 2 for a bad variable."""
    try:
        rate, minutes, switch = _wanted()
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    # Desks, phones and the probe are threads of this process: at the usual 5 ms for each turn they
    # would measure one another.
    sys.setswitchinterval(0.0005)
    seconds = minutes * 60
    heading = (
        f"{rate:g} calls/s for {minutes:g} min on {switch}, "
        f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores"
    )
    print(heading, flush=True)
    with tempfile.TemporaryDirectory(prefix="clr-load-", dir="/tmp") as folder:
        runs = [_whole_product(Path(folder) / "whole", switch, rate, seconds)]
        if switch == "freeswitch":
            runs.append(_switch_alone(Path(folder) / "alone", rate, seconds))
    text = report.text(heading, runs)
    print(f"\n{text}")
    _save(text, report.page(heading, runs), runs)
    return 0


def _wanted() -> tuple[float, float, str]:
    switch = os.environ.get("SWITCH") or ("freeswitch" if find_freeswitch() else "rehearsal")
    if switch not in ("freeswitch", "rehearsal"):
        raise BadInput(f"SWITCH: freeswitch or rehearsal, not {switch!r}")
    if switch == "freeswitch" and find_freeswitch() is None:
        raise BadInput("SWITCH=freeswitch, but no FreeSWITCH is found; set FREESWITCH_HOME")
    rate = _number("RATE", 5, MOST_RATE)
    return rate, _number("MINUTES", 1, MOST_MINUTES), switch


def _number(name: str, default: float, most: float) -> float:
    text = os.environ.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= most:
        raise BadInput(f"{name}: a number above 0, at most {most:g}, not {text!r}")
    return value


def _whole_product(folder: Path, switch: str, rate: float, seconds: float) -> Run:
    print("starting every program …", flush=True)
    stack = Stack(folder, switch, rtp_ports=RTP_PORTS)
    sampler = Sampler()
    try:
        stack.start()
        numbers = _numbers(stack)
        team = Team(stack, AGENTS)
        for name, process in stack.supervisor.running.items():
            sampler.watch(name, process.pid)
        sampler.watch("agents, probe", os.getpid())
        probe = Probe(stack.trunk) if switch == "freeswitch" else None
        print("calls ring in …", flush=True)
        began = time.time()
        for part in (sampler, team, probe):
            if part:
                part.start()
        try:
            if switch == "freeswitch":
                sorts = callers.mix(rate)
                calls = callers.sipp(
                    sorts, seconds, stack.trunk, numbers, folder / "sipp", sampler.watch
                )
            else:
                calls = callers.rehearsed(callers.mix(rate), seconds, stack.api, numbers)
        finally:
            if probe:
                probe.stop()
        until(
            lambda: not stack.redis.hlen("live:calls"), LAST_CALLS_S, every_s=0.5,
            what="the last call is over",
        )  # fmt: skip
        sampler.stop()
        team.stop()
        told = measures.read(stack.redis, team.pops, began)
        if switch == "rehearsal":
            calls.served = told.served
        heard = probe.heard if probe else None
        return Run(f"Clearline on {switch}", calls, told, heard, sampler.used)
    finally:
        stack.stop()


def _numbers(stack: Stack) -> list[str]:
    """Callers' numbers: of the demonstration city, and some that nobody knows."""
    rows = stack.rows("select distinct e164 from phone order by e164 limit 300")
    known = [str(row["e164"]).removeprefix("+86") for row in rows]
    return known + [f"1770000{number:04d}" for number in range(30)]


def _switch_alone(folder: Path, rate: float, seconds: float) -> Run:
    """All callers listen: there is nobody to talk to."""
    print("the same on FreeSWITCH alone …", flush=True)
    folder.mkdir()
    switch, sampler = plain_switch(folder), Sampler()
    switch.start()
    try:
        sampler.watch("freeswitch", switch.pid)
        sampler.watch("agents, probe", os.getpid())
        probe = Probe(switch.trunk)
        sampler.start()
        probe.start()
        sorts = [Sort("self_service", rate)]
        try:
            calls = callers.sipp(
                sorts, seconds, switch.trunk, ["13800138000"], folder / "sipp", sampler.watch
            )
        finally:
            probe.stop()
            sampler.stop()
        return Run("FreeSWITCH alone", calls, None, probe.heard, sampler.used)
    finally:
        switch.stop()


def _save(text: str, page: str, runs: list[Run]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"
    raw: list[dict[str, Any]] = [asdict(run) for run in runs]
    (FOLDER / f"{name}.txt").write_text(text + "\n")
    (FOLDER / f"{name}.html").write_text(page)
    (FOLDER / f"{name}.json").write_text(json.dumps(raw, ensure_ascii=False) + "\n")
    print(f"\nsaved: {FOLDER}/{name}.txt, .html and .json")


if __name__ == "__main__":
    sys.exit(main())
