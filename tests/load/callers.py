"""Who rings in: sipp's callers on a real switch, the stand-in's own callers on the stand-in.

Of ten callers eight serve themselves (listen, ask for the bill, hang up) and two ask for a person.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.live.ports import free_port

SCENARIOS = Path(__file__).parent / "scenarios"
PERSON_SHARE = 0.2
#: A caller for a person may wait this long after the last one rang in.
DRAIN_S = 150


@dataclass
class Outcome:
    """What the callers say. `answer_ms`: from INVITE to 200 OK, as measured by sipp."""

    offered: int = 0
    served: int = 0
    failed: int = 0
    answer_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Sort:
    """One sort of callers: a scenario file and how many a second."""

    scenario: str
    per_s: float


def mix(rate: float) -> list[Sort]:
    return [
        Sort("self_service", rate * (1 - PERSON_SHARE)),
        Sort("person", rate * PERSON_SHARE),
    ]


def sipp(
    sorts: Sequence[Sort],
    seconds: float,
    trunk: tuple[str, int],
    numbers: Sequence[str],
    folder: Path,
    watch: Callable[[str, int], None],
) -> Outcome:
    """Let sipp ring in; returns when the last call is over. AssertionError when sipp cannot run.

    `watch` is told the name and process id of each sipp.
    """
    binary = shutil.which("sipp")
    assert binary, "sipp is not installed (Debian: apt install sip-tester)"
    folder.mkdir(parents=True, exist_ok=True)
    numbers_file = folder / "numbers.csv"
    numbers_file.write_text("SEQUENTIAL\n" + "".join(f"{number};\n" for number in numbers))
    running = []
    for sort in sorts:
        work = folder / sort.scenario
        work.mkdir()
        process = subprocess.Popen(
            _command(binary, sort, seconds, trunk, numbers_file, work),
            cwd=work, stdin=subprocess.DEVNULL,
            stdout=(work / "screen.txt").open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        watch(f"sipp {sort.scenario}", process.pid)
        running.append((process, work))
    outcome = Outcome()
    try:
        for process, work in running:
            process.wait(seconds + DRAIN_S + 30)
            _add(outcome, work)
    finally:
        for process, _ in running:
            process.kill()
    return outcome


def _command(
    binary: str,
    sort: Sort,
    seconds: float,
    trunk: tuple[str, int],
    numbers: Path,
    work: Path,
) -> list[str]:
    total = max(1, round(sort.per_s * seconds))
    # sipp counts calls per period: a period of ten seconds lets the rate be a fraction.
    return [
        binary, f"{trunk[0]}:{trunk[1]}", "-sf", str(SCENARIOS / f"{sort.scenario}.xml"),
        "-s", "96001", "-inf", str(numbers), "-i", "127.0.0.1", "-p", str(free_port()),
        "-mp", str(free_port()), "-rtp_echo", "-nostdin", "-l", "2000",
        "-r", str(max(1, round(sort.per_s * 10))), "-rp", "10000", "-m", str(total),
        "-trace_stat", "-stf", str(work / "stat.csv"), "-fd", "1",
        "-trace_rtt", "-rtt_freq", "1", "-trace_err", "-error_file", str(work / "errors.txt"),
        "-timeout", f"{round(seconds) + DRAIN_S}s",
    ]  # fmt: skip


def _add(outcome: Outcome, work: Path) -> None:
    """Read what sipp wrote: the last line of its statistics, and each answer's time."""
    file = work / "stat.csv"
    screen = (work / "screen.txt").read_text("utf-8", "replace")[-500:]
    assert file.exists(), f"sipp wrote no statistics: {screen}"
    with file.open() as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert rows, f"sipp wrote no statistics: {screen}"
    outcome.offered += int(rows[-1]["TotalCallCreated"])
    outcome.served += int(rows[-1]["SuccessfulCall(C)"])
    outcome.failed += int(rows[-1]["FailedCall(C)"])
    for rtt in work.glob("*_rtt.csv"):
        with rtt.open() as lines:
            for row in csv.reader(lines, delimiter=";"):
                if len(row) >= 3 and row[2].strip().strip('"') == "answer":
                    outcome.answer_ms.append(float(row[1]))


def rehearsed(
    sorts: Sequence[Sort], seconds: float, api: Callable[[str], str], numbers: Sequence[str]
) -> Outcome:
    """Let the stand-in's callers ring in at the same rates; returns when the last has rung in.

    How they fared is told by the events only.
    """
    scripts = {
        "self_service": {
            "keys": [{"digits": "1", "on": "start", "after_s": 4}], "patience_s": 24
        },
        "person": {"keys": [{"digits": "0", "on": "start", "after_s": 2}], "patience_s": 120},
    }  # fmt: skip
    due = sorted(
        ((place + 0.5) / sort.per_s, sort.scenario)
        for sort in sorts
        for place in range(max(1, round(sort.per_s * seconds)))
    )
    outcome, began = Outcome(), time.monotonic()
    for number, (at, scenario) in enumerate(due):
        time.sleep(max(0.0, began + at - time.monotonic()))
        script = json.dumps(scripts[scenario]).replace(" ", "")
        answer = api(f"rehearsal call {numbers[number % len(numbers)]} 96001 {script}")
        outcome.offered += 1
        outcome.failed += not answer.startswith("+OK")
    return outcome
