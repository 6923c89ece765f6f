"""ESL events per second and core: ours beside stock greenswitch and Genesis, as ratios.

All read the same recorded calls (ours as JSON, the others as plain text) from a feed in another
process; what counts is the CPU time of the reader. Ours translates and applies them to calls and
agents; the others only parse. The clients take turns, and the median of the rounds is shown.
GENESIS_PYTHON names the Python of a virtual environment with Genesis; without it, and without
var/bench/genesis, that row is left out.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from esl_controller.adapters.esl_events import translate
from tests.bench.esl_feed import headers_of_call

ROOT = Path(__file__).parents[2]
GENESIS = Path(os.environ.get("GENESIS_PYTHON", ROOT / "var/bench/genesis/bin/python"))
CALLS = 600
ROUNDS = 3
OURS = {"received", "applied"}


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
    names = ["stock", "received", "applied"] + (["genesis"] if GENESIS.exists() else [])
    rates: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            rates[name].append(rate(name, calls))
    return {name: statistics.median(found) for name, found in rates.items()}


def report(found: dict[str, float]) -> list[str]:
    """The lines that a person reads."""
    titles = {
        "stock": "stock greenswitch, parsed only",
        "genesis": "Genesis, parsed only",
        "received": "ours, received and translated",
        "applied": "ours, applied to the live state",
    }
    lines = []
    for name, title in titles.items():
        if name in found:
            ratio = found[name] / found["stock"]
            lines.append(f"ESL {title}: {found[name]:,.0f} events/s/core ({ratio:.2f} x stock)")
    if "genesis" in found:
        lines.append(f"ESL ours applied / Genesis: {found['applied'] / found['genesis']:.1f} x")
    return lines


if __name__ == "__main__":
    print("\n".join(report(measure())))
