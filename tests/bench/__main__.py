"""`python -m tests.bench [NAME…]`: all benches, or those named (esl flow records pop action).

Prints one table and saves it as text and JSON under var/bench. Timing never fails it: a machine
may be busy. It fails only when a bench cannot run. Each bench has a process of its own.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.table import Result, table

BENCHES = {  # name: seconds after which it hangs; together they take three minutes
    "esl": 240,
    "flow": 30,
    "records": 240,
    "pop": 300,
    "action": 180,
}
FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
_ONE = "--one"


def main(words: list[str]) -> int:
    """0 when every bench ran, 1 when one could not, 2 for a name that there is not."""
    if words[:1] == [_ONE]:
        found = import_module(f"tests.bench.bench_{words[1]}").results()
        Path(words[2]).write_text(json.dumps([row.to_json() for row in found]))
        return 0
    unknown = set(words) - BENCHES.keys()
    if unknown:
        print(f"no bench {' '.join(sorted(unknown))}; there are: {' '.join(BENCHES)}")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    failed = []
    load = os.getloadavg()[0]
    for name in words or BENCHES:
        print(f"{name} …", flush=True)
        found_rows = _run(name)
        if found_rows is None:
            failed.append(name)
        rows += found_rows or []
    text = "\n".join([_machine(load), "", table([_result(row) for row in rows])])
    if failed:
        text += f"\n\ncould not run: {', '.join(failed)}"
    print(f"\n{text}")
    _save(text, rows, failed)
    return 1 if failed else 0


def _run(name: str) -> list[dict[str, Any]] | None:
    """The rows of one bench; None, with the reason printed, when it could not run."""
    out = FOLDER / f".{name}.{os.getpid()}.json"
    command = [sys.executable, "-m", "tests.bench", _ONE, name, str(out)]
    began = time.monotonic()
    try:
        done = subprocess.run(command, timeout=BENCHES[name], check=False)
        if done.returncode:
            print(f"{name} ended with {done.returncode}", file=sys.stderr)
            return None
        rows: list[dict[str, Any]] = json.loads(out.read_text())
    except subprocess.TimeoutExpired:
        print(f"{name} was not done within {BENCHES[name]} s", file=sys.stderr)
        return None
    finally:
        out.unlink(missing_ok=True)
    print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return rows


def _result(row: dict[str, Any]) -> Result:
    return Result(**{key: value for key, value in row.items() if key not in ("ratio", "met")})


def _machine(load: float) -> str:
    now = datetime.now(timezone.utc)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load at the start {load:.1f}"
    )


def _save(text: str, rows: list[dict[str, Any]], failed: list[str]) -> None:
    name = f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"
    whole = {"at": name, "machine": platform.platform(), "results": rows, "failed": failed}
    (FOLDER / f"{name}.txt").write_text(text + "\n")
    (FOLDER / f"{name}.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    print(f"\nsaved: {FOLDER}/{name}.txt and .json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
