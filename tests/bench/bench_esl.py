"""ESL events per second and core: ours beside stock greenswitch and Genesis, as ratios.

All read the same recorded calls (ours as JSON, the others as plain text) from a feed in another
process; what counts is the CPU time of the reader. Ours translates and applies them to calls and
agents; the others only parse. The clients take turns, and the median of the rounds is shown.
GENESIS_PYTHON names the Python of a virtual environment with Genesis; without it, one is made in
var/bench/genesis, and where that fails the row is left out.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from esl_controller.adapters.esl_events import translate
from tests.bench.esl_feed import headers_of_call
from tests.bench.table import Result, table

ROOT = Path(__file__).parents[2]
GENESIS = Path(os.environ.get("GENESIS_PYTHON", ROOT / "var/bench/genesis/bin/python"))
GENESIS_PACKAGE = "genesis==2026.10.18"
CALLS = 600
ROUNDS = 3
OURS = {"received", "applied"}


def ensure_genesis() -> None:
    """Install the peer beside us, not among our own packages: it needs others than we do."""
    if GENESIS.exists() or "GENESIS_PYTHON" in os.environ:
        return
    folder = GENESIS.parents[1]
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(GENESIS), "-m", "pip", "install", "-q", GENESIS_PACKAGE],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            print(f"Genesis cannot be installed: {done.stderr[-200:]}", file=sys.stderr)
            shutil.rmtree(folder, ignore_errors=True)
            return


def client_command(name: str) -> list[str]:
    """How to start one reader."""
    if name == "genesis":
        return [str(GENESIS), str(ROOT / "tests/bench/esl_client_genesis.py")]
    return [sys.executable, "-m", "tests.bench.esl_clients", name]


def rate(name: str, calls: int) -> float:
    """Events a second of CPU of one run; SystemExit when a reader fails."""
    form = "json" if name in OURS else "plain"
    events = headers_of_call()
    sent = len(events) * calls
    # Our readers count what has a meaning for us; all have received and parsed the same number.
    wanted = sum(translate(e) is not None for e in events) * calls if name in OURS else sent
    feed = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.esl_feed", form, str(calls)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with feed:
        port = feed.stdout.readline().strip() if feed.stdout else ""
        try:
            done = subprocess.run(
                [*client_command(name), port, str(wanted)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=180,
            )
        finally:
            feed.kill()
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-500:]}")
    return sent / float(done.stdout.split()[-1])


def measure(calls: int = CALLS, rounds: int = ROUNDS) -> dict[str, float]:
    """Median events per second and core of each reader."""
    ensure_genesis()
    names = ["stock", "received", "applied"] + (["genesis"] if GENESIS.exists() else [])
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            rates[name].append(rate(name, calls))
    return {name: statistics.median(found) for name, found in rates.items()}


def results() -> list[Result]:
    """Rows of the table, in thousands of events per second and core."""
    found = {name: events / 1000 for name, events in measure().items()}
    unit, stock = "k events/s/core", "stock greenswitch, parsed only"
    rows = [
        Result("ESL received, translated", found["received"], unit, stock, found["stock"]),
        Result(
            "ESL applied to live state", found["applied"], unit, stock, found["stock"], at_least=1.5
        ),
    ]
    genesis = Result("ESL applied to live state", found["applied"], unit, "Genesis, parsed only")
    if "genesis" in found:
        rows.append(replace(genesis, beside=found["genesis"], at_least=5.0))
    else:
        rows.append(replace(genesis, left_out=f"no Genesis at {GENESIS}", at_least=5.0))
    return rows


if __name__ == "__main__":
    print(table(results()))
